import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, expect, onTestFailed } from 'vitest';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import type { Answer, Client } from '../control-plane/client.ts';
import { readFiles } from '../support/folders.ts';
import type { Fleet } from './fleet.ts';

/** What the tests with Argo CD do and look at. */

const root = resolve(import.meta.dirname, '../..');

/** The sample organization, as it is committed. */
export function sampleOrganization(): Record<string, string> {
  const below = (folder: string) =>
    Object.entries(readFiles(join(root, folder))).map(([path, text]) => [`${folder}/${path}`, text]);
  return Object.fromEntries([
    ['organization.yaml', readFileSync(join(root, 'organization.yaml'), 'utf8')],
    ...below('clusters'),
    ...below('tenants'),
  ]) as Record<string, string>;
}

export const configMapsIn = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;
export const roleBindingsIn = (namespace: string): string =>
  `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
export const namespaceAt = (name: string): string => `/api/v1/namespaces/${name}`;

/** How long each step took, in the order of the steps. */
const times: { readonly what: string; readonly seconds: number }[] = [];

/** Runs a step, and remembers how long it took. */
export async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await run();
  times.push({ what, seconds: (performance.now() - start) / 1000 });
  return result;
}

/** Has a test file print how long its steps took, and what Argo CD has logged when a test fails. */
export function reported(fleet: () => Pick<Fleet<string>, 'argoCD'>): void {
  afterAll(() => {
    console.log(times.map(({ what, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${what}`).join('\n'));
  });
  beforeEach(() => {
    onTestFailed(() => {
      console.error(fleet().argoCD.logTails());
    });
  });
}

/** What the tests of a fleet share. */
export function stepsOn<Cluster extends string>(fleet: () => Fleet<Cluster>) {
  const request = (cluster: Cluster, ...args: Parameters<Client['request']>): Promise<Answer> =>
    fleet().planes[cluster].request(...args);
  async function status(cluster: Cluster, path: string): Promise<number> {
    return (await request(cluster, 'GET', path)).status;
  }

  /** Returns when a member of the group gets this answer for a namespace's ConfigMaps. */
  async function answers(cluster: Cluster, group: string, namespace: string, expected: number): Promise<void> {
    await waitFor(`${group} to get ${expected} in ${namespace} of ${cluster}`, async () => {
      const as = await fleet().memberOf(group, cluster);
      return (await request(cluster, 'GET', configMapsIn(namespace), { as })).status === expected;
    });
  }

  /** Leaves something in a namespace that must not be lost. Gives its path. */
  async function leaveConfigMap(cluster: Cluster, namespace: string): Promise<string> {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'precious' } };
    // A namespace that an earlier test has deleted may be on its way out yet, and then comes back.
    await waitFor(`namespace ${namespace} to take a ConfigMap`, async () => {
      const { status } = await request(cluster, 'POST', configMapsIn(namespace), { body });
      return status === 201 || status === 409;
    });
    return `${configMapsIn(namespace)}/precious`;
  }

  /** Gives a RoleBinding other groups as its subjects, as a cluster admin could. */
  async function bindByHand(
    cluster: Cluster,
    namespace: string,
    name: string,
    ...groups: readonly string[]
  ): Promise<void> {
    const subjects = groups.map((group) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }));
    const answer = await request(cluster, 'PATCH', `${roleBindingsIn(namespace)}/${name}`, {
      body: { subjects },
      contentType: 'application/merge-patch+json',
    });
    expect(answer.status).toBe(200);
    expect(listAt(answer.body, 'subjects')).toHaveLength(groups.length);
  }

  /** Returns when a RoleBinding has these groups as its subjects. */
  async function subjects(
    cluster: Cluster,
    namespace: string,
    name: string,
    ...groups: readonly string[]
  ): Promise<void> {
    await waitFor(`${name} to be of ${groups.join(', ')}`, async () => {
      const { body } = await request(cluster, 'GET', `${roleBindingsIn(namespace)}/${name}`);
      const found = listAt(body, 'subjects').map((subject) => String(at(subject, 'name')));
      return found.join() === groups.join();
    });
  }

  /** Deletes a namespace as a cluster admin would: by its mark and the confirmation on it, and by hand. */
  async function deleteNamespace(cluster: Cluster, name: string): Promise<void> {
    const annotations = { 'tenantry.dev/allow-delete': name };
    const labels = { 'tenantry.dev/state': 'MarkedForDeletion' };
    await request(cluster, 'PATCH', namespaceAt(name), {
      body: { metadata: { annotations, labels } },
      contentType: 'application/merge-patch+json',
    });
    await request(cluster, 'DELETE', namespaceAt(name));
    await waitFor(`namespace ${name} to be gone`, async () => {
      return (await request(cluster, 'GET', namespaceAt(name))).status === 404;
    });
  }

  /** The names of a cluster's namespaces. */
  async function namespaces(cluster: Cluster): Promise<string[]> {
    const { body } = await request(cluster, 'GET', '/api/v1/namespaces');
    return listAt(body, 'items').map((one) => String(at(one, 'metadata', 'name')));
  }

  return { request, status, answers, leaveConfigMap, bindByHand, subjects, deleteNamespace, namespaces };
}

/** A text with one thing in it replaced, which must be there. */
export function replaced(text: string | undefined, what: string, by: string): string {
  if (text?.includes(what) !== true) throw new Error(`there is no \`${what}\` in:\n${text ?? ''}`);
  return text.replace(what, () => by);
}

/** What an API server said, for a comparison. */
export function said({ status, body }: Answer): string {
  const message = at(body, 'message');
  return `${status} ${typeof message === 'string' ? message : ''}`;
}
