import type { Violation } from '../../config/reading/check-schema.ts';
import type { ConfigFile, ConfigFiles } from '../../config/reading/files.ts';
import { at, atKey } from '../../source/diagnostic.ts';
import { fileOrigin, originAt } from '../../source/source.ts';
import type { Finding } from '../rule.ts';
import { inEachFile, problemsOf } from './problems.ts';
import { isSecretManifest } from './TEN018-secret-in-config/rule.ts';

/** The ways of one kind in which files differ from their schemas. */
export function* violationsOf(files: ConfigFiles, kind: Violation['kind']): Generator<Finding, void> {
  yield* inEachFile(files, (file) => {
    // That it should not be there at all says more than that it is no tenant.
    if (isSecretManifest(file)) return [];
    const ambiguous = new Set(problemsOf(file, ['ambiguous-scalar']).map(({ path }) => JSON.stringify(path)));
    return (file.checked?.violations ?? [])
      .filter((violation) => violation.kind === kind)
      .filter(({ path }) => kind !== 'wrong-value' || !ambiguous.has(JSON.stringify(path)))
      .map((violation) => finding(file, violation));
  });
}

function finding({ path: file }: ConfigFile, { kind, path, message, help }: Violation): Finding {
  const origin = originAt(fileOrigin(file), ...path);
  return {
    message,
    at: kind === 'wrong-value' ? at(origin) : atKey(origin),
    ...(help !== undefined && { help }),
  };
}
