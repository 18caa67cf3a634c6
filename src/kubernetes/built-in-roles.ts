import recorded from './built-in-roles.json' with { type: 'json' };
import type { PolicyRule } from './rbac.ts';
import type { Lifetime, Recorded } from './recorded-versions.ts';
import { isIn, nearestRecorded, recordedVersions } from './recorded-versions.ts';
import { once } from '../values/once.ts';

/** A group that Kubernetes itself binds to one of its ClusterRoles. */
export interface BuiltInBinding {
  readonly group: string;
  readonly role: string;
}

/** A ClusterRole that Kubernetes itself has. */
export interface BuiltInRole {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

/** What Kubernetes has by itself. */
export interface BuiltIn {
  /** The release that it was recorded of, such as `v1.36.3`. */
  readonly release: string;
  readonly bindings: readonly BuiltInBinding[];
  readonly roles: ReadonlyMap<string, BuiltInRole>;
}

const bindings: readonly (BuiltInBinding & Lifetime)[] = recorded.bindings;
const roles: readonly { readonly name: string; readonly rules: readonly (PolicyRule & Lifetime)[] }[] = recorded.roles;

/** The recorded versions, from the oldest to the newest; each is put together when it is first asked for. */
const versions = recordedVersions(recorded.versions).map((version) => ({
  minor: version.minor,
  builtIn: once(() => ofVersion(version)),
}));

/**
 * What a Kubernetes such as `1.36` has by itself, as it was recorded from a real API server of that minor version or of
 * the nearest before it (`npm run record-roles`).
 */
export function builtIn(kubernetesVersion: string): BuiltIn {
  return nearestRecorded(versions, kubernetesVersion).builtIn();
}

function ofVersion(version: Recorded): BuiltIn {
  const present = roles.map(({ name, rules }) => ({
    name,
    rules: rules.filter((rule) => isIn(rule, version)).map(({ since: _since, until: _until, ...rule }) => rule),
  }));
  return {
    release: version.release,
    bindings: bindings.filter((binding) => isIn(binding, version)),
    // Each role that there is has rules.
    roles: new Map(present.filter(({ rules }) => rules.length > 0).map((role) => [role.name, role])),
  };
}
