import { Type } from '@sinclair/typebox';
import { serviceAccountPath } from '../kubernetes/names.ts';
import { noOrder, permits } from './order.ts';
import { exactlyOneOf, labels, name, objectNames, oneLine, optional, strict, subjectName } from './schema-parts.ts';
import { other, schemaOf, setting, value } from './setting.ts';

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
        { ...strict, description: "The certificate authority of the API server's certificate." },
      ),
      ['pem', 'base64', 'file'],
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
      Type.Array(Type.String({ pattern: serviceAccountPath, maxLength: 317 }), {
        description:
          "Service accounts, as `namespace/name`, of operators of the cluster that create namespaces of their own, or ClusterRoles that are aggregated, and that go on working in cordoned namespaces; a namespace's admin may bind them. Never one in a tenant's namespace.",
      }),
    ),
    { order: permits, risk: 'ownRule', toldOfNew: true, rendered: 'the policies' },
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
