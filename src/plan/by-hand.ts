import { isOwnAuthentication } from '../access/names-on.ts';
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
export function atIdentityProvider({ items, renames, after }: Plan): ByHand[] {
  const { clusters } = after.desired;
  // Where each cluster has its own identity provider, nobody puts anybody into the platform's own group.
  const isBoundByName = clusters.length > 0 && clusters.every(isOwnAuthentication);
  const members = items.flatMap((item) =>
    item.kind === 'members' && item.declared === 'still' && !(item.group === 'cluster-admins' && isBoundByName)
      ? [item]
      : [],
  );
  const todo = [
    ...members.flatMap(({ group, left }) => someNames(left).map((names) => `take ${names} out of group \`${group}\``)),
    ...members.flatMap(({ group, joined }) => someNames(joined).map((names) => `put ${names} into group \`${group}\``)),
    ...renames.map(({ from, to }) => `rename group \`${from.name}\` to \`${to.name}\``),
  ];
  return todo.map((what) => ({ where: 'identity provider', what }));
}

/** So many names are one thing to do: all of them are there, and no line is too long to be read. */
const mostNames = 20;

function someNames(facts: MembersItem['joined']): string[] {
  const names = facts.flatMap(({ item }) => (item === undefined ? [] : [`\`${item}\``]));
  const parts = Array.from({ length: Math.ceil(names.length / mostNames) }, (_, i) =>
    names.slice(i * mostNames, (i + 1) * mostNames),
  );
  return parts.map((part) => part.join(', '));
}
