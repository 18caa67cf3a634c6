import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { issuerManifests } from '../../src/manifests/issuer.ts';
import { at, listAt } from '../../src/values/json.ts';
import { cliPath, tenantryHere } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { issuerFiles } from '../support/issuer.ts';
import { gitEnvironment, repositoryIn } from '../support/repositories.ts';

/** The containers of the rendered Deployment as processes, with folders of this machine in the place of its volumes. */

it('what is rendered runs: the keys are copied, and the issuer is healthy where the probes ask', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'repository'));
  const repository = repositoryIn(join(folder, 'repository'));
  repository.git(['init', '--quiet', '--initial-branch=main']);
  const commit = repository.commit(issuerFiles('https://login.example.com', 'https://ci.example.com'));
  const secret = join(folder, 'run/tenantry/keys-secret');
  await tenantryHere(['issuer', 'new-key', join(secret, 'signing.pem')], { cwd: folder });
  // As the kubelet leaves it for the group of the pod.
  chmodSync(join(secret, 'signing.pem'), 0o440);
  mkdirSync(join(folder, 'run/tenantry/keys'));

  const text = issuerManifests({
    image: 'tenantry',
    namespace: 'tenantry',
    repository: `file://${repository.folder}`,
    ref: 'main',
    keysSecret: 'keys',
    reachedBy: { proxyNamespace: 'ingress' },
    metricsFrom: 'monitoring',
  });
  const documents = parseAllDocuments(text).map((document) => {
    const object: unknown = document.toJS();
    return object;
  });
  const spec = at(
    documents.find((object) => at(object, 'kind') === 'Deployment'),
    'spec',
    'template',
    'spec',
  );
  const here = (value: unknown): string =>
    String(value)
      .replace(/^\/(?=run|var)/, `${folder}/`)
      .replace(/^0\.0\.0\.0:\d+$/, '127.0.0.1:0');
  const wordsOf = (kind: string, key: string): string[] => listAt(spec, kind, 0, key).map(here);
  const run = (command: string, args: readonly string[]) => {
    const child = spawn(command, args, { cwd: folder, env: gitEnvironment, stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };

  const [shell = '', ...script] = wordsOf('initContainers', 'command');
  run(shell, script);
  const [probe = '', ...probed] = listAt(spec, 'initContainers', 0, 'startupProbe', 'exec', 'command').map(here);
  while ((await once(run(probe, probed), 'exit'))[0] !== 0) await sleep(50);

  const [program, ...command] = wordsOf('containers', 'command');
  expect(program).toBe('tenantry');
  const issuer = run(process.execPath, [cliPath, ...command, ...wordsOf('containers', 'args')]);
  const exited = once(issuer, 'exit');
  let said = '';
  issuer.stderr.setEncoding('utf8').on('data', (line: string) => (said += line));
  const portAt = (what: string) => new RegExp(`${what} at port (\\d+)`).exec(said)?.[1];
  while (portAt('metrics') === undefined && issuer.exitCode === null) await sleep(20);
  expect(said).toContain(`tokens are given by commit ${commit.slice(0, 12)}`);
  for (const kind of ['readinessProbe', 'livenessProbe']) {
    const path = at(spec, 'containers', 0, kind, 'httpGet', 'path');
    const answer = await fetch(`http://127.0.0.1:${portAt('listening') ?? ''}${String(path)}`);
    expect([kind, answer.status]).toEqual([kind, 200]);
  }
  const metrics = await (await fetch(`http://127.0.0.1:${portAt('metrics') ?? ''}/metrics`)).text();
  expect(metrics).toContain(`tenantry_issuer_config_info{commit="${commit}"`);
  issuer.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
