import { reservedGroups } from '../../config/model/desired-state.ts';
import { builtInRoles } from '../../kubernetes/user-roles.ts';
import { skeleton } from '../../values/lookalike.ts';

const taken = new Map([...builtInRoles, 'cluster-admin', ...reservedGroups].map((name) => [skeleton(name), name]));
const system = `${skeleton('system')}-`;

/**
 * The role of Kubernetes or the platform that is read for a name. Names of custom roles hold no colon, so `system-` is as
 * close as one gets to `system:`.
 */
export function takenName(name: string): string | undefined {
  const read = skeleton(name);
  return read.startsWith(system) ? 'system:*' : taken.get(read);
}
