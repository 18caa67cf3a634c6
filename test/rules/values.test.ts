import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { render } from '../../src/manifests/render.ts';
import { at } from '../../src/values/json.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';
import { exampleDay, exampleOrganization } from '../support/examples.ts';
import { pipeline } from '../support/pipeline.ts';

/** What is said of values that are well formed and cannot mean what they say. */
const solar = exampleOrganization['tenants/solar.yaml'];
const namespaceWith = (line: string) => ({ 'tenants/solar.yaml': `${solar}      ${line}\n` });
const roleWith = (rule: string) => ({
  'tenants/solar.yaml': `${solar}  roles:\n    - { name: ops, rules: [${rule}] }\n`.replace(
    'role: admin }',
    'role: ops }',
  ),
});
const said = async (files: Parameters<typeof diagnosePlaced>[0]) =>
  (await diagnosePlaced(files))
    .map((line) => line.replace(/^\S+ /, ''))
    // A role whose rights nobody granted, and a namespace nobody owns are others'.
    .filter((line) => !/^TEN(?:70\d|304)/.test(line));
const helpOf = async (files: Parameters<typeof diagnose>[0], code: string) =>
  (await diagnose(files, { codes: code })).map(({ help }) => help);

describe('limits of containers', () => {
  async function limitRangeOf(settings: string): Promise<unknown> {
    const { desired, diagnostics } = await pipeline(
      memoryTree({ ...exampleOrganization, ...namespaceWith(settings) }),
      exampleDay,
    );
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const found = render(desired, exampleDay).objects.find(({ kind }) => kind === 'LimitRange');
    return at(found?.manifest(), 'spec', 'limits', 0);
  }

  it.each([
    ['max: { cpu: 50m }', { cpu: '50m', memory: '128Mi' }],
    ['default: { memory: 64Mi }', { cpu: '100m', memory: '64Mi' }],
    ['default: { memory: 64Mi, cpu: 80m }, max: { memory: 64Mi, cpu: 80m }', { cpu: '80m', memory: '64Mi' }],
    ['defaultRequest: { cpu: 10m }, max: { memory: 1Gi }', { cpu: '10m', memory: '128Mi' }],
    ['default: { cpu: 1 }', { cpu: '100m', memory: '128Mi' }],
  ])('ask for no more by themselves than there may be: %s', async (limits, expected) => {
    const item = await limitRangeOf(`quota: { cpu: "4", memory: 8Gi }\n      containerLimits: { ${limits} }`);
    expect(item).toMatchObject({ defaultRequest: expected });
  });

  it.each([
    ['default: { cpu: "2" }, max: { cpu: "1" }', '`default` is 2 of cpu, more than `max`, which is 1'],
    [
      'defaultRequest: { cpu: "2" }, default: { cpu: "1" }',
      '`defaultRequest` is 2 of cpu, more than `default`, which is 1',
    ],
    [
      'defaultRequest: { memory: 1Gi }, max: { memory: 1000Mi }',
      '`defaultRequest` is 1Gi of memory, more than `max`, which is 1000Mi',
    ],
  ])('that contradict each other are refused, wherever they are written: %s', async (limits, message) => {
    const text = `containerLimits: { ${limits} }`;
    const organization = exampleOrganization['organization.yaml'];
    for (const files of [
      namespaceWith(text),
      { 'tenants/solar.yaml': solar.replace('  defaults:\n', `  defaults:\n    ${text}\n`) },
      { 'organization.yaml': `${organization}  defaults: { ${text} }\n` },
      { 'organization.yaml': `${organization}  limits: { ${text} }\n` },
    ])
      expect(await said(files)).toContain(`TEN411 ${message}`);
  });
});

