import { describe, expect, it } from 'vitest';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';
import { owners, prod, solar } from '../support/written.ts';

describe('custom roles', () => {
  const check = (apiGroups: string, resources: string, verbs: string): Promise<string[]> =>
    diagnosePlaced(
      solar(`${owners}roles:
  - name: helper
    rules:
      - apiGroups: [${apiGroups}]
        resources: [${resources}]
        verbs: [${verbs}]
${prod}    sharedWith: [{ group: solar-sre, role: helper }]`),
      { codes: 'TEN3' },
    );
  const group = 'tenants/solar.yaml:11:23';
  const resource = 'tenants/solar.yaml:12:23';
  const verb = 'tenants/solar.yaml:13:19';

  it.each([
    ['"*"', 'pods', 'get', `${group} TEN305 custom role \`helper\` allows its verbs in all API groups`],
    ['""', '"*"', 'get', `${resource} TEN305 custom role \`helper\` allows its verbs on all resources`],
    ['apps', '"*/scale"', 'update', `${resource} TEN305 custom role \`helper\` allows its verbs on all resources`],
    ['""', 'pods', '"*"', `${verb} TEN305 custom role \`helper\` allows all verbs`],
    ['rbac.authorization.k8s.io', 'roles', '"*"', `${verb} TEN305 custom role \`helper\` allows all verbs`],
    [
      'rbac.authorization.k8s.io',
      'roles',
      'bind',
      `${verb} TEN305 custom role \`helper\` allows \`bind\`, which gives others roles that its holder does not have`,
    ],
    [
      'rbac.authorization.k8s.io',
      'roles',
      'escalate',
      `${verb} TEN305 custom role \`helper\` allows \`escalate\`, which writes roles that hold more than its holder has`,
    ],
    [
      '""',
      'serviceaccounts',
      'impersonate',
      `${verb} TEN305 custom role \`helper\` allows \`impersonate\`, which acts as someone else`,
    ],
    [
      '""',
      'serviceaccounts',
      '"impersonate:serviceaccount"',
      `${verb} TEN305 custom role \`helper\` allows \`impersonate:serviceaccount\`, which acts as someone else`,
    ],
    [
      'rbac.authorization.k8s.io',
      'rolebindings',
      'create',
      `${resource} TEN305 custom role \`helper\` allows writing \`rolebindings\`: access is given in the tenant's file, where it is reviewed`,
    ],
    [
      '""',
      'resourcequotas',
      'patch',
      `${resource} TEN305 custom role \`helper\` allows writing \`resourcequotas\`: the platform limits the tenant by them`,
    ],
    [
      '""',
      'resourcequotas/status',
      'update',
      `${resource} TEN305 custom role \`helper\` allows writing \`resourcequotas/status\`: the platform limits the tenant by them`,
    ],
    [
      '""',
      'limitranges',
      'deletecollection',
      `${resource} TEN305 custom role \`helper\` allows writing \`limitranges\`: the platform limits the tenant by them`,
    ],
    [
      '""',
      'namespaces',
      'patch',
      `${resource} TEN305 custom role \`helper\` allows writing \`namespaces\`: a Namespace's labels decide to whom it belongs and how it is isolated`,
    ],
    [
      '""',
      'namespaces/finalize',
      'update',
      `${resource} TEN305 custom role \`helper\` allows writing \`namespaces/finalize\`: a Namespace's labels decide to whom it belongs and how it is isolated`,
    ],
    [
      '""',
      'serviceaccounts/token',
      'create',
      `${resource} TEN305 custom role \`helper\` allows writing \`serviceaccounts/token\`: it makes tokens that outlive the share and belong to nobody (S27)`,
    ],
    [
      '""',
      'endpoints',
      'update',
      `${resource} TEN305 custom role \`helper\` allows writing \`endpoints\`: they can send traffic to pods of other namespaces, past their network policies`,
    ],
    [
      'discovery.k8s.io',
      'endpointslices',
      'update',
      `${resource} TEN305 custom role \`helper\` allows writing \`endpointslices\`: they can send traffic to pods of other namespaces, past their network policies`,
    ],
    [
      '""',
      'services/status',
      'patch',
      `${resource} TEN305 custom role \`helper\` allows writing \`services/status\`: it can claim other people's addresses (CVE-2020-8554)`,
    ],
    [
      '""',
      'nodes',
      'get',
      `${resource} TEN305 custom role \`helper\` names \`nodes\`, which belongs to the whole cluster`,
    ],
    [
      '""',
      'nodes/proxy',
      'get',
      `${resource} TEN305 custom role \`helper\` names \`nodes/proxy\`, which belongs to the whole cluster`,
    ],
    [
      'certificates.k8s.io',
      'certificatesigningrequests/approval',
      'update',
      `${resource} TEN305 custom role \`helper\` names \`certificatesigningrequests/approval\`, which belongs to the whole cluster`,
    ],
    [
      'authentication.k8s.io',
      'tokenreviews',
      'create',
      `${resource} TEN305 custom role \`helper\` names \`tokenreviews\`, which belongs to the whole cluster`,
    ],
    [
      '""',
      'deployments',
      'get',
      `${resource} TEN316 custom role \`helper\` allows nothing on \`deployments\`, which is in API group \`apps\``,
    ],
    [
      'apps',
      'nodes',
      'get',
      `${resource} TEN316 custom role \`helper\` allows nothing on \`nodes\`, which is in API group \`""\` (core)`,
    ],
    [
      'apps',
      'events',
      'get',
      `${resource} TEN316 custom role \`helper\` allows nothing on \`events\`, which is in API group \`""\` (core) and \`events.k8s.io\``,
    ],
    [
      'apps',
      'deployment',
      'get',
      `${resource} TEN316 custom role \`helper\` allows nothing on \`deployment\`, which Kubernetes does not have`,
    ],
    [
      'apps/v1',
      'deployments',
      'get',
      `${group} TEN316 custom role \`helper\` names \`apps/v1\`, which is no API group`,
    ],
    ['core', 'pods', 'get', `${group} TEN316 custom role \`helper\` names \`core\`, which is no API group`],
    ['v1', 'pods', 'get', `${group} TEN316 custom role \`helper\` names \`v1\`, which is no API group`],
  ])('refuses [%s] [%s] [%s]', async (groups, resources, verbs, message) => {
    expect(await check(groups, resources, verbs)).toEqual([message]);
  });

  it.each([
    ['""', 'pods/exec, pods/attach, pods/portforward, pods/ephemeralcontainers', 'create, get, update'],
    ['""', 'secrets, configmaps, serviceaccounts', 'get, list, create, delete'],
    ['""', 'namespaces, resourcequotas, limitranges, endpoints', 'get, list, watch'],
    ['rbac.authorization.k8s.io', 'roles, rolebindings', 'get, list, watch'],
    ['networking.k8s.io', 'networkpolicies, ingresses', 'create, update, delete'],
    ['"", apps, batch', 'pods, deployments, cronjobs', 'get'],
    ['metrics.k8s.io', 'pods, nodes', 'get'],
    ['serving.knative.dev', 'services, routes', 'create'],
    ['events.k8s.io', 'events', 'get'],
    ['apps', 'deployments/scale', 'update'],
  ])('accepts [%s] [%s] [%s]', async (groups, resources, verbs) => {
    expect(await check(groups, resources, verbs)).toEqual([]);
  });

  it('reports every item of a rule that is wrong', async () => {
    expect(await check('"", "*"', 'pods, "*", nodes', 'get, bind, "*"')).toHaveLength(5);
  });

  it('survives rules that cannot be read', async () => {
    const roles = ['rules: [5]', 'rules: [{ apiGroups: [""], resources: [1], verbs: [null] }]', 'rules: {}'];
    for (const rules of roles) {
      const files = solar(`${owners}roles: [{ name: helper, ${rules} }]\n${prod}`);
      expect(await diagnose(files, { codes: 'TEN3' })).toEqual([]);
    }
  });
});

describe('TEN306 custom-role-name', () => {
  const check = (name: string): Promise<string[]> =>
    diagnosePlaced(
      solar(
        `${owners}roles:\n  - name: ${name}\n    rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]\n${prod}`,
      ),
      { codes: 'TEN306' },
    );

  it.each([
    ['admin', 'has the name of the role `admin`'],
    ['edit', 'has the name of the role `edit`'],
    ['view', 'has the name of the role `view`'],
    ['cluster-admin', 'has the name of the role `cluster-admin`'],
    ['cluster-scope', 'has the name of the role `cluster-scope`'],
    ['adrnin', 'looks like the role `admin`'],
    ['ed1t', 'looks like the role `edit`'],
    ['system-node', 'looks like a `system:…` role of Kubernetes'],
  ])('refuses %s', async (name, says) => {
    expect(await check(name)).toEqual([`tenants/solar.yaml:9:13 TEN306 custom role \`${name}\` ${says}`]);
  });

  it.each(['viewer', 'editor', 'log-view', 'system', 'cluster'])('accepts %s', async (name) => {
    expect(await check(name)).toEqual([]);
  });
});
