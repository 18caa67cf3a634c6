import type { Subject } from '../../config/model/desired-state.ts';
import type { RenderedCluster, RenderedOrganization } from '../cluster-input.ts';
import { celList, celMap, celString } from '../cel.ts';
import type { keys } from '../labels.ts';
import { managedBy } from '../labels.ts';

/** A binding in a namespace that others declare. */
export interface ForeignBinding {
  readonly namespace: string;
  readonly subject: Subject;
  readonly clusterRole: string;
}

/** What a policy is written for. */
export interface PolicyContext {
  readonly organization: RenderedOrganization;
  readonly cluster: RenderedCluster;
  /** Names of all tenants of the organization, sorted. */
  readonly tenants: readonly string[];
  /** All that is given in namespaces that others declare. */
  readonly foreign: readonly ForeignBinding[];
  readonly key: ReturnType<typeof keys>;
  /** Whether some namespace of the cluster is only observed. */
  readonly observes: boolean;
  /** As `tenant/name`: namespaces of the cluster whose names point to another tenant, and which the admins gave to this one. */
  readonly ownNames: readonly string[];
  /** The Kubernetes minor version of the cluster. */
  readonly minor: number;
}

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT' | '*';

export interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly Operation[];
  readonly scope?: 'Cluster' | 'Namespaced';
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' }[];
}

/** CEL with a name; it is evaluated when first used, and sees those before it. */
export interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** One ValidatingAdmissionPolicy, as far as they differ. Expressions are CEL. */
export interface Policy {
  /** What it is about: `namespaces`; its name in the cluster is `namespaces.<label domain>`. */
  readonly name: string;
  /** What it is for, in the rendered file's annotation: somebody will meet the policy in a cluster first. */
  readonly purpose: string;
  readonly match: readonly ResourceRule[];
  readonly except?: readonly ResourceRule[];
  /**
   * Never on a policy about Namespaces: of an update it sees the new labels, so removing the label would escape it. What
   * is in a namespace cannot change the labels of that.
   */
  readonly namespaces?: LabelSelector;
  /**
   * What a request must be for the policy to concern it at all, besides. An API server turns an object into what CEL reads
   * once for these, and three times for a policy that goes on; they see neither variables nor the namespace.
   */
  readonly conditions?: readonly Variable[];
  readonly variables: readonly Variable[];
  /** All are judged; where several fail, the user sees the message of the first. */
  readonly validations: readonly Validation[];
}

export interface Validation {
  readonly expression: string;
  /** What the user did, and what to do instead and where. */
  readonly message: string;
  /** CEL for a message with names in it; `message` stands in where it fails. */
  readonly messageExpression?: string;
}

/**
 * How many things that people fill in a policy goes through one by one. `filter`, `map`, `all` and `exists` take an API
 * server time in the square of their rounds, whatever is in them: it counts what each step costs, and looks through all
 * that it has counted in the loop so far. 500 rounds take some milliseconds, and 20,000 take seconds. So each policy asks
 * first how many there are. `size()`, `==` and `in` on a map do not go through anything in this way, and are quick.
 */
export const mostRounds = 500;

/** Of how many pairs of two lists a policy asks whether they are the same: each takes more than a microsecond. */
export const mostComparisons = 10_000;

/** The API server reads at most 100,000 characters in one expression. */
const mostCharacters = 50_000;

/** Items in parts, none of which is too long for an expression. */
function inParts(items: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let size = 0;
  for (const item of items) {
    const more = celString(item).length + ': true,\n  '.length;
    size += more;
    if (size > mostCharacters) {
      parts.push([]);
      size = more;
    }
    parts.at(-1)?.push(item);
  }
  return parts;
}

/** Strings in which something is looked up again and again. */
export interface CelSet {
  readonly variables: readonly Variable[];
  /** CEL for whether a text, which is CEL as well, is one of them. */
  readonly has: (text: string) => string;
}

/** A set of strings of whatever size as the variable `name`: a map, whose keys the API server finds by their hash. */
export function celSet(name: string, items: readonly string[]): CelSet {
  const parts = inParts(items);
  const variables = parts.map((part, i) => ({
    name: parts.length === 1 ? name : `${name}${i + 1}`,
    expression: celMap(part),
  }));
  return {
    variables,
    has: (text) => `(${variables.map((variable) => `${text} in variables.${variable.name}`).join(' || ')})`,
  };
}

/** A list of strings of whatever length as the variable `name`. */
export function listVariable(name: string, items: readonly string[]): Variable[] {
  const parts = inParts(items);
  const [only, ...more] = parts.map(celList);
  if (only !== undefined && more.length === 0) return [{ name, expression: only }];
  const variables = parts.map((part, i) => ({ name: `${name}${i + 1}`, expression: celList(part) }));
  return [...variables, { name, expression: variables.map((v) => `variables.${v.name}`).join(' + ') }];
}

/** CEL for the labels or annotations of `object` or `oldObject`, `{}` where there are none. */
export function metadataOf(object: 'object' | 'oldObject', field: 'labels' | 'annotations'): string {
  // Not everything has metadata: the body of a request to a subresource such as `pods/exec` has none.
  return `(${object} == null ? {} : ${object}.?metadata.?${field}.orValue({}))`;
}

/** CEL for whether `object` or `oldObject` bears a label with that value: whether it has, had or would get it. */
export function hasLabel(key: string, value: string): string {
  const is = (object: 'object' | 'oldObject'): string =>
    `${metadataOf(object, 'labels')}[?${celString(key)}].orValue('') == ${celString(value)}`;
  return `${is('object')} || ${is('oldObject')}`;
}

/** The name of the object that is written or deleted, as the variable `name`. */
export const objectName: Variable = {
  name: 'name',
  expression: 'object == null ? oldObject.metadata.name : object.metadata.name',
};

/** Whether the object is, was or would be marked as the platform's, as the variable `managed`. */
export function managed({ key }: Pick<PolicyContext, 'key'>): Variable {
  return { name: 'managed', expression: hasLabel(key.managedBy, managedBy) };
}

/** Where the files are, for messages. */
export function repositoryOf({ argoCD }: PolicyContext['organization']): string {
  return argoCD?.repoURL.value ?? 'the Git repository';
}

/** The namespaces that tenantry renders: tenants', groups', and those that are kept of groups. */
export function ourNamespaces({ key }: Pick<PolicyContext, 'key'>): LabelSelector {
  return { matchExpressions: [{ key: key.kind, operator: 'Exists' }] };
}