describe('amounts', () => {
  it.each([
    ['memory: 500m', '`500m` of memory is less than anything that runs needs'],
    ['memory: 64', '`64` of memory is less than anything that runs needs'],
    ['memory: "64"', '`64` of memory is less than anything that runs needs'],
    ['memory: 64000000Gi', '`64000000Gi` of memory is more than any cluster has'],
    ['storage: 10m', '`10m` of storage is less than anything that runs needs'],
    ['cpu: 4Gi', '`4Gi` of CPU is more than any cluster has'],
    ['hard: { limits.memory: 100 }', '`100` of memory is less than anything that runs needs'],
    [
      'hard: { gold.storageclass.storage.k8s.io/requests.storage: "5" }',
      '`5` of storage is less than anything that runs needs',
    ],
  ])('that nobody means are refused: %s', async (written, message) => {
    expect(await said(namespaceWith(`quota: { ${written} }`))).toContain(`TEN412 ${message}`);
  });

  it.each([
    'memory: 0',
    'cpu: 0',
    'pods: 0',
    'storage: 1Ti',
    'cpu: 500m',
    'memory: 1G',
    'hard: { requests.nvidia.com/gpu: 4 }',
  ])('that may be meant are taken: %s', async (written) => {
    expect(await said(namespaceWith(`quota: { ${written} }`))).toEqual([]);
  });

  it.each([
    [
      'memory: 64Mi',
      'the quota of `solar-prod` is 64Mi of memory, less than the 128Mi of one container that asks for nothing',
    ],
    ['cpu: 20m', 'the quota of `solar-prod` is 20m of cpu, less than the 100m of one container that asks for nothing'],
  ])('of a quota that no pod fits into are pointed out: %s', async (written, message) => {
    expect(await said(namespaceWith(`quota: { ${written} }`))).toEqual([`TEN413 ${message}`]);
  });

  it('may be whole numbers without quotes, and counts with them', async () => {
    const bare = namespaceWith(
      'quota: { cpu: 20, memory: 64Gi, pods: "200", hard: { count/jobs.batch: 5 } }\n      containerLimits: { max: { cpu: 2 } }',
    );
    const quoted = namespaceWith(
      'quota: { cpu: "20", memory: 64Gi, pods: 200, hard: { count/jobs.batch: "5" } }\n      containerLimits: { max: { cpu: "2" } }',
    );
    expect(await said(bare)).toEqual([]);
    const rendered = await Promise.all(
      [bare, quoted].map(
        async (files) => (await pipeline(memoryTree({ ...exampleOrganization, ...files }), exampleDay)).files,
      ),
    );
    expect(rendered[0]).toEqual(rendered[1]);
    const quota =
      rendered[0]?.find(({ path }) => path.endsWith('namespaces/solar-prod.yaml'))?.text.split('---\n')[1] ?? '';
    expect(at(parse(quota), 'spec', 'hard')).toEqual({
      'count/jobs.batch': '5',
      pods: '200',
      'requests.cpu': '20',
      'requests.memory': '64Gi',
    });
  });

  it.each([
    ['quota: { cpu: 1.30 }', 'put it in quotes, as it is written here: without them, `1.30` is the number 1.3'],
    ['quota: { memory: "1e10" }', 'did you mean `10000000000`?'],
    ['quota: { memory: 64gb }', 'did you mean `64Gi`?'],
    ['labels: { cost-center: 4711 }', 'put it in quotes: Kubernetes takes only text for labels'],
  ])('that are written in another way have a way that works: %s', async (written, help) => {
    expect(await helpOf(namespaceWith(written), 'TEN010')).toEqual([help]);
  });
});

describe('keys of a quota', () => {
  it.each([
    ['count/deployments: "0"', 'write `count/deployments.apps`'],
    ['count/deployment.apps: "0"', 'did you mean `count/deployments.apps`?'],
    ['count/po: "0"', 'did you mean `count/pods`?'],
    ['limits.nvidia.com/gpu: "0"', 'write `requests.nvidia.com/gpu`: of devices only requests are counted'],
    ['nvidia.com/gpu: "0"', 'write `requests.nvidia.com/gpu`: of devices only requests are counted'],
  ])('that count nothing are pointed out: %s', async (written, help) => {
    const files = namespaceWith(`quota: { hard: { ${written} } }`);
    expect(await helpOf(files, 'TEN414')).toEqual([help]);
    expect(await said(files)).toHaveLength(1);
  });

  it.each([
    'count/pods',
    'count/jobs.batch',
    'count/widgets.example.com',
    'requests.nvidia.com/gpu',
    'gold.storageclass.storage.k8s.io/persistentvolumeclaims',
  ])('that count something are taken, but for parts of it: %s', async (key) => {
    expect(await said(namespaceWith(`quota: { hard: { ${key}: "3" } }`))).toEqual([]);
    const counted = key.startsWith('requests.') ? [] : [`TEN407 \`${key}\` is 1.5, but counts whole things`];
    expect(await said(namespaceWith(`quota: { hard: { ${key}: "1.5" } }`))).toEqual(counted);
  });
});

