import { Type } from '@sinclair/typebox';
import type { Static, TSchema } from '@sinclair/typebox';

/**
 * A plan as it is written down: with the lines in place of origins, and with what the rules say of it. The one shape
 * behind the terminal, the comment and the JSON. The JSON may come back from a place that nobody trusts, so every text
 * in it has an end.
 */
const text = (description?: string) =>
  Type.String({ maxLength: 4000, ...(description !== undefined && { description }) });
const list = <T extends TSchema>(items: T, description?: string) =>
  Type.Array(items, { maxItems: 500_000, ...(description !== undefined && { description }) });
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] });
const object = <T extends Parameters<typeof Type.Object>[0]>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

const digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
const day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
const commitId = '^([0-9a-f]{40}|[0-9a-f]{64})$';
const commit = orNull(Type.String({ pattern: commitId, description: 'null: the worktree' }));

const Subject = object({
  kind: oneOf(['User', 'Group', 'ServiceAccount']),
  name: text(),
  namespace: orNull(text()),
});

const Holding = object({
  role: text(),
  kind: oneOf(['ClusterRole', 'CustomRole', 'OrganizationRole']),
  until: orNull(text('Last day, UTC.')),
});

const Lines = object({
  before: list(text(), 'Lines of the base, as file:line.'),
  after: list(text(), 'Lines of the head, as file:line.'),
});

const AccessItem = object({
  kind: Type.Literal('access'),
  id: text(),
  subject: Subject,
  members: orNull(list(text())),
  direction: oneOf(['gains', 'loses', 'widens', 'narrows', 'changes']),
  before: list(Holding),
  after: list(Holding),
  heldThrough: list(
    text(),
    'Groups by which the user has as much after the change, as far as their members are declared.',
  ),
  tenant: orNull(text()),
  places: list(
    object({
      cluster: text(),
      namespace: orNull(text('null: the whole cluster.')),
      production: Type.Boolean(),
      state: oneOf(['new', 'kept', 'gone']),
      because: Lines,
    }),
  ),
});

const MembersItem = object({
  kind: Type.Literal('members'),
  id: text(),
  group: text(),
  joined: list(text()),
  left: list(text()),
  declared: oneOf(['still', 'newly', 'no longer']),
  access: list(
    object({
      role: text(),
      namespaces: Type.Integer({ minimum: 0, description: '0 for a role on whole clusters.' }),
      clusters: Type.Integer({ minimum: 0 }),
      production: Type.Boolean(),
    }),
  ),
  because: Lines,
});

const RoleItem = object({
  kind: Type.Literal('role'),
  id: text(),
  tenant: text('Empty for a role of the organization.'),
  role: text(),
  direction: oneOf(['widens', 'narrows', 'changes']),
  added: list(text()),
  removed: list(text()),
  holders: list(Subject),
  heldIn: Type.Optional(object({ tenants: list(text()), namespaces: Type.Integer({ minimum: 0 }) })),
  production: Type.Boolean(),
  because: Lines,
});

const Setting = object({
  about: text(),
  item: orNull(text()),
  before: orNull(text()),
  after: orNull(text()),
  limit: orNull(text()),
  effect: orNull(oneOf(['loosens', 'tightens'])),
  because: Lines,
});

const EntityItem = object({
  kind: Type.Literal('entity'),
  id: text(),
  entity: object({
    kind: oneOf(['organization', 'cluster', 'tenant', 'namespace', 'group', 'role']),
    name: text(),
  }),
  clusters: list(
    object({ name: text(), production: Type.Boolean() }),
    'Of a namespace, the clusters on which this happens to it; empty for all else.',
  ),
  change: oneOf(['added', 'removed', 'changed', 'renamed']),
  from: orNull(text()),
  tenant: orNull(text()),
  production: Type.Boolean(),
  settings: list(Setting),
  contents: list(
    object({
      cluster: text(),
      fate: oneOf(['new', 'deleted', 'marked']),
      found: orNull(
        Type.Boolean({ description: 'Whether the namespace is there; null where the server does not say.' }),
      ),
      owner: orNull(text('Whose it is there, as `tenant solar`; null where the platform does not know it.')),
      needs: orNull(text('The annotation without which the cluster does not let it go to whom it is new to.')),
      counts: list(object({ resource: text(), count: Type.Integer({ minimum: 1 }) })),
      hidden: list(text(), 'Resources that the caller may not list.'),
      unknown: list(object({ what: text(), why: text() }), 'What the server did not tell: nobody knows what is there.'),
    }),
    'What a namespace that is new, deleted, or marked for it, holds on live clusters that were asked.',
  ),
});

const Verdict = object({
  code: Type.String({ pattern: '^TEN[0-9]{3}$' }),
  rule: text(),
  severity: oneOf(['error', 'warning', 'note']),
  message: text(),
  help: orNull(text()),
  at: text('file:line:column in the head; a file alone where there is no line.'),
  related: list(object({ at: text(), message: text() }), 'Other places; those of the base begin with `base:`.'),
  waivedBy: orNull(text('What lets it pass all the same.')),
  items: list(text(), 'The items that it is about, by id.'),
});

const ReportSide = object({
  name: text('What it was called by who asked.'),
  commit,
  checkedOut: Type.Optional(
    Type.String({ pattern: commitId, description: 'Of the worktree: the commit that it is on.' }),
  ),
  asOf: day,
  digest,
  empty: Type.Boolean({ description: 'There is no organization at all: for a base, everything is new.' }),
  errors: Type.Integer({ minimum: 0, description: 'Errors of its own: what they are about is not compared.' }),
});

const ByHand = object({
  where: oneOf(['cluster', 'identity provider']),
  what: text('What to do, with names in backquotes.'),
});

export const PlanReport = Type.Object(
  {
    formatVersion: Type.Literal(1),
    organization: text(),
    base: ReportSide,
    head: ReportSide,
    digest,
    summary: object({
      gains: Type.Integer({ minimum: 0, description: 'Subjects that gain access or get a wider one.' }),
      loses: Type.Integer({ minimum: 0, description: 'Subjects that lose access or get a narrower one.' }),
      items: Type.Integer({ minimum: 0 }),
      refused: Type.Integer({ minimum: 0 }),
      waived: Type.Integer({ minimum: 0 }),
      risks: Type.Integer({ minimum: 0 }),
    }),
    byHand: list(ByHand, 'What the change needs beside its merge: no manifest brings it about.'),
    membersDeclared: Type.Boolean({ description: 'Whether the organization says of any group who is in it.' }),
    verdicts: list(Verdict),
    items: list(Type.Union([AccessItem, MembersItem, RoleItem, EntityItem])),
  },
  { additionalProperties: false, title: 'Plan', description: 'What a change means for people.' },
);

export type PlanReport = Static<typeof PlanReport>;
export type ReportSide = Static<typeof ReportSide>;
export type ReportItem = PlanReport['items'][number];
export type ReportByHand = PlanReport['byHand'][number];
export type ReportVerdict = PlanReport['verdicts'][number];
export type ReportContents = Static<typeof EntityItem>['contents'][number];
export type ReportHolding = Static<typeof Holding>;
export type ReportLines = Static<typeof Lines>;
export type ReportSubject = Static<typeof Subject>;
