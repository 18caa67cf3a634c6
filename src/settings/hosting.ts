import { Type } from '@sinclair/typebox';
import { noOrder } from './order.ts';
import { name, objectName, oneLine, optional, strict } from './schema-parts.ts';
import { setting, value } from './setting.ts';

/** What the organization says of those who host its files, and apply them: GitHub and Argo CD. */

/** Who is who on GitHub. */
export const gitHub = {
  organization: value(
    'GitHub organization',
    optional(
      Type.String({
        description: "The GitHub organization whose teams stand for groups: the group's name is the team's.",
        pattern: '^[A-Za-z0-9][A-Za-z0-9-]*$',
        maxLength: 39,
      }),
    ),
    { order: noOrder, risk: 'identity', rendered: { nothing: 'for CODEOWNERS' } },
  ),
  groupPrefix: value(
    'GitHub group prefix',
    optional(
      Type.String({
        description:
          'What the names of groups begin with that are teams: `github:core` is the team `core` where it is `github:`. A group without it has a team only under `teams`.',
        minLength: 1,
        maxLength: 200,
        pattern: oneLine,
        examples: ['github:'],
      }),
    ),
    { order: noOrder, risk: 'identity', rendered: { nothing: 'for CODEOWNERS' } },
  ),
  teams: setting(
    'GitHub team',
    optional(
      Type.Record(
        Type.String({ minLength: 1, maxLength: 253 }),
        Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$', maxLength: 100 }),
        { ...strict, description: 'Teams by group, where their names differ.' },
      ),
    ),
    { order: noOrder, risk: 'identity', rendered: { nothing: 'for CODEOWNERS' } },
  ),
  users: setting(
    'GitHub user',
    optional(
      Type.Record(
        Type.String({ minLength: 1, maxLength: 253 }),
        Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$', maxLength: 39 }),
        { ...strict, description: 'GitHub users by user, where their names differ.' },
      ),
    ),
    { order: noOrder, risk: 'identity', rendered: { nothing: 'for CODEOWNERS' } },
  ),
} as const;

/** Where Argo CD finds the manifests. */
export const argoCD = {
  repoURL: value(
    'Argo CD repository',
    Type.String({ description: 'The Git repository that holds `dist/`.', minLength: 1, maxLength: 500 }),
    { required: true, order: noOrder, risk: 'trust', rendered: 'Applications' },
  ),
  targetRevision: value(
    'Argo CD revision',
    optional(
      Type.String({ description: 'Branch that Argo CD follows.', minLength: 1, maxLength: 200, pattern: oneLine }),
    ),
    { default: 'main', order: noOrder, risk: 'trust', rendered: 'Applications' },
  ),
  path: value(
    'Argo CD path',
    optional(
      Type.String({
        description:
          'The folder of the organization in the repository, where it is not the root: what stands before `dist/`.',
        pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$',
        maxLength: 500,
      }),
    ),
    { order: noOrder, risk: 'none', rendered: 'Applications' },
  ),
  cluster: value(
    'Argo CD cluster',
    optional(
      name(
        'The cluster of the organization that Argo CD runs in. Default: none of them; each is reached by its `server`.',
      ),
    ),
    { order: noOrder, risk: 'none', rendered: 'Applications' },
  ),
  namespace: value('Argo CD namespace', optional(name('The namespace that Argo CD runs in.')), {
    default: 'argocd',
    order: noOrder,
    risk: 'none',
    rendered: 'Applications and projects, and bindings of its accounts',
  }),
  serviceAccount: setting(
    'syncIdentity',
    optional(
      objectName(
        "The service account by which Argo CD's application controller writes. Default: argocd-application-controller.",
      ),
    ),
    { order: noOrder, risk: 'ownRule', rendered: 'bindings of its ClusterRole, and the policies' },
  ),
} as const;
