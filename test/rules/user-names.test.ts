import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../src/rules/references/users.ts';
import { redactSecrets } from '../../src/source/secrets.ts';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';
import { exampleOrganization } from '../support/examples.ts';

/** What is said of names of people, groups and accounts that are nearly, or look like, those of others. */
const organization = exampleOrganization['organization.yaml'];
const solar = exampleOrganization['tenants/solar.yaml'];
const cluster = exampleOrganization['clusters/prodcluster01.yaml'];

const withShare = (share: string) => ({ 'tenants/solar.yaml': `${solar}        - ${share}\n` });
const withOwner = (owner: string) => ({
  'tenants/solar.yaml': solar.replace('  owners:\n', `  owners:\n    - ${owner}\n`),
});
const said = async (files: Parameters<typeof diagnosePlaced>[0], codes?: string) =>
  (await diagnosePlaced(files, codes === undefined ? {} : { codes })).map((line) => line.replace(/^\S+ /, ''));
const helpOf = async (files: Parameters<typeof diagnose>[0]) => (await diagnose(files)).map(({ help }) => help);

describe('a user whose name is nearly that of another', () => {
  // As where only the identity provider knows who is in a group: TEN114 says nothing then.
  const undeclared = organization.replace('      members: [ann]\n', '');

  it.each([
    ['seu', 'sue', 'only in the order of two letters'],
    ['Sam', 'sam', 'only in letter case'],
    ['ALICE', 'alice', 'only in letter case'],
    ['alise', 'alice', 'only by one letter'],
    ['alce', 'alice', 'only by one letter'],
    ['samm', 'sam', 'only by one letter'],
    ['a1ice', 'alice', 'only in letters that look alike'],
    ['al-ice', 'alice', 'only in punctuation'],
  ])('is pointed out in a share: %s', async (user, other, difference) => {
    const files = { 'organization.yaml': undeclared, ...withShare(`{ user: ${user}, role: admin }`) };
    expect(await said(files)).toEqual([`TEN119 users \`${user}\` and \`${other}\` differ ${difference}`]);
  });

  it('is pointed out among admins, members and owners', async () => {
    const admins = organization.replace('admins: [alice]', 'admins: [alice, seu]');
    expect(await said({ 'organization.yaml': admins })).toEqual([
      'TEN119 users `seu` and `sue` differ only in the order of two letters',
    ]);
    const members = organization.replace('[sam, sue]', '[sam, Sam]');
    expect(await said({ 'organization.yaml': members })).toEqual([
      'TEN119 users `Sam` and `sam` differ only in letter case',
    ]);
    expect(await said(withOwner('{ kind: User, name: smaa }'), 'TEN119')).toEqual([]);
    expect(await said(withOwner('{ kind: User, name: Alice }'), 'TEN119')).toEqual([
      'TEN119 users `Alice` and `alice` differ only in letter case',
    ]);
  });

  it('is compared with users of other shares, of other tenants, too', async () => {
    const lunar = solar.replace('name: solar\n', 'name: lunar\n').replace('name: prod', 'name: dev');
    const files = {
      ...withShare('{ user: robin, role: edit }'),
      'tenants/lunar.yaml': `${lunar}        - { user: Robin, role: edit }\n`,
    };
    expect(await said(files, 'TEN119')).toEqual(['TEN119 users `robin` and `Robin` differ only in letter case']);
  });

  it('may be excepted, and names that tell people apart are let be', async () => {
    const excepted = `${organization}  exceptions:\n    - { code: TEN119, target: seu, reason: they are two people, until: 2026-03-01 }\n`;
    expect(await said({ 'organization.yaml': excepted, ...withShare('{ user: seu, role: edit }') }, 'TEN119')).toEqual(
      [],
    );
    for (const [a, b] of [
      ['rob', 'bob'],
      ['mario', 'maria'],
      ['u1a', 'u2a'],
      ['u12', 'u21'],
      ['ann', 'anna'],
      ['al', 'la'],
    ])
      expect(differenceOf(a ?? '', b ?? '', true), `${a ?? ''} ${b ?? ''}`).toBe(undefined);
    // Two who are declared are two people, unless only letter case tells them apart.
    expect(await said({ 'organization.yaml': organization.replace('[sam, sue]', '[sam, sue, seu]') })).toEqual([]);
  });
});

