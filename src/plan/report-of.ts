import { createHash } from 'node:crypto';
import type { Reason } from '../access/graph.ts';
import type { Subject } from '../config/model/desired-state.ts';
import { subjectKey } from '../config/model/desired-state.ts';
import type { Origin } from '../source/source.ts';
import { fileOfBase, inBase } from '../source/source.ts';
import { valueText } from '../settings/value.ts';
import type { ByHand } from './by-hand.ts';
import { atIdentityProvider } from './by-hand.ts';
import type { SettingFact } from './fact.ts';
import { aboutOf } from './fact.ts';
import type { AccessItem, EntityItem, Item, MembersItem, Plan, RoleItem, SettingChange } from './items.ts';
import type {
  PlanReport,
  ReportHolding,
  ReportItem,
  ReportLines,
  ReportSide,
  ReportSubject,
  ReportVerdict,
} from './report.ts';
import type { Holding } from './roles.ts';

/** What a report is made of beside the plan. */
export interface ReportParts {
  readonly base: ReportSide;
  readonly head: ReportSide;
  readonly verdicts: readonly ReportVerdict[];
  /** What is to be done on clusters by hand. */
  readonly onClusters: readonly ByHand[];
  /** Gives an origin as `file:line`; those of the base are asked for by `inBase`. */
  readonly lineOf: (origin: Origin) => string;
}

/** The plan as it is written down: its digest is the same for the same changes and verdicts, whatever they are called. */
export function reportOf(plan: Plan, { base, head, verdicts, onClusters, lineOf }: ReportParts): PlanReport {
  const items = plan.items.map((item) => reportItem(item, lineOf));
  const error = verdicts.filter(({ severity }) => severity === 'error');
  const waived = verdicts.filter(({ waivedBy }) => waivedBy !== null);
  const byHand = [...onClusters, ...atIdentityProvider(plan)];
  return {
    formatVersion: 1,
    organization: plan.after.desired.organization.name,
    base,
    head,
    digest: digestOf(JSON.stringify({ items: items.map(withoutLines), verdicts: verdicts.map(essence), byHand })),
    summary: {
      gains: subjects(plan.items, ['gains', 'widens']),
      loses: subjects(plan.items, ['loses', 'narrows']),
      items: items.length,
      refused: error.length,
      waived: waived.length,
      risks: verdicts.length - error.length - waived.length,
    },
    byHand,
    membersDeclared: [plan.before, plan.after].some(({ desired: { organization } }) =>
      organization.groups.some(({ members }) => members !== undefined),
    ),
    verdicts: [...verdicts],
    items,
  };
}

/** An item without the lines that it comes from, which a comment above them moves. */
function withoutLines(item: ReportItem): unknown {
  const json = JSON.stringify(item, (key, value: unknown) => (key === 'because' ? undefined : value));
  const plain: unknown = JSON.parse(json);
  return plain;
}

function essence({ code, severity, message, waivedBy, items }: ReportVerdict): unknown {
  return [code, severity, message, waivedBy, items];
}

/** `sha256:` and the digest of a text. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** All origins that the report gives as lines: those of the base by `inBase`. */
export function originsOf({ items }: Plan): Origin[] {
  return items.flatMap((item): Origin[] => {
    switch (item.kind) {
      case 'access':
        return item.places.flatMap(({ because }) => [
          ...because.before.flatMap(({ origin, via }) => [origin, ...via].map(inBase)),
          ...because.after.flatMap(({ origin, via }) => [origin, ...via]),
        ]);
      case 'members':
        return [...item.left.map(({ origin }) => inBase(origin)), ...item.joined.map(({ origin }) => origin)];
      case 'role':
      case 'entity':
        return item.settings.flatMap(({ before, after }) => [
          ...(before ? [inBase(before.origin)] : []),
          ...(after ? [after.origin] : []),
        ]);
    }
  });
}

function subjects(items: readonly Item[], directions: readonly AccessItem['direction'][]): number {
  return new Set(
    items.flatMap((item) =>
      item.kind === 'access' && item.heldThrough.length === 0 && directions.includes(item.direction)
        ? [subjectKey(item.subject)]
        : [],
    ),
  ).size;
}

type LineOf = ReportParts['lineOf'];

