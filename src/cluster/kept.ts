import { platformPrefix } from '../access/custom-roles.ts';
import { keys, managedBy } from '../manifests/labels.ts';
import { redactSecrets } from '../source/secrets.ts';
import { at, listAt, textAt } from '../values/json.ts';
import { compareCodeUnits } from '../values/order.ts';
import type {
  LiveApplication,
  LiveBinding,
  LiveClusterRole,
  LiveMetadata,
  LiveNamespace,
  LiveNode,
  LiveObject,
  LiveObjects,
  LiveResource,
  LiveRole,
  LiveRule,
} from './snapshot.ts';

/** What of live objects is looked at. */
export interface Interest {
  readonly labelDomain: string;
  /** The annotations that files declare; of all others but the platform's, nothing is kept: they may hold secrets. */
  readonly annotationKeys: ReadonlySet<string>;
}

/** How a resource is listed, and what is kept of its objects: undefined for one that is no object at all. */
export interface ListedResource<T> {
  /** The path of the list in the API, of all namespaces. */
  readonly base: string;
  /** It is listed in the namespace that Argo CD runs in, and nowhere else. */
  readonly ofArgoCD?: true;
  /** As RBAC calls it. */
  readonly resource: string;
  readonly kept: (interest: Interest) => (object: unknown) => T | 'left out' | undefined;
}

type Kept = { readonly [R in LiveResource]-?: ListedResource<NonNullable<LiveObjects[R]>[number]> };

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const admission = '/apis/admissionregistration.k8s.io/v1';
const argoCD = '/apis/argoproj.io/v1alpha1';

/** All resources that are ever listed: no Secrets, and nothing of what runs in namespaces but tenantry's own Applications. */
export const listedResources: Kept = {
  nodes: { base: '/api/v1', resource: 'nodes', kept: (interest) => keptNode(interest) },
  namespaces: { base: '/api/v1', resource: 'namespaces', kept: (interest) => keptNamespace(interest) },
  rolebindings: {
    base: rbac,
    resource: 'rolebindings.rbac.authorization.k8s.io',
    kept: (interest) => keptBinding(interest),
  },
  clusterrolebindings: {
    base: rbac,
    resource: 'clusterrolebindings.rbac.authorization.k8s.io',
    kept: (interest) => keptBinding(interest),
  },
  clusterroles: {
    base: rbac,
    resource: 'clusterroles.rbac.authorization.k8s.io',
    kept: (interest) => keptClusterRole(interest),
  },
  roles: { base: rbac, resource: 'roles.rbac.authorization.k8s.io', kept: (interest) => keptRole(interest) },
  resourcequotas: { base: '/api/v1', resource: 'resourcequotas', kept: (interest) => keptPlatforms(interest) },
  limitranges: { base: '/api/v1', resource: 'limitranges', kept: (interest) => keptPlatforms(interest) },
  networkpolicies: {
    base: '/apis/networking.k8s.io/v1',
    resource: 'networkpolicies.networking.k8s.io',
    kept: (interest) => keptPlatforms(interest),
  },
  validatingadmissionpolicies: {
    base: admission,
    resource: 'validatingadmissionpolicies.admissionregistration.k8s.io',
    kept: (interest) => keptPlatforms(interest),
  },
  validatingadmissionpolicybindings: {
    base: admission,
    resource: 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
    kept: (interest) => keptPlatforms(interest),
  },
  applications: {
    base: argoCD,
    ofArgoCD: true,
    resource: 'applications.argoproj.io',
    kept: (interest) => keptApplication(interest),
  },
  appprojects: {
    base: argoCD,
    ofArgoCD: true,
    resource: 'appprojects.argoproj.io',
    kept: (interest) => keptPlatforms(interest),
  },
};

function keptNode(interest: Interest) {
  return (object: unknown): LiveNode | undefined => {
    const metadata = metadataOf(object, interest);
    return (
      metadata && {
        ...metadata,
        // Labels of nodes say much of a machine, and nobody here asks for them.
        labels: {},
        cpu: textAt(object, 'status', 'capacity', 'cpu') ?? '0',
        memory: textAt(object, 'status', 'capacity', 'memory') ?? '0',
        isReady: listAt(object, 'status', 'conditions').some(
          (condition) => at(condition, 'type') === 'Ready' && at(condition, 'status') === 'True',
        ),
      }
    );
  };
}

