import type { ResourceRule } from './rbac.ts';

/** A right in the rules of a role that nobody should get by a tenant's own decision. */
export interface SensitiveRight {
  /**
   * A short name: the resource or verb as RBAC writes it (`secrets`, `pods/exec`, `impersonate`), `*`, or the API group of
   * other operators (`cert-manager.io`). It is the same wherever the same is at stake, so that a grant can name it.
   */
  readonly name: string;
  /** What it lets its holder do, for a message: `runs commands in pods`. */
  readonly effect: string;
  /** Where it is written: the rule, its list, and the element of that. */
  readonly rule: number;
  readonly key: 'apiGroups' | 'resources' | 'verbs';
  readonly index: number;
}

/** Resources of the core group that are sensitive whatever the verb: a GET of `pods/exec` opens a shell, too. */
const resources: ReadonlyMap<string, string> = new Map([
  ['secrets', 'reaches the passwords and tokens of the namespace'],
  ['pods/exec', 'runs commands in pods'],
  ['pods/attach', 'joins the processes of pods'],
  ['pods/portforward', 'connects to pods past the network policies'],
  ['pods/ephemeralcontainers', 'puts containers into running pods'],
  ['pods/proxy', 'connects to pods past the network policies, as the API server'],
  ['services/proxy', 'connects to services past the network policies, as the API server'],
  ['serviceaccounts/token', 'makes tokens of service accounts'],
]);

/** Sensitive with all that is below them, but not among the ordinary things of a namespace. */
const nodes = ['nodes', 'reaches nodes, and so what runs on them'] as const;

/** Verbs that turn a role into another one, with what they do: nobody may grant these. */
const escalating: ReadonlyMap<string, string> = new Map([
  ['bind', 'gives others roles that its holder does not have'],
  ['escalate', 'writes roles that hold more than its holder has'],
  ['impersonate', 'acts as someone else'],
]);

/** Verbs by which the API server asks for a permission on the way to something else, on whatever resource. */
const verbs: ReadonlyMap<string, string> = new Map([
  ['use', 'uses what others are held to, such as a security context constraint of OpenShift'],
  ['approve', 'approves certificates'],
  ['attest', 'vouches for certificates'],
  ['sign', 'signs certificates'],
]);

/**
 * The API groups whose objects are ordinary work in a namespace: those that Kubernetes lets `edit` write to. Behind another
 * one stands an operator, which may do for whoever writes its objects what he may not do himself.
 */
export const workloadGroups: ReadonlySet<string> = new Set([
  '',
  'apps',
  'autoscaling',
  'batch',
  'coordination.k8s.io',
  'events.k8s.io',
  'extensions',
  'networking.k8s.io',
  'policy',
  'resource.k8s.io',
]);

/** Everything else changes something, the verbs included that only an operator knows. */
const readingVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** Subresources that are a part of their object. Others are doors: `virtualmachineinstances/vnc` is opened by `get`. */
const plainSubresources: ReadonlySet<string> = new Set(['status', 'scale']);

/**
 * What in the rules of a role takes somebody's consent who is not its author: secrets, what runs in pods or connects to
 * them, tokens, nodes, verbs that turn one role into another, `*`, and writing to API groups of other operators. Reading
 * those is not among it. A name may occur several times, once for each place where it is written.
 */
export function sensitiveRights(rules: readonly ResourceRule[]): SensitiveRight[] {
  return rules.flatMap((rule, i) => [
    ...rule.verbs.flatMap((verb, index) => found(sensitiveVerb(verb), { rule: i, key: 'verbs', index })),
    ...rule.apiGroups.flatMap((group, index) =>
      found(sensitiveGroup(group, rule), { rule: i, key: 'apiGroups', index }),
    ),
    ...rule.resources.flatMap((resource, index) =>
      found(sensitiveResource(resource, rule), { rule: i, key: 'resources', index }),
    ),
  ]);
}

/** Its name and effect. */
type Sensitive = readonly [name: string, effect: string];

function found(sensitive: Sensitive | undefined, place: Pick<SensitiveRight, 'rule' | 'key' | 'index'>) {
  if (!sensitive) return [];
  const [name, effect] = sensitive;
  return [{ name, effect, ...place }];
}

const all = (what: string): Sensitive => ['*', `reaches all ${what}, those of tomorrow too`];

/** What a verb does that turns a role into another one; undefined for others. */
export function escalation(verb: string): string | undefined {
  return escalating.get(withoutConstraint(verb));
}

/** Constrained impersonation has a verb for each way: `impersonate:user-info`, `impersonate-on:user-info:list`. */
function withoutConstraint(verb: string): string {
  const [plain = ''] = verb.split(':', 1);
  return plain.startsWith('impersonate') ? 'impersonate' : plain;
}

function sensitiveVerb(verb: string): Sensitive | undefined {
  if (verb.includes('*')) return all('verbs');
  const name = withoutConstraint(verb);
  const effect = escalation(verb) ?? verbs.get(name);
  return effect === undefined ? undefined : [name, effect];
}

function sensitiveResource(resource: string, { apiGroups }: ResourceRule): Sensitive | undefined {
  if (resource.includes('*')) return all('resources');
  if (!apiGroups.some((group) => group === '' || group.includes('*'))) return undefined;
  if (resource === nodes[0] || resource.startsWith(`${nodes[0]}/`)) return nodes;
  // No subresource of a Secret is known, and none would be harmless.
  const name = resource.startsWith('secrets/') ? 'secrets' : resource;
  const effect = resources.get(name);
  return effect === undefined ? undefined : [name, effect];
}

function sensitiveGroup(group: string, { resources: named, verbs: allowed }: ResourceRule): Sensitive | undefined {
  if (group.includes('*')) return all('API groups');
  if (workloadGroups.has(group)) return undefined;
  const opens = named.some((resource) => {
    const [, subresource] = resource.split('/', 2);
    return subresource !== undefined && !plainSubresources.has(subresource);
  });
  // Verbs that are sensitive on anything are named for themselves.
  if (!opens && allowed.every((verb) => readingVerbs.has(verb) || sensitiveVerb(verb))) return undefined;
  return [group, `has the operator of ${group} do what its objects say`];
}
