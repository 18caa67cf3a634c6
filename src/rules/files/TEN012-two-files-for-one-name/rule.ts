import type { ConfigFile } from '../../../config/reading/files.ts';
import { atFile } from '../../../source/diagnostic.ts';
import type { WholeRule, Finding } from '../../rule.ts';

export const twoFilesForOneName: WholeRule = {
  level: 'whole',
  code: 'TEN012',
  name: 'two-files-for-one-name',
  severity: 'error',
  summary: 'No two files declare the same tenant or cluster, also not if they differ in the case of letters.',
  why: 'Of two files nobody can say which one holds. Where they differ only by the case of letters, one of them vanishes on the disks of macOS and Windows.',
  *check({ files }) {
    yield* twins(files.clusters);
    yield* twins(files.tenants);
  },
};

function* twins(files: readonly ConfigFile[]): Generator<Finding, void> {
  const firsts = new Map<string, ConfigFile>();
  for (const other of files) {
    const name = other.stem.toLowerCase();
    const first = firsts.get(name);
    if (!first) firsts.set(name, other);
    else {
      const same = first.stem === other.stem;
      yield {
        message: same
          ? `${other.kind.toLowerCase()} \`${other.stem}\` is declared in two files`
          : `\`${other.path}\` and \`${first.path}\` differ only in the case of letters`,
        at: atFile(other.path),
        related: [{ location: atFile(first.path), message: 'the other one' }],
        help: same ? `keep one of ${first.path} and ${other.path}` : 'rename one of them, or delete it',
      };
    }
  }
}
