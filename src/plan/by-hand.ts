import type { MembersItem, Plan } from './items.ts';

/** Something that a change needs and no manifest brings about: somebody does it by hand. */
export interface ByHand {
  /** Where it is done. */
  readonly where: 'cluster' | 'identity provider';
  /** What to do, as a sentence without a full stop; names are in backquotes. */
  readonly what: string;
}

/**
 * What is to be done at the identity provider: who is in a group, it alone decides (S28, S33). The config says it so that
 * people can read it, and so no manifest changes by it.
 */
export function atIdentityProvider({ items, renames }: Plan): ByHand[] {
  const members = items.flatMap((item) => (item.kind === 'members' && item.declared === 'still' ? [item] : []));
  const todo = [
    ...members.flatMap(({ group, left }) =>
      left.length === 0 ? [] : [`take ${names(left)} out of ${groupText(group)}`],
    ),
    ...members.flatMap(({ group, joined }) =>
      joined.length === 0 ? [] : [`put ${names(joined)} into ${groupText(group)}`],
    ),
    ...renames.map(({ from, to }) => `rename group \`${from.name}\` to \`${to.name}\``),
  ];
  return todo.map((what) => ({ where: 'identity provider', what }));
}

function groupText(group: string): string {
  return `group \`${group}\``;
}

/** All of them: it is a list of things to do. */
function names(facts: MembersItem['joined']): string {
  return facts.flatMap(({ item }) => (item === undefined ? [] : [`\`${item}\``])).join(', ');
}
