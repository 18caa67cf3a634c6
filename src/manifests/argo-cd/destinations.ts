import { compareCodeUnits, groupedBy } from '../../values/order.ts';

/**
 * The patterns of namespaces that a project of Argo CD leaves out: all that match one of `off`, save for those `allowed` by
 * name. Argo CD lets pass what no line denies, and has no line that takes back what another denies: so a pattern with a
 * name in it that is allowed becomes several, which together stand for all that it stands for but that name.
 */
export function leftOut(off: readonly string[], allowed: readonly string[]): string[] {
  return off.flatMap((pattern) => {
    if (!pattern.endsWith('*')) return allowed.includes(pattern) ? [] : [pattern];
    const start = pattern.slice(0, -1);
    const within = allowed.filter((name) => name.startsWith(start));
    return within.length === 0
      ? [pattern]
      : allBut(
          start,
          within.map((name) => name.slice(start.length)),
        );
  });
}

/** Patterns for all names that begin with `start` and do not go on with one of `rests`, of which there is at least one. */
function allBut(start: string, rests: readonly string[]): string[] {
  const longer = rests.filter((rest) => rest !== '');
  const byNext = Array.from(groupedBy(longer, (rest) => rest.charAt(0))).sort(([a], [b]) => compareCodeUnits(a, b));
  const next = byNext.map(([character]) => character);
  return [
    // The name that ends here; none can be empty.
    ...(rests.includes('') || start === '' ? [] : [start]),
    // Those that go on otherwise. A hyphen in a class stands for itself only where it is last.
    next.length === 0
      ? `${start}?*`
      : `${start}[!${next.filter((one) => one !== '-').join('')}${next.includes('-') ? '-' : ''}]*`,
    ...byNext.flatMap(([character, within]) =>
      allBut(
        `${start}${character}`,
        within.map((rest) => rest.slice(1)),
      ),
    ),
  ];
}
