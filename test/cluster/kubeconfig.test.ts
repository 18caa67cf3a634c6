import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cluster/api.ts';
import { isSameServer, readContext, readContexts } from '../../src/cluster/kubeconfig.ts';
import { startApiServer } from '../support/api-server.ts';
import { temporaryFolder } from '../support/folders.ts';

const server = 'https://one.example.com:6443';

/** A file with a kubeconfig; nothing in it is asked. */
function kubeconfig(change: Readonly<Record<string, unknown>> = {}): string {
  const file = join(temporaryFolder(), 'kubeconfig');
  const config = {
    clusters: [
      { name: 'one', cluster: { server } },
      {
        name: 'two',
        cluster: { server: 'https://user:password@two.example.com/path/', 'insecure-skip-tls-verify': true },
      },
      { name: 'plain', cluster: { server: 'http://127.0.0.1:8001' } },
      { name: 'none', cluster: { server: 'one.example.com' } },
    ],
    users: [{ name: 'me', user: { token: 'secret' } }],
    contexts: [
      { name: 'first', context: { cluster: 'one', user: 'me' } },
      { name: 'second', context: { cluster: 'two', user: 'me' } },
      { name: 'plain', context: { cluster: 'plain', user: 'me' } },
      { name: 'none', context: { cluster: 'none', user: 'me' } },
      { name: 'lost', context: { cluster: 'gone', user: 'me' } },
      { name: 'anybody', context: { cluster: 'one' } },
      { name: 'nobody', context: { cluster: 'one', user: 'gone' } },
    ],
    'current-context': 'first',
    ...change,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

describe('a kubeconfig', () => {
  it('gives the current context, or the one that is named', async () => {
    const file = kubeconfig();
    expect(await readContext(file, undefined)).toMatchObject({ name: 'first', server, unchecked: false });
    const second = await readContext(file, 'second');
    expect(second).toMatchObject({ name: 'second', server: 'https://two.example.com/path', unchecked: true });
    expect(second.config.getCurrentContext()).toBe('second');
  });

  it('gives all contexts, the current one first, and says why some cannot be used', async () => {
    const all = await readContexts(kubeconfig({ 'current-context': 'second' }));
    expect(all.map((context) => [context.name, 'server' in context ? context.server : context.why])).toEqual([
      ['second', 'https://two.example.com/path'],
      ['first', server],
      ['plain', 'the server of context `plain` is not an https URL'],
      ['none', 'the server of context `none` is not an https URL'],
      ['lost', 'context `lost` is of cluster `gone`, which the kubeconfig does not have'],
      ['anybody', 'context `anybody` has no user'],
      ['nobody', 'context `nobody` is of user `gone`, which the kubeconfig does not have'],
    ]);
  });

  it.each<[string, string | undefined, string, string | undefined]>([
    [
      'http, over which a token could be read',
      'plain',
      'the server of context `plain` is not an https URL',
      'credentials are sent over https alone: name a context whose server is https',
    ],
    ['a server that is no URL', 'none', 'the server of context `none` is not an https URL', undefined],
    ['no such context', 'fist', 'has no context `fist`', 'did you mean `first`?'],
    ['a cluster that is not there', 'lost', 'is of cluster `gone`, which the kubeconfig does not have', undefined],
    ['no user', 'anybody', 'context `anybody` has no user', undefined],
    ['a user who is not there', 'nobody', 'is of user `gone`, which the kubeconfig does not have', undefined],
  ])('is refused for %s', async (_, context, message, help) => {
    const refused: unknown = await readContext(kubeconfig(), context).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      name: 'Failure',
      code: 'kubeconfig',
      message: expect.stringContaining(message) as string,
      ...(help !== undefined && { help }),
    });
  });

  it('is refused where nothing says which context', async () => {
    const without = kubeconfig({ 'current-context': '' });
    await expect(readContext(without, undefined)).rejects.toMatchObject({
      code: 'kubeconfig',
      help: expect.stringContaining('--context: the contexts are `first`, `second`') as string,
    });
    await expect(readContext(kubeconfig({ contexts: [] }), undefined)).rejects.toThrow('has no contexts');
  });

  it('is refused where it is none, without a word of what is in it', async () => {
    const folder = temporaryFolder();
    await expect(readContexts(join(folder, 'gone'))).rejects.toThrow(`there is no kubeconfig ${join(folder, 'gone')}`);
    await expect(readContext(folder, undefined)).rejects.toThrow(`the kubeconfig ${folder} cannot be read (EISDIR)`);
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, 'token: [secret');
    await expect(readContext(file, undefined)).rejects.toMatchObject({ message: `${file} is not a kubeconfig` });
  });

  it('knows one server by its URL, however that is written', () => {
    expect(isSameServer(server, 'https://ONE.example.com:6443/')).toBe(true);
    expect(isSameServer('https://one.example.com', 'https://one.example.com:443')).toBe(true);
    expect(isSameServer(server, 'https://one.example.com:6444')).toBe(false);
    expect(isSameServer(server, 'https://one.example.com:6443/other')).toBe(false);
    expect(isSameServer('one', 'one')).toBe(false);
  });
});

describe('credentials', () => {
  it('are the token, which no one else sees', async () => {
    const { kubeconfig: file, asked } = await startApiServer();
    const api = await connect(await readContext(file(), undefined), undefined);
    api.close();
    expect(api).toMatchObject({ version: 'v1.36.3', user: 'user:me' });
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret-token', 'Bearer secret-token']);
    expect(asked.map(({ headers }) => headers['impersonate-user'])).toEqual([undefined, undefined]);
  });

  it('are the certificate', async () => {
    const { kubeconfig: file, asked, issueClient } = await startApiServer();
    const { certificate, key } = await issueClient('alice');
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const user = { token: undefined, 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) };
    (await connect(await readContext(file({ user }), undefined), undefined)).close();
    expect(asked.map(({ certificateOf }) => certificateOf)).toEqual(['alice', 'alice']);
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it('go to no server whose certificate is by another authority', async () => {
    const [one, other] = [await startApiServer(), await startApiServer()];
    const file = one.kubeconfig({ cluster: { server: other.url } });
    await expect(connect(await readContext(file, undefined), undefined)).rejects.toMatchObject({ code: 'untrusted' });
    expect(other.asked).toEqual([]);
  });

  it('that are no certificate are said to be none', async () => {
    const { kubeconfig: file } = await startApiServer();
    const user = { 'client-certificate-data': 'bm9uZQ==', 'client-key-data': 'bm9uZQ==' };
    await expect(connect(await readContext(file({ user }), undefined), undefined)).rejects.toMatchObject({
      code: 'kubeconfig',
      message: expect.stringContaining('a certificate or key of context `test` cannot be used') as string,
    });
  });
});
