import type { Violation } from '../../config/reading/check-schema.ts';
import type { ConfigFile } from '../../config/reading/files.ts';
import { at, atKey } from '../../source/diagnostic.ts';
import { fileOrigin, originAt } from '../../source/source.ts';
import type { Finding } from '../rule.ts';
import { firstOfFile, problemsOf } from './problems.ts';
import { isSecretManifest } from './TEN018-secret-in-config/rule.ts';

/** The ways of one kind in which a file differs from its schema. */
export function violationsOf(file: ConfigFile, kind: Violation['kind']): readonly Finding[] {
  // That it should not be there at all says more than that it is no tenant.
  if (isSecretManifest(file)) return [];
  const ambiguous = new Set(problemsOf(file, ['ambiguous-scalar']).map(({ path }) => JSON.stringify(path)));
  return firstOfFile(
    (file.checked?.violations ?? [])
      .filter((violation) => violation.kind === kind)
      .filter(({ path }) => kind !== 'wrong-value' || !ambiguous.has(JSON.stringify(path)))
      .map((violation) => finding(file, violation)),
  );
}

function finding({ path: file }: ConfigFile, { kind, path, message, help, mend }: Violation): Finding {
  const origin = originAt(fileOrigin(file), ...path);
  return {
    message,
    at: kind === 'wrong-value' ? at(origin) : atKey(origin),
    ...(help !== undefined && { help }),
    mend,
  };
}
