import type { ConfigFile } from '../../../config/reading/files.ts';
import type { Label } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import type { SourceProblem } from '../../../source/source.ts';
import type { FileRule, Finding } from '../../rule.ts';
import { mostRelated } from '../../wording.ts';
import { clipped, firstOfFile, placed, problemsOf } from '../problems.ts';

export const notPlainYaml: FileRule = {
  level: 'file',
  code: 'TEN006',
  name: 'not-plain-yaml',
  severity: 'error',
  summary:
    'Config files use plain YAML only: one document, keys that are text, no anchors, aliases, merge keys, tags or directives.',
  why: '"Where does this come from" must have one answer: the line on which it is written. An alias moves it elsewhere, a merge key mixes two places, a tag changes what a value is, and a few lines of aliases grow to gigabytes.',
  check({ file }) {
    return firstOfFile([
      ...references(file),
      ...problemsOf(file, ['tag', 'directive', 'several-documents', 'odd-key']).map((problem) => ({
        ...worded(problem),
        ...placed(file, problem),
      })),
    ]);
  },
};

/** Anchors, aliases and merge keys hang together: one finding for each anchor, with the places that use it. */
function references(file: ConfigFile): Finding[] {
  const anchors = problemsOf(file, ['anchor']);
  const aliases = groupedBy(problemsOf(file, ['alias']), ({ detail }) => detail.slice(1));
  const named = new Set(anchors.map(({ detail }) => detail.slice(1)));
  const unanchored = [...aliases].flatMap(([name, uses]) => (named.has(name) ? [] : uses.slice(0, 1)));
  const merges = anchors.length + aliases.size === 0 ? problemsOf(file, ['merge-key']) : [];
  return [
    ...anchors.map((problem) => ({
      message: `anchor \`${clipped(problem.detail)}\`: anchors and aliases are not allowed`,
      at: placed(file, problem).at,
      related: usesOf(file, aliases.get(problem.detail.slice(1)) ?? []),
      help: 'write the value out wherever it is used; what several namespaces share can stand in `defaults`, or come by `inherits`',
    })),
    ...unanchored.map((problem) => ({
      message: `alias \`${clipped(problem.detail)}\`: anchors and aliases are not allowed`,
      at: placed(file, problem).at,
      help: 'write the value itself here; a text that begins with `*` needs quotes',
    })),
    ...merges.map((problem) => ({
      message: 'merge keys are not allowed',
      at: placed(file, problem).at,
      help: 'write the keys themselves here',
    })),
  ];
}

function usesOf(file: ConfigFile, uses: readonly SourceProblem[]): Label[] {
  return uses.slice(0, mostRelated).map(({ span }) => ({ location: { file: file.path, span }, message: 'used here' }));
}

type Flaw = 'tag' | 'directive' | 'several-documents' | 'odd-key';

function worded({ kind, detail }: SourceProblem & { readonly kind: Flaw }): Pick<Finding, 'message' | 'help'> {
  switch (kind) {
    case 'tag':
      return {
        message: `tag \`${clipped(detail)}\`: tags are not allowed`,
        help: 'remove it; a text that begins with `!` needs quotes',
      };
    case 'directive':
      return { message: `directive \`${clipped(detail)}\`: directives are not allowed`, help: 'remove the line' };
    case 'several-documents':
      return {
        message: 'a second document begins here, and a config file has one',
        help: 'move it into a file of its own, or remove the `---`',
      };
    case 'odd-key':
      return detail === '__proto__' || detail === ''
        ? { message: detail === '' ? 'a key is empty' : `\`${detail}\` cannot be a key`, help: 'name another key' }
        : {
            message: 'a key must be text, not a list or a mapping',
            help: 'a text that begins with `{` or `[`, as in templates, needs quotes',
          };
  }
}
