/**
 * Kubernetes' RBAC as the API server decides by it, rule by rule, down to its oddities.
 * See https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources.
 */

/** A rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** What is asked: a verb on a resource, or on a path of the API server that is none. */
export type AccessRequest = ResourceRequest | PathRequest;

export interface ResourceRequest {
  readonly verb: string;
  /** The API group; `''` is the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Of the object. Undefined where a request names none, as `list` and `create` do. */
  readonly name?: string;
  /** Undefined for the whole cluster: all namespaces at once, or a resource that is in none. */
  readonly namespace?: string;
}

export interface PathRequest {
  readonly verb: string;
  readonly path: string;
}

/** Whether a rule allows a request, wherever the rule holds. */
export function ruleAllows(rule: PolicyRule, request: AccessRequest): boolean {
  if (!hasOrAll(rule.verbs, request.verb)) return false;
  if ('path' in request) return (rule.nonResourceURLs ?? []).some((url) => pathMatches(url, request.path));
  return (
    hasOrAll(rule.apiGroups, request.group) &&
    (rule.resources ?? []).some((resource) => resourceMatches(resource, request)) &&
    nameMatches(rule.resourceNames ?? [], request.name)
  );
}

/** A rule about resources, as a Role can have it: without paths. */
export type ResourceRule = PolicyRule & Required<Pick<PolicyRule, 'apiGroups' | 'resources'>>;

/**
 * Whether `rules` allow all that `others` do. These are taken apart into verb, group, resource and name, as the API server
 * does when it looks for escalation, and each such right is asked about like a request: one for everything, `*`, is
 * allowed by `*` alone.
 */
export function rulesCover(rules: readonly ResourceRule[], others: readonly ResourceRule[]): boolean {
  return others.flatMap(rightsOfRule).every((right) => rules.some((rule) => ruleAllows(rule, right)));
}

/** All that rules allow, one right each: the same for the same rights, in whatever rules they are written. */
export function rightsOf(rules: readonly ResourceRule[]): string[] {
  return [...new Set(rules.flatMap(rightsOfRule).map(describeRight))];
}

/** What `rules` allow that `others` do not, one right each: `create pods/exec`, `get deployments.apps "web"`. */
export function rightsBeyond(rules: readonly ResourceRule[], others: readonly ResourceRule[]): string[] {
  const beyond = rules.flatMap(rightsOfRule).filter((right) => !others.some((rule) => ruleAllows(rule, right)));
  return [...new Set(beyond.map(describeRight))];
}

function rightsOfRule({ verbs, apiGroups, resources, resourceNames }: ResourceRule): ResourceRequest[] {
  return verbs.flatMap((verb) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((written): ResourceRequest[] => {
        const slash = written.indexOf('/');
        const right =
          slash === -1
            ? { verb, group, resource: written }
            : { verb, group, resource: written.slice(0, slash), subresource: written.slice(slash + 1) };
        return resourceNames ? resourceNames.map((name) => ({ ...right, name })) : [right];
      }),
    ),
  );
}

/** A right in words, another for each: `create pods/exec`, `get deployments.apps`, `get secrets "web"`. */
function describeRight({ verb, group, resource, subresource, name }: ResourceRequest): string {
  // The resource `deployments.apps` of no group is not the resource `deployments` of the group `apps`.
  const word = (text: string): string => (/^[A-Za-z0-9*/_-]+$/.test(text) ? text : JSON.stringify(text));
  const suffix = group === '' ? '' : `.${/^[A-Za-z0-9*._-]+$/.test(group) ? group : JSON.stringify(group)}`;
  const what = word(subresource === undefined ? resource : `${resource}/${subresource}`);
  return `${word(verb)} ${what}${suffix}${name === undefined ? '' : ` ${JSON.stringify(name)}`}`;
}

function hasOrAll(values: readonly string[] | undefined, wanted: string): boolean {
  return values?.some((value) => value === '*' || value === wanted) ?? false;
}

/** `*` is every resource with every subresource, and `*` before a slash any resource; `pods` is no `pods/log`. */
function resourceMatches(written: string, { resource, subresource }: ResourceRequest): boolean {
  if (written === '*') return true;
  if (subresource === undefined) return written === resource;
  return written === `${resource}/${subresource}` || written === `*/${subresource}`;
}

/** A request without a name is never one for the named objects: neither `create` nor an ordinary `list` has one. */
function nameMatches(names: readonly string[], name: string | undefined): boolean {
  return names.length === 0 || (name !== undefined && names.includes(name));
}

/** `*` stands for any rest, and only at the end. */
function pathMatches(written: string, path: string): boolean {
  return written === path || (written.endsWith('*') && path.startsWith(written.replace(/\*+$/, '')));
}