describe('a name that looks like another', () => {
  it.each([
    ['\u0430lice', 'TEN314 user `аlice` mixes Latin and Cyrillic letters'],
    ['\u0455\u0430\u043c', 'TEN317 user `ѕам` looks like `sam`, and is another'],
    ['\uff53ue', 'TEN317 user `ｓue` looks like `sue`, and is another'],
    ['\u0455ystem:admin', 'TEN314 user `ѕystem:admin` mixes Latin and Cyrillic letters'],
  ])('is refused: %s', async (user, expected) => {
    expect(await said(withShare(`{ user: "${user}", role: edit }`))).toContain(expected);
    expect(await said({ 'organization.yaml': organization.replace('[alice]', `[alice, "${user}"]`) })).toContain(
      expected,
    );
  });

  it('is refused where it passes for a user of Kubernetes itself', async () => {
    expect(await said(withShare('{ user: "\u0455ystem:admin", role: edit }'), 'TEN315')).toEqual([
      'TEN315 user `ѕystem:admin` looks like a user of Kubernetes itself',
    ]);
  });

  it.each(['"alice "', '" alice"', '"mal\\nlory"', '"\\talice"', '"alice\\u00a0"'])(
    'is refused with a space or a line end: %s',
    async (user) => {
      for (const files of [
        withShare(`{ user: ${user}, role: edit }`),
        withShare(`{ group: ${user}, role: edit }`),
        withOwner(`{ kind: User, name: ${user} }`),
        { 'organization.yaml': organization.replace('[alice]', `[alice, ${user}]`) },
        { 'organization.yaml': organization.replace('[ann]', `[ann, ${user}]`) },
        { 'clusters/prodcluster01.yaml': `${cluster}  syncIdentity: ${user}\n` },
      ]) {
        expect(await said(files, 'TEN010')).toEqual([expect.stringMatching(/^TEN010 `[a-zA-Z]+`|^TEN010 an item of/)]);
      }
    },
  );
});

describe('users and groups', () => {
  it('are told apart: a user with the name of a group', async () => {
    const files = withShare('{ user: audit, role: edit }');
    expect(await said(files, 'TEN120')).toEqual(['TEN120 user `audit` has the name of a group']);
    expect(await said(withOwner('{ kind: User, name: Solar-SRE }'), 'TEN120')).toEqual([
      'TEN120 user `Solar-SRE` has the name of the group `solar-sre`',
    ]);
    expect(await said({ 'organization.yaml': organization.replace('[ann]', '[ann, solar-sre]') }, 'TEN120')).toEqual([
      'TEN120 user `solar-sre` has the name of a group',
    ]);
    expect(await said({ 'organization.yaml': organization.replace('[alice]', '[alice, audit]') }, 'TEN120')).toEqual([
      'TEN120 user `audit` has the name of a group',
    ]);
  });

  it('are told apart: a group with the name of a user, or without its prefix', async () => {
    expect(await helpOf(withShare('{ group: sam, role: edit }'))).toEqual([
      '`sam` is a user: write `user: sam` in a share, `kind: User` for an owner; a cluster is shared with groups alone',
    ]);
    const prefixed = organization.replace('name: audit\n', 'name: "okta:audit"\n');
    expect(await helpOf({ 'organization.yaml': prefixed })).toContain('did you mean `okta:audit`?');
  });
});

