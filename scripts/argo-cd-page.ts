import { readFileSync } from 'node:fs';
import type { RenderedKind } from '../src/manifests/kinds.ts';
import { kindsFormerlyIn, kindsIn, renderedKinds } from '../src/manifests/kinds.ts';
import { groupedBy } from '../src/values/order.ts';

const page = 'docs/argo-cd.md';

/** The operator's guide, with its lists of kinds as `src/manifests/kinds.ts` has them. All else in it is written by hand. */
export function argoCDPage(): Record<string, string> {
  const text = readFileSync(page, 'utf8');
  const withKinds = between(text, '  resource.inclusions: |\n', '  resource.exclusions:', inclusions());
  return {
    [page]: between(
      withKinds,
      '| object | sync options | why |\n| --- | --- | --- |\n',
      '\n| for all |',
      syncOptions(),
    ),
  };
}

/** `text` with what is between two texts replaced. */
function between(text: string, start: string, end: string, by: string): string {
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf(end, from);
  if (from < start.length || to < from) throw new Error(`${page} has no place for what is generated: ${start}`);
  return text.slice(0, from) + by + text.slice(to);
}

/** The kinds that Argo CD has to look at, as its setting: of the clusters, and of the one that it runs in. */
function inclusions(): string {
  const entries = (kinds: readonly RenderedKind[], cluster: string): string[] =>
    Array.from(
      groupedBy(kinds, ({ group }) => group),
      ([group, of]) =>
        `    - apiGroups: [${group === '' ? "''" : group}]\n      kinds: [${of.map(({ kind }) => kind).join(', ')}]\n      clusters: ['${cluster}']\n`,
    );
  return [
    ...entries([...kindsIn('namespaces'), ...kindsFormerlyIn('namespaces'), ...kindsIn('cluster')], '*'),
    ...entries(kindsIn('argo-cd'), 'https://kubernetes.default.svc'),
  ].join('');
}

/** The row about a Namespace that is on its way out, below that of the others. */
const marked =
  '| Namespace that is marked for deletion | `Prune=true,Delete=true`, and an empty `compare-options` | The first of the two changes is what makes it prunable, and lets the policy in the cluster let it go. Written, as what is only left out may stay. |\n';

/** A row for the kinds of which Argo CD does the same for the same reason. */
function syncOptions(): string {
  const rows = Array.from(
    groupedBy(renderedKinds, ({ leavingGit }) => leavingGit.why),
    ([why, of]) => {
      const options = of.some(({ leavingGit }) => leavingGit.kept)
        ? '`Prune=false,Delete=false`, and `compare-options: IgnoreExtraneous`'
        : 'none';
      return `| ${of.map(({ kind }) => kind).join(', ')} | ${options} | ${why} |\n${of.some(({ kind }) => kind === 'Namespace') ? marked : ''}`;
    },
  );
  const whole = renderedKinds.filter(({ writtenWhole }) => writtenWhole).map(({ kind }) => kind);
  return [
    ...rows,
    `| ${whole.join(', ')} | \`Replace=true\`, beside the above | They have maps that lose keys. Argo CD writes them whole, also over what another field manager keeps of an older rendering. An annotation changes with the keys, or Argo CD would see no difference. |\n`,
  ].join('');
}
