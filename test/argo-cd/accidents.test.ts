import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readFiles } from '../support/folders.ts';
import { startFleet } from './fleet.ts';
import type { Files, Fleet } from './fleet.ts';
import { guideSteps, runAsOperator } from './guide.ts';
import { configMapsIn, stepsOn, timed, reported } from './steps.ts';

/**
 * Every accident that the rules about changes refuse (`test/fixtures/plans/accident-*`), merged all the same: no namespace
 * is lost, with what is in it, but those that an earlier merge had marked for deletion (N4, S62, S63).
 */

const fixtures = resolve(import.meta.dirname, '../fixtures/plans');
const accidents = readdirSync(fixtures).filter((name) => name.startsWith('accident-'));
const clusters = ['prod1', 'prod2', 'dev1'] as const;
type Cluster = (typeof clusters)[number];

const side = (name: string, which: 'before' | 'after') => readFiles(join(fixtures, name, which));

let fleet: Fleet<Cluster>;
const { status, leaveConfigMap, namespaces, deleteNamespace } = stepsOn(() => fleet);

beforeAll(async () => {
  fleet = await startFleet({ organization: side(accidents[0] ?? '', 'before'), clusters });
  for (const { commands } of guideSteps())
    runAsOperator(
      fleet.operator,
      commands.map((command) => command.replaceAll('prodcluster01', clusters[0])),
    );
  return fleet.stop;
});

reported(() => fleet);

/** Makes the organization be these files, and no others. */
async function merge(files: Readonly<Record<string, string>>): Promise<void> {
  const gone: Files = { 'organization.yaml': undefined, clusters: undefined, tenants: undefined };
  fleet.remote.write(gone);
  await fleet.settled(await fleet.merge(fleet.withServers(files)));
}

/** The namespaces that are rendered for a cluster, and those of them that may be deleted. */
function renderedOn(cluster: Cluster): { readonly all: readonly string[]; readonly marked: readonly string[] } {
  const files = Object.entries(fleet.dist()).flatMap(([path, text]) => {
    const name = new RegExp(`^dist/${cluster}/namespaces/(.+)\\.yaml$`).exec(path)?.[1];
    return name === undefined ? [] : [{ name, isMarked: text.includes(`tenantry.dev/allow-delete: ${name}`) }];
  });
  return {
    all: files.map(({ name }) => name),
    marked: files.flatMap(({ name, isMarked }) => (isMarked ? [name] : [])),
  };
}

describe('nothing is lost by', () => {
  test.each(accidents)('%s', async (name) => {
    await merge(side(name, 'before'));
    const precious: { readonly cluster: Cluster; readonly path: string }[] = [];
    for (const cluster of clusters) {
      const { all, marked } = renderedOn(cluster);
      // What an earlier test has left behind may be another tenant's now.
      for (const found of await namespaces(cluster))
        if (/^(solar|wind|sun)-/.test(found) && !all.includes(found)) await deleteNamespace(cluster, found);
      for (const namespace of all.filter((one) => !marked.includes(one))) {
        await leaveConfigMap(cluster, namespace);
        precious.push({ cluster, path: `${configMapsIn(namespace)}/precious` });
      }
    }
    expect(precious.length).toBeGreaterThan(4);
    await timed(name, () => merge(side(name, 'after')));
    for (const { cluster, path } of precious)
      expect(`${cluster} ${path} ${await status(cluster, path)}`).toBe(`${cluster} ${path} 200`);
  });
});
