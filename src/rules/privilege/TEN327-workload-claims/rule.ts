import type { Workload } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { Finding, OrganizationRule } from '../../rule.ts';
import { listed } from '../../wording.ts';

export const workloadClaims: OrganizationRule = {
  level: 'organization',
  code: 'TEN327',
  name: 'workload-claims',
  severity: 'error',
  summary: "A workload's claims are those of one project, not of everybody at its provider.",
  why: 'A provider signs tokens for all of its customers. On GitHub, GitLab.com and their like anybody can have a job on a branch `main`, in an environment `production`, and ask for a token with whatever audience he likes: `ref: refs/heads/main` alone lets the world in. What tells customers apart there is the repository or project, or who owns it; elsewhere, some claim that is not in every token alike.',
  *check({ organization }) {
    for (const { value, origin } of organization.workloads) {
      const problem = problemOf(value);
      if (problem) yield { ...problem, at: at(originAt(origin, 'claims')) };
    }
  },
};

/** Claims by which nobody is told from anybody else at the provider: every token has them, or its bearer asks for them. */
const ofEveryToken: ReadonlySet<string> = new Set([
  ...['iss', 'aud', 'exp', 'iat', 'nbf', 'jti'],
  ...['azp', 'auth_time', 'nonce', 'typ', 'at_hash', 'c_hash', 'acr', 'amr'],
]);

interface Provider {
  readonly name: string;
  /** Claims that name a project or whoever owns it. */
  readonly ofProject: readonly string[];
  /** What `sub` begins with where it says the same. */
  readonly subject: RegExp;
}

/** Providers at which everybody may be. */
const publicProviders: Readonly<Record<string, Provider>> = {
  'https://token.actions.githubusercontent.com': {
    name: 'GitHub',
    ofProject: ['repository', 'repository_id', 'repository_owner', 'repository_owner_id'],
    // A repository chooses which claims its `sub` is made of; each begins with its name.
    subject: /^(?:repo|repository|repository_id|repository_owner|repository_owner_id):/,
  },
  'https://gitlab.com': {
    name: 'GitLab.com',
    ofProject: ['project_id', 'project_path', 'namespace_id', 'namespace_path'],
    subject: /^project_path:/,
  },
  'https://agent.buildkite.com': {
    name: 'Buildkite',
    ofProject: ['organization_id', 'organization_slug', 'pipeline_id'],
    subject: /^organization:/,
  },
  'https://app.terraform.io': {
    name: 'HCP Terraform',
    ofProject: ['terraform_organization_id', 'terraform_organization_name', 'terraform_workspace_id'],
    subject: /^organization:/,
  },
  'https://accounts.google.com': { name: 'Google', ofProject: ['email', 'sub'], subject: /./ },
};

/** Whether a provider signs tokens of jobs alone: nobody is a person there. */
export function isOfJobsAlone(issuer: string): boolean {
  const provider = publicProviders[issuer.replace(/\/+$/, '')];
  return provider?.name === 'GitHub' || provider?.name === 'Buildkite' || provider?.name === 'HCP Terraform';
}

function problemOf({ name, issuer, claims }: Workload): Omit<Finding, 'at'> | undefined {
  const named = Object.keys(claims);
  if (named.length === 0) {
    return {
      message: `workload \`${name}\` is everybody who has a token of \`${issuer}\``,
      help: 'name claims that its tokens alone have, such as `sub`',
    };
  }
  if (named.every((claim) => ofEveryToken.has(claim))) {
    return {
      message: `workload \`${name}\` is known by ${listed(named)}, which tells nobody from others at \`${issuer}\``,
      help: 'name a claim that its tokens alone have, such as `sub`',
    };
  }
  const provider = publicProviders[issuer.replace(/\/+$/, '')];
  if (!provider) return undefined;
  const { sub = '' } = claims;
  if (provider.subject.test(sub) || provider.ofProject.some((claim) => claims[claim] !== undefined)) return undefined;
  return {
    message: `workload \`${name}\` is known by ${listed(named)}, which anybody at ${provider.name} can have`,
    help: `add ${listed(provider.ofProject, 9, 'or')}`,
  };
}