describe('names of service accounts', () => {
  it.each([
    ['"system:serviceaccount:solar-prod:bot"', 'write `name: bot`'],
    ['"system:serviceaccount:ci:bot"', 'write `name: bot`, with `namespace: ci`'],
    ['"solar-prod:bot"', 'write `name: bot`'],
    ['solar-prod/bot', 'write `name: bot`'],
    ['Deployer', 'did you mean `name: deployer`?'],
    ['bot_1', 'did you mean `name: bot-1`?'],
    ['"."', 'write lowercase letters, digits, `-` and `.`, with a letter or digit at both ends'],
  ])('are what Kubernetes allows: %s', async (name, help) => {
    const found = await diagnose(withOwner(`{ kind: ServiceAccount, name: ${name}, namespace: solar-prod }`), {
      codes: 'TEN219',
    });
    expect(found.map((d) => d.help)).toEqual([help]);
  });

  it('may have dots', async () => {
    expect(await said(withOwner('{ kind: ServiceAccount, name: my.bot, namespace: solar-prod }'))).toEqual([]);
    const argoCD = '  argoCD: { repoURL: "https://git.example.com/a.git", serviceAccount: argo.cd }\n';
    expect(await said({ 'organization.yaml': organization + argoCD })).toEqual([]);
  });

  it.each([
    'system:serviceaccount:argocd',
    'system:serviceaccount:argocd:',
    'system:serviceaccount:argocd:Bot',
    'System:ServiceAccount:argocd:bot',
    'system:serviceaccounts:argocd',
  ])('are whole in `syncIdentity`: %s', async (identity) => {
    const files = { 'clusters/prodcluster01.yaml': `${cluster}  syncIdentity: "${identity}"\n` };
    expect(await said(files)).toEqual([`TEN219 \`syncIdentity\` is \`${identity}\`, which is no user of Kubernetes`]);
  });

  it('may be another user that Argo CD writes as', async () => {
    for (const identity of ['system:serviceaccount:kube-system:argocd-manager', 'argocd@example.com']) {
      const files = { 'clusters/prodcluster01.yaml': `${cluster}  syncIdentity: "${identity}"\n` };
      expect(await said(files)).toEqual([]);
    }
  });
});

describe('the repository that Argo CD follows', () => {
  const withUrl = (url: string) => ({
    'organization.yaml': `${organization}  argoCD: { repoURL: ${JSON.stringify(url)} }\n`,
  });

  it.each([
    ['https://deploy:s3cretPassw0rd@git.example.com/x.git', 'holds user info'],
    ['https://s3cretPassw0rd@git.example.com/x.git', 'holds user info'],
    ['ssh://git:s3cretPassw0rd@git.example.com/x.git', 'holds user info'],
    ['https://git.example.com/x.git?token=s3cretPassw0rd', 'has a query'],
    ['github.com/x/y', 'is not the URL of a repository'],
    ['https://git.example.com/x y.git', 'is not the URL of a repository'],
    ['https://git.example.com/a\nb.git', 'is not the URL of a repository'],
    ['javascript://git.example.com/a.git', 'is not the URL of a repository'],
    ['https:git.example.com/a.git', 'is not the URL of a repository'],
  ])('is refused, and never repeated: %j', async (url, wrong) => {
    const found = await diagnose(withUrl(url));
    expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual([`TEN220 \`repoURL\` ${wrong}`]);
    expect(JSON.stringify(found)).not.toContain('s3cretPassw0rd');
    // What shows the line, as the terminal does.
    if (url.includes('@')) expect(redactSecrets(`repoURL: ${url}`)).not.toContain('s3cretPassw0rd');
  });

  it.each([
    'https://git.example.com/platform/access.git',
    'https://git.example.com:8443/a',
    'ssh://git@git.example.com:2222/a.git',
    'git@github.com:team/access.git',
    'org-1@ssh.dev.azure.com:v3/a/b/c',
  ])('is taken: %s', async (url) => {
    expect(await said(withUrl(url))).toEqual([]);
    expect(redactSecrets(url)).toBe(url);
  });

  it.each(['kubernetes.io', 'k8s.io', 'argoproj.io', 'x.kubernetes.io'])('has no label domain %s', async (domain) => {
    expect(await said({ 'organization.yaml': `${organization}  labelDomain: ${domain}\n` })).toEqual([
      expect.stringMatching(`^TEN214 the label domain \`${domain}\` is in the reserved domain`),
    ]);
  });
});
