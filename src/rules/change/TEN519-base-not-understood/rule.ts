import { at, atFile } from '../../../source/diagnostic.ts';
import { baseFile } from '../../../source/source.ts';
import type { ChangeContext, ChangeFinding, ChangeRule } from '../../rule.ts';
import { hasBase, itemsIn, targetOf, unread, waiverHelp } from '../sides.ts';

const code = 'TEN519';

export const baseNotUnderstood: ChangeRule = {
  level: 'change',
  code,
  name: 'base-not-understood',
  severity: 'error',
  summary: 'A change is judged against a base of which every file can be read in full.',
  why: 'All that guards a change compares it with its base. Of a file that cannot be read there, nobody can say which namespaces it had, whom it gave access and what it protected: whatever the change takes away would be taken for something that never was. So nothing passes in its shadow unless somebody says that it may, also the repair itself.',
  waivable: true,
  *check(context) {
    if (!hasBase(context)) return;
    yield* organizationFinding(context);
    const known = itemsIn(context.plan);
    const target = targetOf(context);
    const { before, after } = context;
    const { clusters, tenants } = unread(before);
    for (const [kind, names, declared, what] of [
      ['cluster', clusters, after.desired.clusters, 'what was shared on it, what it trusted and what it retained'],
      ['tenant', tenants, after.desired.tenants, 'which namespaces it had, who was in them and what protected them'],
    ] as const) {
      for (const name of names) {
        const now = declared.find((other) => other.name === name);
        const file = fileOf(context, kind, name);
        const waived = waiverHelp(code, target(kind, name));
        yield {
          message: now
            ? `${kind} \`${name}\` cannot be fully read in the base, so nobody can say ${what}`
            : `${kind} \`${name}\` is removed, but cannot be fully read in the base, so nobody can say ${what}`,
          at: at((now ?? after.desired.organization).origin),
          related: [{ location: atFile(baseFile(file)), message: 'cannot be fully read' }],
          help: now
            ? `repair ${file} in a change that touches nothing else, and for that change ${waived}`
            : `put ${file} back and repair it, in a change that touches nothing else, and remove it later; or ${waived}`,
          target: target(kind, name),
          items: known(`${kind}/${name}`),
        };
      }
    }
  },
};

function* organizationFinding({ before, after, plan }: ChangeContext): Iterable<ChangeFinding> {
  const [base, head] = [before.desired.organization, after.desired.organization];
  if (base.complete) return;
  const target = base.name || head.name;
  const isThere = before.files.organization.length > 0;
  const file = base.origin.file;
  yield {
    message: `the organization ${isThere ? 'cannot be fully read' : 'is missing'} in the base, so nobody can say who its admins were, and what its groups, limits and exceptions`,
    at: at(head.origin),
    ...(isThere && { related: [{ location: atFile(baseFile(file)), message: 'cannot be fully read' }] }),
    help: `repair ${file} in a change that touches nothing else, and for that change ${
      base.name === '' ? `set the label \`tenantry-allow/${code}\` on the pull request` : waiverHelp(code, target)
    }`,
    target,
    items: itemsIn(plan)('organization/'),
  };
}

/** The file of the base that could not be read. */
function fileOf({ before: { files } }: ChangeContext, kind: 'cluster' | 'tenant', name: string): string {
  const read = kind === 'cluster' ? files.clusters : files.tenants;
  const stem = `${kind}s/${name}.`;
  return (
    read.find((file) => file.stem === name)?.path ??
    files.strays.find(({ path }) => path.toLowerCase().startsWith(stem.toLowerCase()))?.path ??
    `${stem}yaml`
  );
}
