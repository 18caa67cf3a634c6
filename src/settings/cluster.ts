import { Type } from '@sinclair/typebox';
import { serviceAccountPath } from '../kubernetes/names.ts';
import type { Order } from './order.ts';
import { noOrder, scale } from './order.ts';
import {
  exactlyOneOf,
  labels,
  name,
  objectNames,
  oneLine,
  oneLineOrNothing,
  oneOf,
  optional,
  Share,
  strict,
  subjectName,
} from './schema-parts.ts';
import type { Told } from './setting.ts';
import { nested, other, schemaOf, setting, toldAs, value } from './setting.ts';
import type { SettingValue } from './value.ts';
import { valueText, word } from './value.ts';

function toldPrefix(prefix: string): Told[] {
  return [{ value: word(prefix === '' ? 'no prefix' : prefix), steps: [] }];
}

/** Who says who somebody is on a cluster, and by which names its RBAC knows them. */
export const authentication = {
  configuration: value(
    'authentication',
    optional(
      oneOf(['Rendered', 'Own'], {
        description:
          "Whose tokens the API server accepts: the platform's, by the AuthenticationConfiguration that is rendered for it (`Rendered`); or those of the cluster's own identity provider, as on managed control planes that take no such file (`Own`). What the rendered file asks of tokens, nobody asks then: audience, lifetime, no groups of Kubernetes itself.",
      }),
    ),
    { default: 'Rendered', order: noOrder, risk: 'identity', rendered: "the API server's AuthenticationConfiguration" },
  ),
  userPrefix: toldAs(
    'user prefix',
    optional(
      Type.String({
        description:
          "What stands before a user's name where the cluster's own identity provider decides, such as `oidc:`; empty where nothing does. Only with `configuration: Own`; tokens of the platform say `user:`.",
        maxLength: 200,
        pattern: oneLineOrNothing,
        examples: ['oidc:'],
      }),
    ),
    toldPrefix,
    { default: 'user:', order: noOrder, risk: 'ownRule', rendered: 'the users in bindings and policies' },
  ),
  groupPrefix: toldAs(
    'group prefix',
    optional(
      Type.String({
        description:
          "What stands before a group's name where the cluster's own identity provider decides. Only with `configuration: Own`.",
        maxLength: 200,
        pattern: oneLineOrNothing,
        examples: ['oidc:'],
      }),
    ),
    toldPrefix,
    { default: '', order: noOrder, risk: 'ownRule', rendered: 'the groups in bindings and policies' },
  ),
} as const;

/** A namespace that others declare, and who has what in it. */
const ForeignNamespace = Type.Object(
  {
    name: name('The namespace.'),
    sharedWith: optional(
      Type.Array(Share, {
        description:
          'Who has which role in it. An empty list takes away what was given, and is what comes before the entry goes.',
      }),
    ),
  },
  { ...strict, description: 'A namespace that others declare: shared, and never created, labelled or deleted.' },
);

/** What the policies let a trusted service account do, each by itself: few need more than one. */
export const trustedPowers = ['Maintain', 'CreateNamespaces', 'AggregateRoles', 'BoundByTenants'] as const;

export type TrustedPower = (typeof trustedPowers)[number];

/** Powers as the value of a setting. */
export function textOfPowers(powers: ReadonlySet<TrustedPower>): string {
  return trustedPowers.filter((power) => powers.has(power)).join(', ');
}

/** The powers of such a value that another has not. */
export function powersAdded(before: SettingValue | undefined, after: SettingValue | undefined): string[] {
  const [had, has] = [before, after].map((value) => (value ? valueText(value).split(', ') : []));
  return (has ?? []).filter((power) => !had?.includes(power));
}

/** Any power more is looser, whatever else goes. */
const powersPermit: Order = ({ before, after }) => {
  if (powersAdded(before, after).length > 0) return 'loosens';
  return powersAdded(after, before).length > 0 ? 'tightens' : undefined;
};

/** A service account that the policies let through, and what for. */
const TrustedServiceAccount = Type.Object(
  {
    serviceAccount: Type.String({
      description: "The account, as `namespace/name`. Never one in a tenant's namespace.",
      pattern: serviceAccountPath,
      maxLength: 317,
      examples: ['kube-system/cilium'],
    }),
    powers: Type.Array(
      oneOf(trustedPowers, {
        description:
          'What it is let through for. `Maintain`: to go on writing in namespaces that are cordoned or marked for deletion. `CreateNamespaces`: to create namespaces of its own, and put finalizers on any. `AggregateRoles`: to write ClusterRoles that are aggregated into admin, edit and view. `BoundByTenants`: RoleBindings that the admins of a namespace make may name it.',
      }),
      { description: 'What it is let through for, and for nothing else.', minItems: 1, uniqueItems: true },
    ),
  },
  strict,
);

