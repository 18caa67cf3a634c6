import { describe, expect, it } from 'vitest';
import { entryOf } from '../../src/sign-in/kubeconfig.ts';
import type { Merged } from '../../src/sign-in/kubeconfig-file.ts';
import { mergedText } from '../../src/sign-in/kubeconfig-file.ts';
import { Failure } from '../../src/values/failure.ts';

const issuer = 'https://platform.example.com/api/oidc';
const prod = { name: 'prod', id: 'p1', server: 'https://prod.example.com', groups: [], namespaces: ['a', 'b'] };
const options = { issuer, isWhole: true, isNamespaceGiven: false };

function merged(text: string, prefix = 'acme'): Merged {
  const entries = [entryOf({ ...prod, defaultNamespace: 'a' }, { issuer, prefix })];
  return mergedText(text, 'config', entries, options);
}

const plugin = (id: string): string =>
  `{ exec: { command: tenantry, args: [ token, --issuer, "${issuer}", --cluster, "${id}" ] } }`;

describe('a merge', () => {
  it('writes every scalar as it was', () => {
    const scalars = [
      '0042',
      '12345678901234567890',
      '1e5',
      '0x1F',
      '1_000',
      '.inf',
      '~',
      'yes',
      '12:30:00',
      '2001-01-01',
    ];
    const others = [...scalars, '+1', '1.10', '0o17', 'null', 'True', '!!binary aGVsbG8=', '"0042"', "'1e5'"];
    const lines = others.map((scalar, index) => `  - name: u${index}\n    user:\n      password: ${scalar}\n`).join('');
    const { text } = merged(`kind: Config\nusers:\n${lines}clusters:\ncontexts: ~\ncurrent-context: 007\n`);
    for (const line of lines.trimEnd().split('\n')) expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^current-context: 007$/m);
    expect(merged(text).text).toBe(text);
  });

  it('writes a text of its own so that no reader takes it for a number', () => {
    const entries = [entryOf({ ...prod, id: '0042', defaultNamespace: 'yes' }, { issuer, prefix: 'acme' })];
    const { text } = mergedText('', 'config', entries, options);
    expect(text).toContain('- "0042"');
    expect(text).toContain('namespace: "yes"');
    expect(text).toContain('provideClusterInfo: true');
  });

  it('takes away no cluster and no context that only has the name of a user of its own', () => {
    const text = `kind: Config
users:
  - { name: me, user: ${plugin('gone')} }
  - { name: acme/old, user: ${plugin('gone')} }
clusters:
  - { name: me, cluster: { server: "https://mine.example.com" } }
  - { name: acme/old, cluster: { server: "https://old.example.com" } }
contexts:
  - { name: me, context: { cluster: other, user: other } }
  - { name: acme/old, context: { cluster: acme/old, user: acme/old } }
  - { name: mine, context: { cluster: acme/old, user: other } }
current-context: me
`;
    const { text: after, removed } = merged(text);
    expect(removed).toEqual(['acme/old']);
    const gone = text.split('\n').filter((line) => !after.split('\n').includes(line));
    expect(gone.filter((line) => !/\{ name: acme\/old, (?:user|context):/.test(line))).toEqual([]);
    expect(after).not.toContain('{ name: acme/old, context:');
  });

  it('keeps the namespace and the current context of a cluster that comes under another prefix', () => {
    const first = mergedText('', 'config', [entryOf({ ...prod, defaultNamespace: 'a' }, { issuer, prefix: 'acme' })], {
      ...options,
      use: 'acme/prod',
    });
    const { text, removed, renamed } = merged(first.text.replace('namespace: a', 'namespace: b'), 'platform');
    expect([removed, renamed]).toEqual([[], [{ from: 'acme/prod', to: 'platform/prod' }]]);
    expect(text).not.toContain('acme/prod');
    expect(text).toMatch(/^current-context: "platform\/prod"$/m);
    expect(text).toContain('namespace: b');
  });

  const refused: [string, string][] = [
    [
      'an entry of its own that another one is made of',
      `users:\n- name: acme/prod\n  user: &u ${plugin('p1')}\n- { name: mine, user: *u }\n`,
    ],
    ['a name that comes from elsewhere', 'x: &d { name: acme/prod }\nclusters:\n- { <<: *d, cluster: {} }\n'],
    ['an alias of nothing', 'users:\n- { name: mine, user: *u }\n'],
    [
      'a name that two users have',
      `users:\n- { name: acme/prod, user: { token: x } }\n- { name: acme/prod, user: ${plugin('p1')} }\n`,
    ],
    ['a name that an alias has', 'clusters:\n- &a { name: acme/prod, cluster: {} }\n- *a\n'],
    [
      'a context of its name that somebody has changed',
      `users:\n- { name: acme/prod, user: ${plugin('p1')} }\ncontexts:\n- { name: acme/prod, context: { cluster: mine, user: mine } }\n`,
    ],
  ];
  it.each(refused)('refuses %s', (_, text) => {
    expect(() => merged(`kind: Config\n${text}`)).toThrow(Failure);
  });
});