function keptNamespace(interest: Interest) {
  return (object: unknown): LiveNamespace | undefined => {
    const metadata = metadataOf(object, interest);
    return (
      metadata && {
        ...metadata,
        finalizers: [...metadata.finalizers, ...texts(object, 'spec', 'finalizers')],
        phase: textAt(object, 'status', 'phase') ?? 'Unknown',
        conditions: listAt(object, 'status', 'conditions').map((condition) => ({
          type: textAt(condition, 'type') ?? '',
          status: textAt(condition, 'status') ?? '',
          message: textAt(condition, 'message') ?? '',
        })),
      }
    );
  };
}

function keptBinding(interest: Interest) {
  return (object: unknown): LiveBinding | undefined => {
    const metadata = metadataOf(object, interest);
    return (
      metadata && {
        ...metadata,
        ...namespaceOf(object),
        role: {
          kind: textAt(object, 'roleRef', 'kind') ?? '',
          name: textAt(object, 'roleRef', 'name') ?? '',
        },
        subjects: listAt(object, 'subjects').map((subject) => ({
          kind: textAt(subject, 'kind') ?? '',
          name: textAt(subject, 'name') ?? '',
          ...namespaceIn(textAt(subject, 'namespace')),
        })),
      }
    );
  };
}

function keptClusterRole(interest: Interest) {
  return (object: unknown): LiveClusterRole | undefined => {
    const metadata = metadataOf(object, interest);
    return (
      metadata && { ...metadata, rules: rulesOf(object), isAggregated: at(object, 'aggregationRule') !== undefined }
    );
  };
}

function keptRole(interest: Interest) {
  return (object: unknown): LiveRole | undefined => {
    const metadata = metadataOf(object, interest);
    return (
      metadata && {
        ...metadata,
        namespace: textAt(object, 'metadata', 'namespace') ?? '',
        rules: rulesOf(object),
      }
    );
  };
}

/** Of other kinds, the platform's objects alone, by the label or the name that marks them. */
function keptPlatforms(interest: Interest) {
  return (object: unknown): LiveObject | 'left out' | undefined => {
    const metadata = metadataOf(object, interest);
    if (!metadata) return undefined;
    const { name, labels } = metadata;
    const isPlatforms =
      labels[keys(interest.labelDomain).managedBy] === managedBy ||
      name === managedBy ||
      name.endsWith(`.${interest.labelDomain}`) ||
      name.startsWith(platformPrefix);
    return isPlatforms ? { ...metadata, ...namespaceOf(object), spec: at(object, 'spec') } : 'left out';
  };
}

/**
 * Of an Application, what Argo CD says of its syncs. It is at the commit that it has compared, where it says that nothing
 * differs; else at that of the last sync that went through: one that was refused in part is not the last.
 * See https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml.
 */
function keptApplication(interest: Interest) {
  const kept = keptPlatforms(interest);
  return (object: unknown): LiveApplication | 'left out' | undefined => {
    const application = kept(object);
    if (application === undefined || application === 'left out') return application;
    const status = at(object, 'status');
    const isSynced = textAt(status, 'sync', 'status') === 'Synced';
    const applied = textAt(isSynced ? at(status, 'sync') : listAt(status, 'history').at(-1), 'revision');
    return {
      ...application,
      spec: withKnown(application.spec, knownOfApplication),
      ...(applied !== undefined && { applied }),
      refused: listAt(status, 'operationState', 'syncResult', 'resources').flatMap((one) =>
        textAt(one, 'status') === 'SyncFailed'
          ? [
              {
                kind: textAt(one, 'kind') ?? '',
                name: textAt(one, 'name') ?? '',
                // Argo CD gives objects of the whole cluster an empty one, or that of the Application's destination.
                ...namespaceIn(textAt(one, 'namespace') === '' ? undefined : textAt(one, 'namespace')),
                message: messageText(textAt(one, 'message') ?? ''),
              },
            ]
          : [],
      ),
      errors: listAt(status, 'conditions').flatMap((condition) =>
        (textAt(condition, 'type') ?? '').endsWith('Error') ? [messageText(textAt(condition, 'message') ?? '')] : [],
      ),
    };
  };
}

/** What tenantry renders of an Application. A list is kept whole. */
const knownOfApplication: KnownKeys = {
  project: true,
  source: { repoURL: true, targetRevision: true, path: true, directory: true },
  destination: true,
  syncPolicy: true,
  revisionHistoryLimit: true,
};

interface KnownKeys {
  readonly [key: string]: true | KnownKeys;
}

/**
 * A mapping with the values that are known; of all others it is kept that they are there: the values of a chart may be
 * secrets, and the address of a repository may have one in it.
 */
function withKnown(value: unknown, known: KnownKeys): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    entriesOf(value).map(([key, item]) => {
      const below = Object.hasOwn(known, key) ? known[key] : undefined;
      if (below === undefined) return [key, 'not kept'];
      if (below !== true) return [key, withKnown(item, below)];
      return [key, typeof item === 'string' ? redactSecrets(item) : item];
    }),
  );
}