/** The keys of a cluster's `spec`. */
export const cluster = {
  description: other(optional(Type.String({ maxLength: 500, description: 'What the cluster is, for people.' })), {
    rendered: { nothing: 'for people' },
    told: 'nowhere: a plan is about what holds',
  }),
  server: value(
    'server',
    Type.String({
      description: 'URL of the API server: https.',
      minLength: 1,
      maxLength: 500,
      examples: ['https://k8s.example.com:6443'],
    }),
    { required: true, order: noOrder, risk: 'identity', toldOfNew: true, rendered: 'the destination of Applications' },
  ),
  certificateAuthority: setting(
    'certificate authority',
    optional(
      exactlyOneOf(
        Type.Object(
          {
            pem: optional(Type.String({ description: 'The certificates, in PEM.', minLength: 1 })),
            base64: optional(Type.String({ description: 'The PEM in base64, as kubeconfigs hold it.', minLength: 1 })),
            file: optional(
              Type.String({
                description: 'A PEM file beside this one.',
                pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*\\.(pem|crt)$',
                maxLength: 100,
              }),
            ),
          },
          {
            ...strict,
            description:
              "The certificate authority of the API server's certificate. Left out where that certificate is publicly trusted.",
          },
        ),
        ['pem', 'base64', 'file'],
      ),
    ),
    { order: noOrder, risk: 'identity', rendered: { nothing: 'for commands that ask the cluster' } },
  ),
  kubernetesVersion: value(
    'kubernetesVersion',
    Type.String({
      description: 'Minor version of the API server.',
      pattern: '^1\\.[0-9]{1,3}$',
      examples: ['1.36'],
    }),
    { required: true, order: noOrder, risk: 'none', rendered: 'what that version knows, such as policies' },
  ),
  id: setting(
    'id',
    optional(
      Type.String({
        description: "The audience of the tokens for this cluster. Default: the cluster's name.",
        pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]*$',
        maxLength: 253,
      }),
    ),
    { order: noOrder, risk: 'identity', rendered: "the API server's AuthenticationConfiguration" },
  ),
  authentication: nested(authentication, 'Who says who somebody is, and by which names the cluster knows them.'),
  podSecurityLabels: value(
    'podSecurityLabels',
    optional(
      oneOf(['Written', 'Omitted'], {
        description:
          'Whether namespaces bear the labels of their Pod Security Standard. `Omitted` where a cluster has its own means, such as the SecurityContextConstraints of OpenShift: `isolation.podSecurity` then holds nothing there.',
      }),
    ),
    { default: 'Written', order: scale('Written', 'Omitted'), risk: 'protection', rendered: 'labels of Namespaces' },
  ),
  sharedWith: setting(
    'shared with',
    optional(
      Type.Array(
        Type.Object(
          {
            group: subjectName('A group of the organization.'),
            namespace: optional(
              Type.Boolean({
                description: '`false` lets the group see the cluster without a namespace of its own.',
                default: true,
              }),
            ),
          },
          strict,
        ),
        { description: 'Groups that see the cluster. Each gets a namespace with the role admin in it.' },
      ),
    ),
    { order: noOrder, risk: 'ownRule', toldOfNew: true, rendered: 'a namespace of the group' },
  ),
  retainedNamespaces: other(
    optional(
      Type.Array(name('A namespace.'), {
        description: 'Namespaces of groups that the cluster is no longer shared with: kept, without access.',
      }),
    ),
    { rendered: 'a namespace without bindings', told: 'as the namespace itself' },
  ),
  foreignNamespaces: other(
    optional(
      Type.Array(ForeignNamespace, {
        description:
          "Namespaces that others declare, such as an operator's own or `default`: shared here, and never created, labelled or deleted.",
      }),
    ),
    { rendered: 'bindings, and the policy that lets Argo CD write them there', told: 'as the namespace itself' },
  ),
  labels: setting('label', optional(labels('Labels of the cluster, to choose clusters by.')), {
    order: noOrder,
    risk: 'ownRule',
    rendered: { nothing: 'for plans: they say what is production' },
  }),
  syncIdentity: setting(
    'syncIdentity',
    optional(
      Type.String({
        description:
          "The user name as which Argo CD writes to this cluster. Default: Argo CD's application controller, as on the cluster that it runs on.",
        minLength: 1,
        maxLength: 400,
        pattern: oneLine,
        examples: ['system:serviceaccount:kube-system:argocd-manager'],
      }),
    ),
    { order: noOrder, risk: 'ownRule', rendered: 'the binding of its ClusterRole, and the policies' },
  ),
  applications: value(
    'Applications',
    optional(
      Type.Integer({
        description:
          'Into how many Applications of Argo CD the namespaces are divided. One is enough for about 400 namespaces; another number moves most of them, and their access is gone until Argo CD has synced both sides.',
        minimum: 1,
        maximum: 10,
      }),
    ),
    { default: 1, order: noOrder, risk: 'none', rendered: 'Applications, and a folder for each' },
  ),
  trustedServiceAccounts: setting(
    'trusted service account',
    optional(
      Type.Array(TrustedServiceAccount, {
        description:
          'Service accounts of what keeps the cluster alive, such as CNI agents and operators, and what the policies let each through for.',
      }),
    ),
    { order: powersPermit, risk: 'ownRule', toldOfNew: true, rendered: 'the policies' },
  ),
  storageClasses: setting(
    'storage class',
    optional(objectNames('The StorageClasses that tenants may be allowed here.')),
    { order: noOrder, risk: 'none', rendered: { nothing: 'for rules' } },
  ),
  ingressClasses: setting(
    'ingress class',
    optional(objectNames('The IngressClasses that tenants may be allowed here.')),
    { order: noOrder, risk: 'none', rendered: { nothing: 'for rules' } },
  ),
} as const;

export const ClusterSpec = schemaOf(cluster);
