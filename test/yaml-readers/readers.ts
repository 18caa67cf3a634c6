import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildHash, cacheRoot } from '../control-plane/binaries.ts';
import { buildOnce, buildProgram } from '../control-plane/build-once.ts';

/** What the readers of a document see: one value, or each its own. */
export type Seen = { readonly same: unknown } | { readonly differ: Readonly<Record<string, unknown>> };

const goModule = fileURLToPath(new URL('../../tools/yaml-readers', import.meta.url));
const program = 'yaml-readers';

/**
 * Builds `tools/yaml-readers`, once for what it is made of (Go, some seconds), and gives a function that hands documents
 * to it: what kubectl, the API server and Argo CD would see in each.
 */
export async function yamlReaders(): Promise<(documents: readonly string[]) => readonly Seen[]> {
  const source = createHash('sha256')
    .update(readFileSync(join(goModule, 'main.go')))
    .digest('hex');
  const folder = join(cacheRoot(program, undefined), buildHash(goModule, [source]));
  await buildOnce({
    title: 'The YAML readers of kubectl, the API server and Argo CD',
    takes: 'some seconds',
    folder,
    files: [program],
    build(into) {
      buildProgram(goModule, ['-trimpath', '-buildvcs=false', '-mod=readonly'], '.', join(into, program));
    },
  });
  return (documents) => {
    const { status, stdout, stderr } = spawnSync(join(folder, program), {
      input: documents.map((document) => JSON.stringify(document)).join('\n'),
      maxBuffer: 2 ** 30,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${program} ended with ${String(status)}: ${stderr}`);
    const seen = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map(seenIn);
    if (seen.length !== documents.length) throw new Error(`${program} read ${seen.length} of ${documents.length}`);
    return seen;
  };
}

function seenIn(line: string): Seen {
  const answer: unknown = JSON.parse(line);
  if (typeof answer === 'object' && answer !== null) {
    if ('same' in answer) return { same: answer.same };
    if ('differ' in answer && typeof answer.differ === 'object' && answer.differ !== null)
      return { differ: { ...answer.differ } };
  }
  throw new Error(`${program} said ${line}`);
}
