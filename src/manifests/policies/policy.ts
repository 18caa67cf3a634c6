import type { Cluster, Organization } from '../../config/landscape.ts';
import type { keys } from '../names.ts';

/** What a policy is written for. */
export interface PolicyContext {
  readonly organization: Organization;
  readonly cluster: Cluster;
  readonly key: ReturnType<typeof keys>;
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

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' }[];
}

/**
 * One ValidatingAdmissionPolicy, as far as they differ. Expressions are CEL; every policy has the variables of
 * `commonVariables`.
 */
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
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly Validation[];
}

export interface Validation {
  readonly expression: string;
  /** What the user did, and what to do instead and where. */
  readonly message: string;
  /** CEL for a message with names in it; `message` stands in where it fails. */
  readonly messageExpression?: string;
}

/** The data of the ConfigMap that policies read; lists are lines. */
export const parameters = {
  writers: 'writers',
  breakGlass: 'breakGlass',
  trusted: 'trusted',
  groups: 'groups',
  tenants: 'tenants',
} as const;

/** CEL for the lines of a parameter. */
export function lines(parameter: keyof typeof parameters): string {
  return String.raw`params.data.${parameters[parameter]}.split('\n')`;
}

/** Who asks. Argo CD is `writer`; `breakGlass` is for people when Git does not answer. */
export const commonVariables = [
  { name: 'writer', expression: `request.userInfo.username in ${lines('writers')}` },
  { name: 'breakGlass', expression: `request.userInfo.?groups.orValue([]).exists(g, g in ${lines('breakGlass')})` },
  { name: 'platform', expression: 'variables.writer || variables.breakGlass' },
] as const;

/** A CEL string literal. */
export function cel(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** CEL for a label's value on `object` or `oldObject`, `''` where there is none. */
export function labelOf(object: 'object' | 'oldObject', key: string): string {
  return `(${object} == null ? '' : ${object}.metadata.?labels[?${cel(key)}].orValue(''))`;
}
