/** What GitHub makes of a team's name, and what stands in CODEOWNERS. */
const teamSlug = /^(?=.{1,100}$)[a-z0-9]+(?:[-_][a-z0-9]+)*$/;

/** What says which team a group is. */
export interface TeamNames {
  /** By group. */
  readonly teams: ReadonlyMap<string, string>;
  /** What the names of groups begin with that are teams. */
  readonly groupPrefix?: { readonly value: string };
}

/**
 * The team of a group: the one that is named for it; or of the group's own name, without the prefix where the organization
 * says that teams have one. Undefined for a group without it, and where a team cannot have such a name.
 */
export function teamOf(names: TeamNames | undefined, group: string): string | undefined {
  const named = names?.teams.get(group);
  if (named !== undefined) return named;
  const prefix = names?.groupPrefix?.value ?? '';
  if (!group.startsWith(prefix)) return undefined;
  const name = group.slice(prefix.length);
  return teamSlug.test(name) ? name : undefined;
}
