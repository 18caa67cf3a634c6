import type { ManifestObject } from '../manifests/manifest-file.ts';
import { isNotFound } from './answers.ts';
import type { Api } from './api.ts';
import type { Outcome } from './dry-run.ts';
import { at, listAt, textAt } from '../values/json.ts';

/**
 * What a server's type checker says of a policy. A dry run shows that the expressions compile; whether the fields that
 * they name exist is checked later, by kube-controller-manager, of policies that are stored.
 */
export type TypeCheck = { readonly object: ManifestObject } & (
  | { readonly result: 'passed' }
  | { readonly result: 'failed'; readonly warnings: readonly { readonly field: string; readonly message: string }[] }
  | { readonly result: 'not-checked'; readonly reason: NotChecked }
);

/**
 * `not-stored`: the server has no such policy. `other`: it has another one of that name. `pending`: not looked at yet.
 * `unreadable`: the server does not show it.
 */
export type NotChecked = 'not-stored' | 'other' | 'pending' | 'unreadable';

/** The type checks of the policies among the objects. */
export async function typeChecks(api: Api, objects: readonly ManifestObject[]): Promise<TypeCheck[]> {
  const stored = storedObjects(api);
  return await Promise.all(
    objects.filter(isPolicy).map(async (object): Promise<TypeCheck> => {
      const notChecked = (reason: NotChecked): TypeCheck => ({ object, result: 'not-checked', reason });
      const found = await stored(object);
      if (typeof found === 'string') return notChecked(found);
      const listed = at(found.body, 'status', 'typeChecking', 'expressionWarnings');
      if (listed !== undefined && !Array.isArray(listed)) return notChecked('unreadable');
      if (!agrees(at(object.manifest(), 'spec'), at(found.body, 'spec'))) return notChecked('other');
      const observed = at(found.body, 'status', 'observedGeneration');
      if (observed === undefined || observed !== at(found.body, 'metadata', 'generation')) return notChecked('pending');
      const warnings = listAt(found.body, 'status', 'typeChecking', 'expressionWarnings').map((warning) => ({
        field: textAt(warning, 'fieldRef') ?? '',
        message: textAt(warning, 'warning') ?? '',
      }));
      return warnings.length === 0 ? { object, result: 'passed' } : { object, result: 'failed', warnings };
    }),
  );
}

/**
 * Those of the refusals that come from a policy of ours which applying everything would change: the server judges by
 * what it holds now.
 */
export function refusedByOldPolicy(outcomes: readonly Outcome[], checks: readonly TypeCheck[]): ReadonlySet<Outcome> {
  const changing = new Set(
    checks.flatMap((c) => (c.result === 'not-checked' && c.reason === 'other' ? [c.object.name] : [])),
  );
  return new Set(outcomes.filter((o) => o.result === 'refused' && changing.has(policyThatRefused(o.message) ?? '')));
}

function isPolicy({ apiVersion, kind }: ManifestObject): boolean {
  return apiVersion.startsWith('admissionregistration.k8s.io/') && kind === 'ValidatingAdmissionPolicy';
}

function policyThatRefused(message: string): string | undefined {
  return /^ValidatingAdmissionPolicy '([^']+)' with binding /.exec(message)?.[1];
}

function storedObjects(
  api: Api,
): (object: ManifestObject) => Promise<{ readonly body: unknown } | 'not-stored' | 'unreadable'> {
  return async (object) => {
    const path = await api.pathOf(object);
    if (path === undefined) return 'not-stored';
    if (typeof path !== 'string') return 'unreadable';
    const answer = await api.get(path);
    if (isNotFound(answer, object.name)) return 'not-stored';
    const { status, body } = answer;
    return status === 200 && at(body, 'metadata', 'name') === object.name ? { body } : 'unreadable';
  };
}

/** What the server fills in where a manifest says nothing. */
const defaults: Readonly<Record<string, unknown>> = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  scope: '*',
};

/** Whether a stored value is the desired one: the same, but for what the server fills in. */
function agrees(desired: unknown, stored: unknown): boolean {
  if (Array.isArray(desired)) {
    return (
      Array.isArray(stored) && desired.length === stored.length && desired.every((item, i) => agrees(item, stored[i]))
    );
  }
  if (typeof desired !== 'object' || desired === null) return desired === stored;
  if (typeof stored !== 'object' || stored === null) return false;
  const fields = new Set([...Object.keys(desired), ...Object.keys(stored)]);
  return Array.from(fields).every((field) => {
    const wanted: unknown = at(desired, field) ?? defaults[field];
    return agrees(wanted, at(stored, field));
  });
}
