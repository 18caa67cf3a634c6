import { sortedBy } from '../values/order.ts';
import type { Expected, Finding, ObjectRef } from './finding.ts';

/** The entry by which a finding is expected: all that it is about must be, each by some entry. The first one is named. */
export function expectedBy(finding: Finding, entries: readonly Expected[]): readonly Expected[] | undefined {
  const found = finding.objects.map((object) => entries.find((entry) => matches(entry, finding.cluster, object)));
  const by = found.flatMap((entry) => entry ?? []);
  return by.length === found.length && by.length > 0 ? [...new Set(by)] : undefined;
}

function matches({ cluster, kind, name, namespace }: Expected, on: string, object: ObjectRef): boolean {
  return (
    (cluster === undefined || cluster === on) &&
    kind === object.kind &&
    (namespace === undefined || namespace === object.namespace) &&
    (name.endsWith('*') ? object.name.startsWith(name.slice(0, -1)) : name === object.name)
  );
}

/**
 * Lines of YAML that say that findings are expected, ready to paste, but for the reasons. An object whose name ends in `*`
 * cannot be said: it would stand for others, too, and whoever made it may have meant that.
 */
export function acceptLines(findings: readonly Finding[]): string {
  const objects = new Map<string, ObjectRef & { readonly cluster: string }>();
  for (const { cluster, objects: of } of findings) {
    for (const object of of)
      objects.set(JSON.stringify([cluster, object.kind, object.namespace, object.name]), { ...object, cluster });
  }
  const sorted = sortedBy(objects.values(), (o) => [o.cluster, o.kind, o.namespace ?? '', o.name]);
  return sorted.map(entryLines).join('');
}

function entryLines({ cluster, kind, name, namespace }: ObjectRef & { readonly cluster: string }): string {
  if (name.endsWith('*')) return `# A ${kind} whose name ends in * cannot be expected by its name: ${quoted(name)}\n`;
  const lines = [
    `- cluster: ${scalar(cluster)}`,
    `  kind: ${scalar(kind)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${scalar(namespace)}`]),
    `  name: ${scalar(name)}`,
    '  reason: say why this is to be so',
  ];
  return `${lines.join('\n')}\n`;
}

/** As it is where YAML cannot take it for anything but itself. */
function scalar(text: string): string {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/i.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : quoted(text);
}

/** JSON is YAML; what is not plain ASCII is escaped, for some of it is not seen. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
