import { kubernetesVersion } from '../test/control-plane/binaries.ts';
import type { Answer } from '../test/control-plane/client.ts';
import { must, startCluster } from '../test/live/support/cluster.ts';
import type { TestCluster } from '../test/live/support/cluster.ts';
import { costly, cpuOf, largeOrganization } from '../test/live/support/costs.ts';
import { pod, roleBinding } from '../test/live/support/objects.ts';
import { inEffect, policyNames, withoutPolicies } from '../test/live/support/policies.ts';
import { verdict } from '../test/live/support/verdict.ts';
import { median } from './process.ts';

/**
 * What the policies take of an API server, on a control plane of its own (`npm run control-plane` builds one):
 *
 *     npm run bench:policies                   both tables of docs/performance.md, in ten minutes
 *     npm run bench:policies -- --only pods    the requests about one policy
 *
 * Of each request the API server's processor time, without any policy and with all of them; nothing is stored. Then the time
 * that ordinary requests take. It fails when a program fails, and never because something is slow.
 */
const options = process.argv.slice(2);
const only = options.includes('--only') ? options[options.indexOf('--only') + 1] : undefined;

/** What people and controllers do all day. */
const ordinary: readonly (readonly [what: string, send: (cluster: TestCluster) => Promise<Answer>])[] = [
  [
    'create a ConfigMap',
    ({ impersonate }) => impersonate('user:olaf').dryRun.create('configmaps', 'solar-prod/x', { data: { a: 'b' } }),
  ],
  [
    'create a Secret',
    ({ impersonate }) => impersonate('user:olaf').dryRun.create('secrets', 'solar-prod/x', { data: { a: 'YQ==' } }),
  ],
  [
    'create a Pod where registries are limited',
    ({ impersonate }) =>
      impersonate('user:olaf').dryRun.create('pods', 'solar-strict/x', pod('registry.example.com/solar/web:1')),
  ],
  [
    'create a RoleBinding for a user and a group',
    ({ impersonate }) =>
      impersonate('user:olaf').dryRun.create(
        'rolebindings',
        'solar-prod/x',
        roleBinding('view', 'User user:kim', 'Group audit'),
      ),
  ],
  [
    'label a Namespace',
    ({ impersonate }) =>
      impersonate('user:olaf').dryRun.patch('namespaces', 'solar-prod', { metadata: { labels: { a: 'b' } } }),
  ],
  ['read a Namespace', ({ impersonate }) => impersonate('user:olaf').get('namespaces', 'solar-prod')],
];

/** The median time in milliseconds of requests one after the other. */
async function p50(send: () => Promise<Answer>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 200; i++) {
    const start = performance.now();
    await must(send());
    times.push(performance.now() - start);
  }
  return median(times);
}

/** A Markdown table whose columns stand one below the other: all but the first two hold numbers. */
function aligned(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const isText = (column: number): boolean => column < head.length - 3;
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (isText(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (isText(i) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

const requests = costly
  .filter(({ policy }) => only === undefined || policy === only)
  .flatMap((request) => request.sizes.map((size) => ({ ...request, size })));

/** What one and the other measure, one after the other. */
async function measure(cluster: TestCluster): Promise<{ readonly cpu: number[]; readonly latency: number[] }> {
  const cpu: number[] = [];
  for (const { send, size, what } of requests) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what(size)}`);
    cpu.push(await cpuOf(cluster, () => send(cluster, size)));
  }
  const latency: number[] = [];
  for (const [, send] of ordinary) latency.push(await p50(() => send(cluster)));
  return { cpu, latency };
}

const cluster = await startCluster(largeOrganization(3000, 2000), { argoCDMayDo: 'anything' });
try {
  await inEffect(cluster, ...policyNames);
  let without: Awaited<ReturnType<typeof measure>> | undefined;
  await withoutPolicies(cluster, async () => {
    for (const { prepare, size } of requests) await prepare?.(cluster, size);
    without = await measure(cluster);
  });
  const answers: string[] = [];
  for (const { send, size } of requests) answers.push(verdict(await send(cluster, size)));
  const withThem = await measure(cluster);
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');

  const figures = (before = NaN, after = NaN): string[] => [
    before.toFixed(1),
    after.toFixed(1),
    (after / before).toFixed(2),
  ];
  const said = (answer = ''): string =>
    answer === 'allowed' ? answer : answer.includes(': ') ? `refused by ${answer.split(': ')[0]}` : answer.slice(0, 40);
  console.log(`Kubernetes ${kubernetesVersion()}; milliseconds of the API server's processor time.\n`);
  console.log(
    aligned(
      ['policy', 'request', 'answer', 'without', 'with', 'factor'],
      requests.map(({ policy, what, size }, i) => [
        policy,
        what(size),
        said(answers[i]),
        ...figures(without?.cpu[i], withThem.cpu[i]),
      ]),
    ),
  );
  console.log(`\nMilliseconds of an ordinary request, at the median of 200.\n`);
  console.log(
    aligned(
      ['request', 'without', 'with', 'factor'],
      ordinary.map(([what], i) => [what, ...figures(without?.latency[i], withThem.latency[i])]),
    ),
  );
} finally {
  await cluster.stop();
}
