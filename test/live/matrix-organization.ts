import fc from 'fast-check';
import type { OrganizationDocuments } from '../support/organizations.ts';
import { lawDay, organizations } from '../support/organizations.ts';

/** The day on which the generated organization is looked at. */
export const matrixDay = lawDay;

/** Group `former` was let in until the day before, group `lasting` until the day itself. */
export const expiry = { namespace: 'edge-until', former: 'former', lasting: 'lasting' } as const;

const resourcesByGroup: Readonly<Record<string, readonly string[]>> = {
  '': ['pods', 'pods/log', 'pods/exec', 'configmaps', 'secrets', 'services', 'events', 'persistentvolumeclaims'],
  apps: ['deployments', 'deployments/scale', 'deployments/status', 'statefulsets', 'replicasets/scale'],
  batch: ['jobs', 'cronjobs', 'jobs/status'],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
};
const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** The name of the objects that requests ask about, so that rules about some names meet them now and then. */
export const objectName = 'blue';

/** A rule of a custom role, of any shape that the rules on custom roles let pass. */
const policyRule = fc
  .record({
    apiGroups: fc.subarray(Object.keys(resourcesByGroup), { minLength: 1, maxLength: 2 }),
    picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
    verbs: fc.subarray(verbs, { minLength: 1 }),
    resourceNames: fc.option(fc.subarray([objectName, 'green', 'x:y/z'], { minLength: 1 }), { nil: undefined }),
  })
  .map(({ apiGroups, picks, verbs, resourceNames }) => {
    const all = apiGroups.flatMap((group) => resourcesByGroup[group] ?? []);
    const resources = [...new Set(picks.map((i) => all[i % all.length] ?? 'pods'))];
    return { apiGroups, resources, verbs, ...(resourceNames && { resourceNames }) };
  });

const policyRules = fc.array(policyRule, { minLength: 1, maxLength: 3 });

/**
 * A generated organization of three clusters, with a tenant that has what chance may leave out: owners of all kinds, a
 * group whose name needs escaping, custom roles of many shapes, shares on either side of their last day, a cordoned
 * namespace and one that is marked for deletion.
 */
export const matrixOrganizations: fc.Arbitrary<OrganizationDocuments> = fc
  .record({ organization: organizations, reader: policyRules, worker: policyRules, operator: policyRules })
  .map(({ organization: { organization, clusters, tenants }, reader, worker, operator }) => {
    const groups = organization.spec['groups'];
    return {
      organization: {
        ...organization,
        spec: {
          ...organization.spec,
          grants: { edge: { rights: ['secrets', 'pods/exec'] } },
          roles: [{ name: 'operator', rules: operator }],
          groups: [
            ...(Array.isArray(groups) ? groups.map((group: unknown) => group) : []),
            { name: 'team:x/y', namespace: 'team-xy', members: ['dee'] },
            { name: expiry.former, members: ['fay'] },
            { name: expiry.lasting, members: ['dee', 'fay'] },
            { name: 'ann', members: ['bob'] },
            { name: 'outsiders', members: ['out'] },
          ],
        },
      },
      clusters: clusters.map(({ spec, ...cluster }) => ({
        ...cluster,
        spec: {
          ...spec,
          sharedWith: [
            ...(Array.isArray(spec['sharedWith']) ? spec['sharedWith'].map((share: unknown) => share) : []),
            { group: 'team:x/y' },
            ...[expiry.former, expiry.lasting, 'ann'].map((group) => ({ group, namespace: false })),
          ],
          retainedNamespaces: ['kept'],
        },
      })),
      tenants: [...tenants, edgeTenant(reader, worker)],
    };
  });

type Rules = OrganizationDocuments['tenants'][number]['spec']['roles'][number]['rules'];

function edgeTenant(reader: Rules, worker: Rules): OrganizationDocuments['tenants'][number] {
  const share = (group: string, role: string, until?: string) => ({
    group,
    role,
    ...(until !== undefined && { until }),
  });
  const tenant = {
    apiVersion: 'tenantry.dev/v1',
    kind: 'Tenant',
    metadata: { name: 'edge' },
    spec: {
      owners: [
        { kind: 'Group', name: 'team:x/y' },
        { kind: 'User', name: 'cy@example.com' },
        { kind: 'ServiceAccount', name: 'robot', namespace: 'edge-robots' },
      ],
      defaults: { clusters: ['c1', 'c2', 'prod3'], sharedWith: [share('ann', 'view')] },
      roles: [
        { name: 'reader', rules: reader },
        { name: 'worker', rules: worker },
      ],
      namespaces: [
        { name: 'robots', sharedWith: [{ user: 'bob', role: 'edit' }] },
        {
          name: 'roles',
          sharedWith: [
            share('alpha', 'reader'),
            share('beta', 'worker'),
            share(expiry.lasting, 'reader'),
            // Several roles of one subject, one of them of the organization; and an account of another namespace.
            share('alpha', 'operator'),
            share('alpha', 'view'),
            { serviceAccount: 'edge-robots/helper', role: 'edit' },
            { serviceAccount: 'edge-robots/helper', role: 'operator' },
          ],
        },
        {
          name: 'until',
          sharedWith: [share(expiry.former, 'admin', '2026-06-14'), share(expiry.lasting, 'edit', '2026-06-15')],
        },
        { name: 'frozen', cordoned: true, sharedWith: [share('alpha', 'edit')] },
        { name: 'leaving', state: 'MarkedForDeletion', sharedWith: [share('alpha', 'edit')] },
      ],
    },
  };
  return tenant;
}