describe('rules of custom roles', () => {
  it.each([
    [
      '{ apiGroups: [""], resources: [pods], verbs: [GET] }',
      'allows nothing by `GET`, which is no verb of Kubernetes',
      'did you mean `get`?',
    ],
    [
      '{ apiGroups: [example.com], resources: [widgets], verbs: [List] }',
      'allows nothing by `List`, which is no verb of Kubernetes',
      'did you mean `list`?',
    ],
    [
      '{ apiGroups: [""], resources: [pods], verbs: [exec] }',
      'allows nothing by `exec`, which is no verb of Kubernetes',
      'write `create` on `pods/exec`',
    ],
    [
      '{ apiGroups: [""], resources: [pods/logs], verbs: [get] }',
      'allows nothing on `pods/logs`, which Kubernetes does not have',
      'did you mean `pods/log`?',
    ],
    [
      '{ apiGroups: [""], resources: [configmaps/status], verbs: [get] }',
      'allows nothing on `configmaps/status`, which Kubernetes does not have',
      '`configmaps` has no subresources',
    ],
    [
      '{ apiGroups: [""], resources: [po], verbs: [get] }',
      'allows nothing on `po`, which Kubernetes does not have',
      'did you mean `pods`?',
    ],
    [
      '{ apiGroups: [apps], resources: [deploy], verbs: [get] }',
      'allows nothing on `deploy`, which Kubernetes does not have',
      'did you mean `deployments`?',
    ],
    [
      '{ apiGroups: [""], resources: [configmaps], verbs: [create], resourceNames: [a] }',
      'allows no `create`: a request for it has no name that `resourceNames` could hold',
      'move `create` to a rule without `resourceNames`',
    ],
  ])('that allow nothing are pointed out: %s', async (rule, message, help) => {
    expect(await said(roleWith(rule))).toEqual([`TEN316 custom role \`ops\` ${message}`]);
    expect(await helpOf(roleWith(rule), 'TEN316')).toEqual([help]);
  });

  it.each([
    '{ apiGroups: [""], resources: [pods/log, pods/exec], verbs: [get, create], resourceNames: [a] }',
    '{ apiGroups: [example.com], resources: [widgets/frob], verbs: [frobnicate] }',
    '{ apiGroups: [apps], resources: [deployments/scale], verbs: [get, patch] }',
  ])('that allow something are taken: %s', async (rule) => {
    expect(await said(roleWith(rule))).toEqual([]);
  });
});

describe('names of what a cluster has', () => {
  it.each([
    ['registries: ["https://registry.example.com/"]', 'did you mean `registry.example.com/`?'],
    ['registries: ["a//"]', 'did you mean `a/`?'],
    [
      'registries: ["registry.example.com/a b/"]',
      'write the beginning of image names up to a `/`, in lowercase and without a scheme, such as `registry.example.com/solar/`',
    ],
    ['storageClasses: ["Fast SSD"]', 'did you mean `fast-ssd`?'],
    ['ingressClasses: ["nginx_"]', 'did you mean `nginx`?'],
    ['runtimeClasses: ["gVisor"]', 'did you mean `gvisor`?'],
    ['priorityClasses: ["a/b"]', 'did you mean `a-b`?'],
  ])('are names: %s', async (written, help) => {
    expect(await helpOf(namespaceWith(`isolation: { ${written} }`), 'TEN010')).toEqual([help]);
  });

  it.each([
    'registries: ["registry.example.com:5000/solar/team-a/", "docker.io/library/"]',
    'storageClasses: [fast.ssd]',
  ])('may be these: %s', async (written) => {
    expect(await said(namespaceWith(`isolation: { ${written} }`))).toEqual([]);
  });
});
