import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verify } from '../../src/commands/verify.ts';
import type { Asked, Reply } from '../support/api-server.ts';
import { startApiServer } from '../support/api-server.ts';
import { copyOf } from '../support/folders.ts';
import { writeFiles } from '../support/folders.ts';

/** The command against a server that says yes to all but what a test tells it; `test/live/verify.test.ts` has a real one. */

const groups: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  '/api/v1': [
    ['Namespace', 'namespaces'],
    ['LimitRange', 'limitranges'],
    ['ResourceQuota', 'resourcequotas'],
  ],
  '/apis/networking.k8s.io/v1': [['NetworkPolicy', 'networkpolicies']],
  '/apis/rbac.authorization.k8s.io/v1': [
    ['ClusterRole', 'clusterroles'],
    ['ClusterRoleBinding', 'clusterrolebindings'],
    ['Role', 'roles'],
    ['RoleBinding', 'rolebindings'],
  ],
  '/apis/admissionregistration.k8s.io/v1': [
    ['ValidatingAdmissionPolicy', 'validatingadmissionpolicies'],
    ['ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings'],
  ],
};

/** Answers like a server that has all objects as they are applied, with a type checker that says `warnings` of one. */
function serverWith(warnings: Readonly<Record<string, string>>): (asked: Asked) => Reply | undefined {
  const applied = new Map<string, object>();
  return ({ method, path, body }) => {
    const resources = groups[path];
    if (resources) return { body: { resources: resources.map(([kind, name]) => ({ kind, name })) } };
    if (method === 'PATCH') {
      applied.set(path, JSON.parse(body) as object);
      return { body: JSON.parse(body) as object };
    }
    const object = applied.get(path);
    if (method !== 'GET' || !object) return undefined;
    const warning = warnings[path.split('/').at(-1) ?? ''];
    const expressionWarnings = warning === undefined ? [] : [{ fieldRef: 'spec.validations[0]', warning }];
    const metadata = { name: path.split('/').at(-1), generation: 1 };
    return { body: { ...object, metadata, status: { observedGeneration: 1, typeChecking: { expressionWarnings } } } };
  };
}

async function run(
  answer: (asked: Asked) => Reply | undefined,
  format: 'table' | 'json' = 'table',
): Promise<{ code: number; out: string; err: string }> {
  const server = await startApiServer(answer);
  const dir = copyOf(join(import.meta.dirname, '../fixtures/minimal/input'));
  const cluster = readFileSync(join(dir, 'clusters/one.yaml'), 'utf8');
  writeFiles(dir, { 'clusters/one.yaml': cluster.replace('https://one.example.com:6443', server.url) });
  const written = { out: '', err: '' };
  const io = {
    dir,
    cwd: dir,
    today: '2026-01-15',
    now: () => new Date(),
    nodePath: process.execPath,
    environment: {},
    version: '0.0.0',
    out: { write: (text: string) => (written.out += text), colour: false },
    err: { write: (text: string) => (written.err += text), colour: false },
  };
  const code = await verify(io, { kubeconfig: server.kubeconfig(), format });
  return { code, ...written };
}

describe('verify', () => {
  it('is clean where the server takes everything', async () => {
    const { code, out, err } = await run(serverWith({}));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /\n\d+ objects would be accepted; the types in \d+ policies checked, none with errors; what is in the cluster was not compared with them\n$/,
    );
  });

  it('finds a policy whose types are wrong, though the server takes it', async () => {
    const warnings = { 'pods.tenantry.dev': "undefined field 'replicas'" };
    const { code, out } = await run(serverWith(warnings));
    expect(code).toBe(1);
    expect(out).toMatch(
      /^ValidatingAdmissionPolicy pods\.tenantry\.dev +type error .*spec\.validations\[0\]: undefined field 'replicas'$/m,
    );
    expect(out).toMatch(/; the types in \d+ policies checked, 1 with errors; what is in/);

    const json = await run(serverWith(warnings), 'json');
    expect(json.code).toBe(1);
    const { typeChecks } = JSON.parse(json.out) as { typeChecks: { name: string; result: string }[] };
    expect(typeChecks.filter(({ result }) => result !== 'passed')).toEqual([
      {
        name: 'pods.tenantry.dev',
        result: 'failed',
        warnings: [{ field: 'spec.validations[0]', message: "undefined field 'replicas'" }],
      },
    ]);
  });

  it('finds what the server refuses, with the lines that it comes of', async () => {
    const yes = serverWith({});
    const { code, out } = await run((asked) =>
      asked.method === 'PATCH' && asked.path.includes('/app-dev/rolebindings/')
        ? { status: 403, body: { kind: 'Status', message: 'rolebindings "x" is forbidden: not you' } }
        : yes(asked),
    );
    expect(code).toBe(1);
    expect(out).toMatch(/^RoleBinding app-dev\/tenantry:group:team:admin +refused +tenants\/app\.yaml:\d+ +not you$/m);
    expect(out).toMatch(/\n\d+ objects would be accepted, 1 refused/);
  });

  it('is not clean where the server does not answer', async () => {
    const yes = serverWith({});
    const away = (asked: Asked) =>
      asked.path === '/apis/networking.k8s.io/v1' ? { status: 503, body: '' } : yes(asked);
    const { code, out } = await run(away);
    expect(code).toBe(1);
    expect(out).toMatch(/^NetworkPolicy \S+ +no answer .*the server does not say what it has in networking/m);
    expect(out).toMatch(/\n\d+ objects? would be accepted, \d+ without an answer/);
    const json = JSON.parse((await run(away, 'json')).out) as { objects: { kind: string; result: string }[] };
    const policies = json.objects.filter(({ result }) => result !== 'verified');
    expect(policies.length).toBeGreaterThan(0);
    for (const one of policies) {
      expect(one).toMatchObject({
        kind: 'NetworkPolicy',
        result: 'no-answer',
        message: 'the server does not say what it has in networking.k8s.io/v1: status 503',
      });
    }
  });
});
