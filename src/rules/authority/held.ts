import type { Ceilings } from '../../config/model/ceilings.ts';
import type { Located, Namespace } from '../../config/model/desired-state.ts';
import type { GrantedValues } from '../../settings/grants.ts';
import { grants } from '../../settings/grants.ts';
import type { Ceiling } from '../../settings/grants.ts';
import type { isolation } from '../../settings/isolation.ts';

/** What a namespace has of a key that goes beyond what its tenant is granted. */
export interface BeyondGrant {
  /** The rest of a sentence that begins with the key. */
  readonly what: string;
  /** Where it is written; undefined where nobody says anything, which is the most. */
  readonly said?: Located<unknown>;
  /** The grant that would cover it. */
  readonly grant: Partial<GrantedValues>;
}

/** The keys of namespaces that are each held to a grant by itself. */
export type HeldKey = keyof typeof isolation | 'containerLimits';

type Check = (ceilings: Ceilings, namespace: Namespace) => BeyondGrant | undefined;

function check<Granted, Said>(
  ceiling: Ceiling<Granted, Said>,
  granted: (ceilings: Ceilings) => Located<Granted> | undefined,
  said: (namespace: Namespace) => Located<Said> | undefined,
  wanted: (granted: Granted) => Partial<GrantedValues>,
): Check {
  return (ceilings, namespace) => {
    const [most, written] = [granted(ceilings)?.value, said(namespace)];
    const beyond = ceiling.beyond(most, written?.value);
    return beyond && { ...beyond, ...(written && { said: written }), grant: wanted(beyond.grant) };
  };
}

/** How each key is held: the compiler asks for one that is forgotten. */
export const heldKeys: Readonly<Record<HeldKey, Check>> = {
  enforcement: check(
    grants.enforcement,
    ({ enforcement }) => enforcement,
    ({ isolation }) => isolation.enforcement,
    (enforcement) => ({ enforcement }),
  ),
  network: check(
    grants.network,
    ({ network }) => network,
    ({ isolation }) => isolation.network,
    (network) => ({ network }),
  ),
  podSecurity: check(
    grants.podSecurity,
    ({ podSecurity }) => podSecurity,
    ({ isolation }) => isolation.podSecurity,
    (podSecurity) => ({ podSecurity }),
  ),
  nodeSelector: check(
    grants.nodeSelector,
    ({ nodeSelector }) => nodeSelector,
    ({ isolation }) => isolation.nodeSelector,
    (nodeSelector) => ({ nodeSelector }),
  ),
  registries: check(
    grants.registries,
    ({ registries }) => registries,
    ({ isolation }) => isolation.registries,
    (registries) => ({ registries }),
  ),
  storageClasses: check(
    grants.storageClasses,
    ({ storageClasses }) => storageClasses,
    ({ isolation }) => isolation.storageClasses,
    (storageClasses) => ({ storageClasses }),
  ),
  ingressClasses: check(
    grants.ingressClasses,
    ({ ingressClasses }) => ingressClasses,
    ({ isolation }) => isolation.ingressClasses,
    (ingressClasses) => ({ ingressClasses }),
  ),
  runtimeClasses: check(
    grants.runtimeClasses,
    ({ runtimeClasses }) => runtimeClasses,
    ({ isolation }) => isolation.runtimeClasses,
    (runtimeClasses) => ({ runtimeClasses }),
  ),
  priorityClasses: check(
    grants.priorityClasses,
    ({ priorityClasses }) => priorityClasses,
    ({ isolation }) => isolation.priorityClasses,
    (priorityClasses) => ({ priorityClasses }),
  ),
  containerLimits: check(
    grants.containerLimits,
    ({ containerLimits }) => containerLimits,
    ({ containerLimits }) => containerLimits,
    (containerLimits) => ({ containerLimits }),
  ),
};
