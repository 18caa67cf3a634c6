import { describe, expect, it } from 'vitest';
import recorded from '../../src/kubernetes/built-in-roles.json' with { type: 'json' };
import { servedResources } from '../../src/kubernetes/resources.ts';
import { sensitiveRights, workloadGroups } from '../../src/kubernetes/sensitive-rights.ts';

const names = (apiGroups: readonly string[], resources: readonly string[], verbs: readonly string[]): string[] =>
  sensitiveRights([{ apiGroups, resources, verbs }]).map(({ name }) => name);

describe('rights of a role that take the consent of an admin', () => {
  it.each([
    // What is secret, and what runs in pods: whatever the verb.
    [[''], ['secrets'], ['get'], ['secrets']],
    [[''], ['secrets'], ['list'], ['secrets']],
    [[''], ['secrets'], ['create'], ['secrets']],
    [[''], ['pods', 'pods/exec'], ['get'], ['pods/exec']],
    [[''], ['pods/exec'], ['create'], ['pods/exec']],
    [[''], ['pods/attach'], ['get', 'create'], ['pods/attach']],
    [[''], ['pods/portforward'], ['create'], ['pods/portforward']],
    [[''], ['pods/ephemeralcontainers'], ['patch'], ['pods/ephemeralcontainers']],
    [[''], ['pods/proxy', 'services/proxy'], ['get'], ['pods/proxy', 'services/proxy']],
    [[''], ['serviceaccounts/token'], ['create'], ['serviceaccounts/token']],
    [[''], ['nodes'], ['get'], ['nodes']],
    [[''], ['nodes/proxy'], ['get'], ['nodes']],
    // Verbs that turn one role into another, on whatever there is.
    [[''], ['serviceaccounts'], ['impersonate'], ['impersonate']],
    [['authentication.k8s.io'], ['users'], ['impersonate:user-info'], ['impersonate']],
    [[''], ['pods'], ['impersonate-on:user-info:list'], ['impersonate']],
    [['rbac.authorization.k8s.io'], ['roles'], ['bind'], ['bind']],
    [['rbac.authorization.k8s.io'], ['roles'], ['escalate'], ['escalate']],
    [['security.openshift.io'], ['securitycontextconstraints'], ['use'], ['use']],
    [['policy'], ['podsecuritypolicies'], ['use'], ['use']],
    [['certificates.k8s.io'], ['signers'], ['approve', 'sign', 'attest'], ['approve', 'sign', 'attest']],
    // Everything of something.
    [[''], ['pods'], ['*'], ['*']],
    [[''], ['*'], ['get'], ['*']],
    [[''], ['*/exec'], ['get'], ['*']],
    [['*'], ['pods'], ['get'], ['*']],
    [['*.example.com'], ['widgets'], ['get'], ['*']],
    [['*'], ['secrets'], ['get'], ['*', 'secrets']],
    [['apps', ''], ['secrets'], ['get'], ['secrets']],
    // Other operators' APIs: by any verb that is not known to read only, and by subresources that are doors.
    [['cert-manager.io'], ['certificates'], ['create'], ['cert-manager.io']],
    [['cert-manager.io', 'apps'], ['certificates'], ['delete'], ['cert-manager.io']],
    [['external-secrets.io'], ['externalsecrets'], ['get', 'patch'], ['external-secrets.io']],
    [['kcp.example.com'], ['workspaces'], ['access'], ['kcp.example.com']],
    [['subresources.kubevirt.io'], ['virtualmachineinstances/vnc'], ['get'], ['subresources.kubevirt.io']],
    [['rbac.authorization.k8s.io'], ['roles'], ['create'], ['rbac.authorization.k8s.io']],
    [['discovery.k8s.io'], ['endpointslices'], ['update'], ['discovery.k8s.io']],
    // What is ordinary.
    [[''], ['pods', 'pods/log', 'configmaps', 'services'], ['get', 'create', 'delete'], []],
    [['apps', 'batch'], ['deployments', 'deployments/scale', 'jobs'], ['get', 'update', 'patch'], []],
    [['cert-manager.io'], ['certificates', 'certificates/status'], ['get', 'list', 'watch'], []],
    [['argoproj.io'], ['rollouts/scale'], ['get'], []],
    // The same words in another group are something else.
    [['vault.example.com'], ['secrets', 'pods/log'], ['list'], ['vault.example.com']],
    [['vault.example.com'], ['secrets', 'nodes'], ['list'], []],
  ])('%j %j %j', (apiGroups, resources, verbs, expected) => {
    expect(names(apiGroups, resources, verbs)).toEqual(expected);
  });

  it('says where each is written, and what it does', () => {
    const rules = [
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      { apiGroups: ['apps', 'cert-manager.io'], resources: ['issuers'], verbs: ['get', 'create'] },
      { apiGroups: [''], resources: ['configmaps', 'secrets'], resourceNames: ['tls'], verbs: ['get', 'use'] },
    ];
    expect(sensitiveRights(rules).map(({ effect, ...right }) => ({ ...right, says: effect !== '' }))).toEqual([
      { name: 'cert-manager.io', rule: 1, key: 'apiGroups', index: 1, says: true },
      { name: 'use', rule: 2, key: 'verbs', index: 1, says: true },
      { name: 'secrets', rule: 2, key: 'resources', index: 1, says: true },
    ]);
  });

  it('takes for workload groups those that the role `edit` writes to', () => {
    const edit = recorded.roles.find(({ name }) => name === 'edit')?.rules ?? [];
    const reading = ['get', 'list', 'watch'];
    const written = edit.filter(({ verbs }) => verbs.some((verb) => !reading.includes(verb)));
    expect([...workloadGroups].sort()).toEqual([...new Set(written.flatMap(({ apiGroups }) => apiGroups))].sort());
  });

  it('knows every subresource of pods and services by which something runs or is connected to', () => {
    const subresources = servedResources.flatMap(({ group, name, subresources: of }) =>
      group === '' && ['pods', 'services', 'secrets', 'serviceaccounts'].includes(name)
        ? of.map((subresource) => `${name}/${subresource.name}`)
        : [],
    );
    const harmless = subresources.filter((resource) => names([''], [resource], ['get', 'create']).length === 0);
    expect(harmless.sort()).toEqual([
      'pods/binding',
      'pods/eviction',
      'pods/log',
      'pods/resize',
      'pods/status',
      'services/status',
    ]);
  });
});
