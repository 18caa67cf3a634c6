import { at } from '../values/json.ts';
import { parseYaml } from '../source/source.ts';

/** A binding that is in both of two versions of a file of `dist/`, with what it refers to in each. */
export interface KeptBinding {
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding';
  readonly name: string;
  /** As `ClusterRole/admin`. */
  readonly before: string;
  readonly after: string;
}

/** The bindings that both versions of a file have, as far as their documents differ: `roleRef` cannot change (S11). */
export function bindingsInBoth(before: string, after: string): KeptBinding[] {
  const [old, now] = [documentsOf(before), documentsOf(after)];
  const was = bindingsOf(old.filter((text) => !now.includes(text)));
  return Array.from(bindingsOf(now.filter((text) => !old.includes(text)))).flatMap(([name, { kind, role }]) => {
    const binding = was.get(name);
    return binding ? [{ kind, name, before: binding.role, after: role }] : [];
  });
}

/** The documents of a file as `synth` writes it, each as its text. */
export function documentsOf(text: string): string[] {
  return text.split(/^---$/m);
}

interface Binding {
  readonly kind: KeptBinding['kind'];
  readonly role: string;
}

/** The bindings among documents, by name. What is not as `synth` writes it is none: `synth --check` reports it. */
function bindingsOf(texts: readonly string[]): Map<string, Binding> {
  return new Map(
    texts
      .filter((text) => text.includes('roleRef:'))
      .flatMap((text) => {
        const document = parseYaml('dist', text).value;
        const kind = at(document, 'kind');
        if (kind !== 'RoleBinding' && kind !== 'ClusterRoleBinding') return [];
        const role = `${String(at(document, 'roleRef', 'kind'))}/${String(at(document, 'roleRef', 'name'))}`;
        return [[String(at(document, 'metadata', 'name')), { kind, role }] as const];
      }),
  );
}
