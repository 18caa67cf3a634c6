import { describe, expect, it } from 'vitest';
import { exampleOrganization } from '../support/examples.ts';
import { diagnose } from '../support/diagnose.ts';

/** What is refused of identity providers and workloads. */

const github = 'https://token.actions.githubusercontent.com';
const spec = (text: string) => ({ 'organization.yaml': `${exampleOrganization['organization.yaml']}${text}` });
const workload = (claims: object, issuer = github) =>
  spec(`  workloads: [${JSON.stringify({ name: 'nightly', issuer, claims })}]\n`);
const signIn = (...entries: readonly object[]) =>
  spec(
    `  signIn: ${JSON.stringify(entries.map((entry) => ({ clientID: 'tenantry', usernameClaim: 'name', ...entry })))}\n`,
  );

async function codes(files: Readonly<Record<string, string>>): Promise<string[]> {
  const found = (await diagnose(files)).filter(({ severity }) => severity !== 'note').map(({ code }) => code);
  // It gives up on a pattern where the machine is very busy, and looks at nothing that is tried here.
  return found.filter((code) => code !== 'TEN203');
}

describe('claims of a workload (TEN327)', () => {
  it.each<[string, object, string?]>([
    ['none at all', {}],
    ['those of every token', { iss: github, aud: 'x', exp: '1' }],
    ['a branch alone', { ref: 'refs/heads/main' }],
    ['an environment alone', { environment: 'production' }],
    ['a workflow that anybody may call', { job_workflow_ref: 'acme/ci/.github/workflows/run.yml@refs/heads/main' }],
    ['whoever started it', { actor: 'alice' }],
    ['a subject that a repository made of its environment alone', { sub: 'environment:repo:acme/access' }],
    ['a branch alone, with a slash behind the issuer', { ref: 'main' }, `${github}/`],
    ['a person at GitLab.com', { user_login: 'alice', ref: 'main' }, 'https://gitlab.com'],
    ['a branch alone at Buildkite', { build_branch: 'main' }, 'https://agent.buildkite.com'],
    ['a phase alone at HCP Terraform', { terraform_run_phase: 'apply' }, 'https://app.terraform.io'],
    ['nothing but the audience elsewhere', { aud: 'tenantry' }, 'https://ci.example.com'],
  ])('%s: refused', async (_, claims, issuer) => {
    expect(await codes(workload(claims, issuer))).toEqual(['TEN327']);
  });

  it.each<[string, object, string?]>([
    ['a repository', { repository: 'acme/access' }],
    ['a repository by its number', { repository_id: '74', ref: 'refs/heads/main' }],
    ['the subject of a repository', { sub: 'repo:acme/access:ref:refs/heads/main' }],
    ['a project of GitLab.com', { project_id: '12' }, 'https://gitlab.com'],
    ['a GitLab of one’s own', { ref: 'main' }, 'https://gitlab.example.com'],
  ])('%s: taken', async (_, claims, issuer) => {
    expect(await codes(workload(claims, issuer))).toEqual([]);
  });
});

describe('issuers (TEN328, TEN213)', () => {
  it.each([
    ['http', 'http://login.example.com', 'TEN328'],
    ['no URL', 'login.example.com', 'TEN328'],
    ['a password', 'https://me:secret@login.example.com', 'TEN328'],
    ['an empty query', 'https://login.example.com/?', 'TEN328'],
    ['a fragment', 'https://login.example.com/#', 'TEN328'],
    ['the own one', 'https://platform.example.com/api/oidc', 'TEN328'],
    ['the own one, written differently', 'https://PLATFORM.example.com:443/api/oidc/', 'TEN328'],
  ])('%s is refused', async (_, issuer, code) => {
    expect(await codes(signIn({ issuer }))).toEqual([code]);
    expect(await codes(workload({ sub: 'a' }, issuer))).toEqual([code]);
  });

  it.each(['https://token.actions.githubusercontent.com', 'https://agent.buildkite.com', 'https://app.terraform.io/'])(
    'one of jobs alone signs no people in: %s',
    async (issuer) => {
      expect(await codes(signIn({ issuer }))).toEqual(['TEN328']);
    },
  );

  it.each(['email', 'Mail', 'verified_email', 'emailAddress', 'https://example.com/e-mail'])(
    'of one people are not known by `%s` (TEN329)',
    async (usernameClaim) => {
      expect(await codes(signIn({ issuer: 'https://login.example.com', usernameClaim }))).toEqual(['TEN329']);
    },
  );

  it('one is named once: a token does not say which entry it is for', async () => {
    const issuer = 'https://login.example.com';
    expect(await codes(signIn({ issuer }, { issuer, clientID: 'other' }))).toEqual(['TEN213']);
    expect(await codes(signIn({ issuer }, { issuer: `${issuer}/` }))).toEqual([]);
  });

  it('two workloads of one name are refused', async () => {
    const entry = (sub: string) => ({ name: 'nightly', issuer: 'https://ci.example.com', claims: { sub } });
    expect(await codes(spec(`  workloads: ${JSON.stringify([entry('a'), entry('b')])}\n`))).toEqual(['TEN213']);
  });
});

describe('users that are workloads (TEN126)', () => {
  it.each(['workload:weekly', 'Workload:nightly', 'workload:'])(
    '`%s` is refused where it is not declared',
    async (user) => {
      const { 'organization.yaml': text } = workload({ repository: 'acme/access' });
      const files = {
        'organization.yaml': text,
        'tenants/solar.yaml': `${exampleOrganization['tenants/solar.yaml']}        - { user: "${user}", role: view }\n`,
      };
      expect(await codes(files)).toContain('TEN126');
    },
  );
});