/** The most characters of a message that are kept: an API server may say a whole object in it. */
const longestMessage = 1000;

function messageText(message: string): string {
  const text = redactSecrets(message);
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
}

function rulesOf(object: unknown): LiveRule[] {
  const list = (rule: unknown, key: string): readonly string[] | undefined =>
    at(rule, key) === undefined ? undefined : texts(rule, key);
  return listAt(object, 'rules').map((rule) => {
    const [apiGroups, resources] = [list(rule, 'apiGroups'), list(rule, 'resources')];
    const [resourceNames, nonResourceURLs] = [list(rule, 'resourceNames'), list(rule, 'nonResourceURLs')];
    return {
      ...(apiGroups && { apiGroups }),
      ...(resources && { resources }),
      ...(resourceNames && { resourceNames }),
      ...(nonResourceURLs && { nonResourceURLs }),
      verbs: texts(rule, 'verbs'),
    };
  });
}

function namespaceOf(object: unknown): { readonly namespace?: string } {
  return namespaceIn(textAt(object, 'metadata', 'namespace'));
}

function namespaceIn(namespace: string | undefined): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

/** The metadata of an object; undefined where it has no name, and so is none. */
function metadataOf(object: unknown, interest: Interest): LiveMetadata | undefined {
  const name = textAt(object, 'metadata', 'name');
  if (name === undefined || name === '') return undefined;
  const deletedAt = textAt(object, 'metadata', 'deletionTimestamp');
  const otherManagers = otherManagersOf(object);
  return {
    name,
    uid: textAt(object, 'metadata', 'uid') ?? '',
    createdAt: textAt(object, 'metadata', 'creationTimestamp') ?? '',
    resourceVersion: textAt(object, 'metadata', 'resourceVersion') ?? '',
    labels: textsIn(at(object, 'metadata', 'labels'), () => true),
    annotations: textsIn(at(object, 'metadata', 'annotations'), (key) => isKeptAnnotation(key, interest)),
    ...(deletedAt !== undefined && { deletedAt }),
    finalizers: texts(object, 'metadata', 'finalizers'),
    ...(otherManagers.length > 0 && { otherManagers }),
  };
}

/** The platform's own annotations, those of Argo CD that are orders to it, and those that files declare. */
function isKeptAnnotation(key: string, { labelDomain, annotationKeys }: Interest): boolean {
  return key.startsWith(`${labelDomain}/`) || key.startsWith('argocd.argoproj.io/') || annotationKeys.has(key);
}

/** The field manager of Argo CD, which applies `dist/`. */
const ownManager = 'argocd-controller';

/** Who else keeps fields, so that they stay when Git no longer has them. */
function otherManagersOf(object: unknown): { readonly manager: string; readonly fields: readonly string[] }[] {
  return listAt(object, 'metadata', 'managedFields').flatMap((entry) => {
    const manager = textAt(entry, 'manager') ?? '';
    if (manager === ownManager || at(entry, 'subresource') !== undefined) return [];
    const fields = [...fieldsOf(at(entry, 'fieldsV1'), '')].sort(compareCodeUnits);
    return fields.length > 0 ? [{ manager, fields }] : [];
  });
}

/** The fields that people look at, one by one for maps; of lists, the list. */
function* fieldsOf(fields: unknown, path: string): Iterable<string> {
  if (typeof fields !== 'object' || fields === null) return;
  for (const [key, inner] of entriesOf(fields)) {
    if (!key.startsWith('f:')) continue;
    const here = `${path}${path === '' ? '' : '.'}${key.slice(2)}`;
    const below: readonly string[] = typeof inner === 'object' && inner !== null ? Object.keys(inner) : [];
    const isWhole = !below.some((k) => k.startsWith('f:'));
    if (isWhole) {
      if (!uninteresting.has(here)) yield here;
    } else yield* fieldsOf(inner, here);
  }
}

/** What every client that creates an object owns, and nobody asks about. */
const uninteresting: ReadonlySet<string> = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.labels.kubernetes.io/metadata.name',
  'metadata.annotations.kubectl.kubernetes.io/last-applied-configuration',
]);

function texts(value: unknown, ...path: string[]): string[] {
  return listAt(value, ...path).filter((text) => typeof text === 'string');
}

function textsIn(value: unknown, isKept: (key: string) => boolean): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => isKept(entry[0]) && typeof entry[1] === 'string',
    ),
  );
}

function entriesOf(value: object): [string, unknown][] {
  return Object.entries(value);
}
