import { describe, expect, it } from 'vitest';
import { containerLimitsKey, quotaKey } from '../../src/settings/quota.ts';
import { cluster } from '../../src/settings/cluster.ts';
import { isolation } from '../../src/settings/isolation.ts';
import { namespace } from '../../src/settings/namespace.ts';
import { exampleChange } from '../support/change.ts';
import { exampleOrganization } from '../support/examples.ts';

/** Attempts to bring the work of others, or of a whole tenant, to a stand by a change that looks harmless (TEN545). */

const production = {
  'clusters/prodcluster01.yaml': exampleOrganization['clusters/prodcluster01.yaml'].replace(
    'spec:\n',
    'spec:\n  labels: { environment: production }\n',
  ),
};

/** A tenant's file with so many namespaces, all of which get what `defaults` and `spec` say. */
function tenant(defaults: string, spec = '', count = 10): string {
  const names = Array.from({ length: count }, (_, i) => `    - name: n${i}`);
  return exampleOrganization['tenants/solar.yaml']
    .replace('  defaults:\n', `${spec}  defaults:\n${defaults}`)
    .replace(/ {2}namespaces:\n[^]*/, `  namespaces:\n${names.join('\n')}\n`);
}

async function stopped(
  before: string,
  after: string,
  clusters: Record<string, string> = production,
): Promise<string[]> {
  const { found } = await exampleChange({
    before: { ...clusters, 'tenants/solar.yaml': before },
    after: { 'tenants/solar.yaml': after },
  });
  return found.filter(({ code }) => code === 'TEN545').map(({ message }) => message);
}

const quota = (text: string): string => `    quota: { ${text} }\n`;
const apart = (text: string): string => `  isolation: { ${text} }\n`;

describe('may stop work in production namespaces, and says so', () => {
  it.each<[string, [string, string?], [string, string?], string]>([
    ['no pods', [quota('pods: 50')], [quota('pods: 0')], '`quota` (pods 0)'],
    ['no pods, where there was no quota', [''], [quota('pods: 0')], '`quota` (pods 0)'],
    ['no CPU', [quota('cpu: "20"')], [quota('cpu: "0"')], '`quota` (cpu 0)'],
    ['less CPU than a container gets', [''], [quota('cpu: 50m')], '`quota` (cpu 50m)'],
    ['less memory', [quota('memory: 64Gi')], [quota('memory: 63Gi')], '`quota` (memory 63Gi)'],
    ['a quota where there was none', [''], [quota('cpu: "20", pods: 50')], '`quota` (cpu 20, pods 50)'],
    [
      'less of one thing for more of another',
      [quota('cpu: "9", pods: 5')],
      [quota('cpu: "8", pods: 6')],
      '`quota` (cpu 8, pods 6)',
    ],
    [
      'less for a container',
      ['    containerLimits: { max: { cpu: "4" } }\n'],
      ['    containerLimits: { max: { cpu: "2" } }\n'],
      '`containerLimits` (max cpu 2)',
    ],
    ['a stricter Pod Security Standard', [''], ['', apart('podSecurity: restricted')], '`podSecurity` (restricted)'],
    ['one registry less', ['', apart('registries: [a/, b/]')], ['', apart('registries: [a/]')], '`registries` (a/)'],
    ['no pods in other words', [''], [quota('hard: { count/pods: "0" }')], '`quota` (count/pods 0)'],
    ['no room for containers', [''], ['    containerLimits: { max: { cpu: "0" } }\n'], '`containerLimits` (max cpu 0)'],
    [
      'no registry',
      ['', apart('registries: [a.example.com/]')],
      ['', apart('registries: []')],
      '`registries` (nothing)',
    ],
    ['no registry, where all were allowed', [''], ['', apart('registries: []')], '`registries` (nothing)'],
    [
      'another registry',
      ['', apart('registries: [a.example.com/]')],
      ['', apart('registries: [b/]')],
      '`registries` (b/)',
    ],
    ['a cordon', [''], ['', '  cordoned: true\n'], '`cordoned` (true)'],
    [
      'a closed network',
      ['', apart('network: SameTenant')],
      ['', apart('network: SameNamespace')],
      '`network` (SameNamespace)',
    ],
    ['nodes that there may not be', [''], ['', apart('nodeSelector: { a: b }')], '`nodeSelector` (a b)'],
  ])('%s', async (_, before, after, what) => {
    expect(await stopped(tenant(...before), tenant(...after))).toEqual([
      `${what} may stop work in 10 production namespaces: \`solar-n0\`, \`solar-n1\`, \`solar-n2\`, \`solar-n3\`, \`solar-n4\`, \`solar-n5\`, \`solar-n6\`, \`solar-n7\`, \`solar-n8\` and \`solar-n9\``,
    ]);
  });

  it.each<[string, [string, string?], [string, string?]]>([
    ['more of a quota', [quota('memory: 64Gi')], [quota('memory: 65Gi')]],
    ['no quota any more', [quota('memory: 64Gi')], ['']],
    ['one registry more', ['', apart('registries: [a/]')], ['', apart('registries: [a/, b/]')]],
    ['all registries', ['', apart('registries: [a/]')], ['']],
    ['a laxer Pod Security Standard', ['', apart('podSecurity: restricted')], ['']],
    ['an open network', ['', apart('network: SameNamespace')], ['', apart('network: None')]],
    ['a lifted cordon', ['', '  cordoned: true\n'], ['']],
    ['what stood still before', [quota('pods: 0')], [`${quota('pods: 0')}    labels: { a: b }\n`]],
  ])('and not: %s', async (_, before, after) => {
    expect(await stopped(tenant(...before), tenant(...after))).toEqual([]);
  });

  it('of limits not where nothing of production is, nor of new namespaces', async () => {
    expect(await stopped(tenant(quota('pods: 50')), tenant(quota('pods: 0')), {})).toEqual([]);
    expect(await stopped(tenant(''), tenant('', '  cordoned: true\n'), {})).toEqual([
      '`cordoned` (true) may stop work in 10 namespaces: `solar-n0`, `solar-n1`, `solar-n2`, `solar-n3`, `solar-n4`, `solar-n5`, `solar-n6`, `solar-n7`, `solar-n8` and `solar-n9`',
    ]);
    expect(
      await stopped(tenant('', '', 1), tenant('', '', 1).concat('    - { name: new, quota: { pods: 0 } }\n')),
    ).toEqual([]);
  });
});

it('each setting of a namespace says when it stops work, or is decided here to stop none', () => {
  const settings = { ...isolation, ...namespace, quota: quotaKey, containerLimits: containerLimitsKey };
  const without = Object.entries(settings).flatMap(([key, setting]) =>
    (setting.kind === 'value' || setting.kind === 'setting') && !('stops' in setting) ? [key] : [],
  );
  expect(without.sort()).toEqual([
    // Attributes costs, and stops nothing.
    'allocation',
    'annotations',
    // The rules about deletion speak of a namespace that leaves a cluster.
    'clusters',
    // What begins to hold is told of each of what is only observed until then.
    'enforcement',
    // Another name is another namespace.
    'fullName',
    // Few pods name a class, and those that run go on.
    'ingressClasses',
    'labels',
    'priorityClasses',
    'runtimeClasses',
    'storageClasses',
  ]);
  expect(Object.values(cluster).filter((key) => 'stops' in key)).toEqual([]);
});