function reportItem(item: Item, lineOf: LineOf): ReportItem {
  switch (item.kind) {
    case 'access':
      return accessItem(item, lineOf);
    case 'members':
      return membersItem(item, lineOf);
    case 'role':
      return roleItem(item, lineOf);
    case 'entity':
      return entityItem(item, lineOf);
  }
}

function accessItem(item: AccessItem, lineOf: LineOf): ReportItem {
  return {
    kind: 'access',
    id: item.id,
    subject: subject(item.subject),
    members: item.members ? [...item.members] : null,
    direction: item.direction,
    before: item.before.map(holding),
    after: item.after.map(holding),
    heldThrough: [...item.heldThrough],
    tenant: item.tenant ?? null,
    places: item.places.map(({ cluster, scope, production, namespace, because }) => ({
      cluster,
      namespace: scope.kind === 'Namespace' ? scope.namespace : null,
      production,
      state: namespace,
      because: {
        before: lines(because.before, ofBase(lineOf)),
        after: lines(because.after, lineOf),
      },
    })),
  };
}

function membersItem({ id, group, joined, left, declared, access }: MembersItem, lineOf: LineOf): ReportItem {
  const names = (facts: MembersItem['joined']): string[] => facts.map(({ item }) => item ?? '');
  return {
    kind: 'members',
    id,
    group,
    joined: names(joined),
    left: names(left),
    declared,
    access: [...access],
    because: {
      before: unique(left.map(({ origin }) => ofBase(lineOf)(origin))),
      after: unique(joined.map(({ origin }) => lineOf(origin))),
    },
  };
}

function roleItem(item: RoleItem, lineOf: LineOf): ReportItem {
  const { kind, id, tenant, role, direction, added, removed, holders, heldIn, production, settings } = item;
  const because = settings.map((setting) => settingLines(setting, lineOf));
  return {
    kind,
    id,
    tenant,
    role,
    direction,
    added: [...added],
    removed: [...removed],
    holders: holders.map(subject),
    ...(heldIn && { heldIn: { tenants: [...heldIn.tenants], namespaces: heldIn.namespaces } }),
    production,
    because: {
      before: unique(because.flatMap(({ before }) => before)),
      after: unique(because.flatMap(({ after }) => after)),
    },
  };
}

function entityItem(item: EntityItem, lineOf: LineOf): ReportItem {
  const { kind, id, entity, clusters, change, from, tenant, production, settings } = item;
  return {
    kind,
    id,
    entity: { kind: entity.kind, name: entity.name },
    clusters: clusters.map(({ name, production: isProduction }) => ({ name, production: isProduction })),
    change,
    from: from ?? null,
    tenant: tenant ?? null,
    production,
    contents: [],
    settings: settings.map((setting) => ({
      about: aboutOf(setting),
      item: setting.item ?? null,
      before: setting.before ? valueText(setting.before.value) : null,
      after: setting.after ? valueText(setting.after.value) : null,
      limit: limitText(setting.after ?? setting.before),
      effect: setting.effect ?? null,
      because: settingLines(setting, lineOf),
    })),
  };
}

function limitText(fact: SettingFact | undefined): string | null {
  return fact?.limit === undefined ? null : String(fact.limit);
}

function settingLines({ before, after }: SettingChange, lineOf: LineOf): ReportLines {
  return {
    before: before ? [ofBase(lineOf)(before.origin)] : [],
    after: after ? [lineOf(after.origin)] : [],
  };
}

function subject(of: Subject): ReportSubject {
  return { kind: of.kind, name: of.name, namespace: of.kind === 'ServiceAccount' ? of.namespace : null };
}

function holding({ role, until }: Holding): ReportHolding {
  return { role: role.name, kind: role.kind, until: until ?? null };
}

/** The lines that give an access, each once; `by` leads from a share to the line that inherits it. */
function lines(because: readonly Reason[], lineOf: LineOf): string[] {
  return unique(because.map(({ origin, via }) => [origin, ...via].map(lineOf).join(' by ')));
}

/** Lines of the base, for a place that says that they are. */
function ofBase(lineOf: LineOf): LineOf {
  return (origin) => {
    const line = lineOf(inBase(origin));
    return fileOfBase(line) ?? line;
  };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
