import type { Word } from '../../values/gathered-places.ts';
import { listWords } from '../../values/gathered-places.ts';
import { groupedBy } from '../../values/order.ts';
import { counted, countedPlaces } from '../../source/text.ts';
import { isToldOfNew, onCluster, roleOfArgoCD } from '../../settings/words.ts';
import { contentsPieces } from './contents.ts';
import type { Piece } from './piece.ts';
import { clusterList, listPieces, mostAbout, ofTenant, placePieces } from './places.ts';
import type { Setting } from './setting-pieces.ts';
import { settingLines, settingPieces } from './setting-pieces.ts';
import type { DeletionStep } from './deletion-step.ts';
import { deletionStep } from './deletion-step.ts';
import type { ReportHolding, ReportItem, ReportLines, ReportSubject } from '../../plan/report.ts';

/** One item of a plan for people: a sentence, what belongs to it, and the lines that it comes from. */
export interface Sentence {
  readonly sign: '+' | '-' | '↑' | '↓' | '~';
  /** Whom or what it is about. */
  readonly about: readonly Piece[];
  /** What is said of that. */
  readonly pieces: readonly Piece[];
  readonly details: readonly (readonly Piece[])[];
  readonly lines: ReportLines;
}

type ItemOf<K extends ReportItem['kind']> = Extract<ReportItem, { kind: K }>;

/** What an item says. That the members of a group are not declared is left out where none's are: a note says that once. */
export function sentenceOf(item: ReportItem, membersDeclared: boolean): Sentence {
  switch (item.kind) {
    case 'access':
      return accessSentence(item, [item], membersDeclared);
    case 'members':
      return membersSentence(item);
    case 'role':
      return roleSentence(item);
    case 'entity':
      return entitySentence(item);
  }
}

const signs = { gains: '+', loses: '-', widens: '↑', narrows: '↓', changes: '~' } as const;

/** What an item says for all of some that differ in their places alone. */
export function accessSentence(
  item: ItemOf<'access'>,
  all: readonly ItemOf<'access'>[],
  membersDeclared: boolean,
): Sentence {
  const { pieces, details } = placePieces(all);
  return {
    sign: signs[item.direction],
    about: [...subjectPieces(item.subject), ...memberPieces(item, membersDeclared)],
    pieces: [' ', ...changePieces(item), ' ', ...pieces],
    details: [...details, ...heldThroughPieces(item)],
    lines: linesOf(all.flatMap(({ places }) => places.map(({ because }) => because))),
  };
}

function subjectPieces({ kind, name, namespace }: ReportSubject): Word[] {
  switch (kind) {
    case 'User':
      return ['user ', { name }];
    case 'ServiceAccount':
      return ['service account ', { name: `${namespace ?? ''}/${name}` }];
    case 'Group':
      return ['group ', { name }];
  }
}

/** That it makes no difference now. It may later: a share stays when its user leaves the group. */
function heldThroughPieces({ subject, direction, heldThrough }: ItemOf<'access'>): Piece[][] {
  if (heldThrough.length === 0) return [];
  const isLess = direction === 'loses' || direction === 'narrows';
  const groups = [heldThrough.length === 1 ? 'group ' : 'groups ', ...listPieces(heldThrough, 'groups')];
  return [
    [
      { strong: isLess ? 'takes nothing away' : 'gives nothing new' },
      ': ',
      { name: subject.name },
      ' has as much as a member of ',
      ...groups,
    ],
  ];
}

/** Who is in a group, as far as the organization says. */
function memberPieces({ subject, members }: ItemOf<'access'>, membersDeclared: boolean): Piece[] {
  if (subject.kind !== 'Group') return [];
  if (members === null) return membersDeclared ? [' (members not declared)'] : [];
  return members.length === 0 ? [' (nobody)'] : [' (', ...listPieces(members, ''), ')'];
}

function changePieces({ direction, before, after }: ItemOf<'access'>): Piece[] {
  switch (direction) {
    case 'gains':
      return ['gains ', ...rolesPieces(after)];
    case 'loses':
      return ['loses ', ...rolesPieces(before)];
    case 'widens':
    case 'narrows':
    case 'changes': {
      const [was, is] = [before[0], after[0]];
      const sameRole = before.length === 1 && after.length === 1 && was?.role === is?.role && was?.kind === is?.kind;
      if (sameRole && was && is) {
        const end = (holding: ReportHolding): string =>
          holding.until === null ? 'without an end' : `until ${holding.until}`;
        return ['keeps ', { main: is.role }, ' ', { strong: end(is) }, ` (was ${end(was)})`];
      }
      const how = { widens: 'wider', narrows: 'narrower', changes: 'neither wider nor narrower' }[direction];
      return ['gets ', ...rolesPieces(after), ' instead of ', ...rolesPieces(before), ` (${how})`];
    }
  }
}

function rolesPieces(holdings: readonly ReportHolding[]): Piece[] {
  return holdings.flatMap(({ role, until }, i): Piece[] => [
    ...(i > 0 ? [' and '] : []),
    { main: role },
    ...(until === null ? [] : [` until ${until}`]),
  ]);
}

function membersSentence({ group, joined, left, declared, access, because }: ItemOf<'members'>): Sentence {
  const into: Piece[] = group === 'cluster-admins' ? [{ main: group }] : ['group ', { name: group }];
  const held = access.flatMap(({ role, production, ...places }, i): Piece[] => [
    i > 0 ? '; ' : '',
    { name: role },
    ` on ${countedPlaces(places)}${production ? ', production among them' : ''}`,
  ]);
  return {
    sign: declared !== 'still' ? '~' : joined.length > 0 ? '+' : '-',
    about: [],
    pieces: declared === 'still' ? comingAndGoing(joined, left, into) : declaration(declared, joined, left, into),
    details: [
      ...(declared === 'still' ? [decidedElsewhere] : []),
      ...(held.length === 0 ? [] : [[joined.length > 0 ? 'it has ' : 'it had ', ...held]]),
    ],
    lines: linesOf([because]),
  };
}

/** What the config says of people is not what lets them in: a reader who takes it for that leaves somebody where he was. */
const decidedElsewhere: readonly Piece[] = [
  'no manifest changes: who is in it, the identity provider decides (see what is to be done by hand)',
];

function comingAndGoing(joined: readonly string[], left: readonly string[], group: readonly Piece[]): Piece[] {
  const be = (names: readonly string[]): string => (names.length > 1 ? 'are' : 'is');
  const joining: Piece[] = [
    ...listPieces(joined, 'people', mostAbout),
    ` ${be(joined)} `,
    { strong: 'now listed' },
    ' in ',
  ];
  const leaving: Piece[] = [
    ...listPieces(left, 'people', mostAbout),
    ` ${be(left)} `,
    { strong: 'no longer listed' },
    ' in ',
  ];
  if (left.length === 0) return [...joining, ...group];
  return joined.length === 0 ? [...leaving, ...group] : [...joining, ...group, '; ', ...leaving, 'it'];
}

function declaration(
  declared: 'newly' | 'no longer',
  joined: readonly string[],
  left: readonly string[],
  into: readonly Piece[],
): Piece[] {
  const names = declared === 'newly' ? joined : left;
  return [
    'the members of ',
    ...into,
    declared === 'newly' ? ' are declared from now on' : ' are no longer declared',
    ...(names.length === 0
      ? []
      : [declared === 'newly' ? ': ' : '; they were ', ...listPieces(names, 'people', mostAbout)]),
  ];
}

function roleSentence(item: ItemOf<'role'>): Sentence {
  const { tenant, role, direction, added, removed, holders, heldIn, production, because } = item;
  const how = { widens: 'widens', narrows: 'narrows', changes: 'changes' }[direction];
  const rights = (label: string, all: readonly string[]): Piece[][] =>
    all.length === 0 ? [] : [[`${label} `, ...listPieces(all, 'rights', mostAbout)]];
  return {
    sign: signs[direction],
    about: ['custom role ', { name: role }, ...ofTenant(tenant)],
    pieces: [
      ' ',
      { strong: how },
      holders.length === 0 ? ', which nobody has' : ` for ${production ? 'holders, some of them in production: ' : ''}`,
      ...listWords(holders.map(subjectPieces), mostAbout),
    ],
    details: [
      ...(heldIn && holders.length > 0 ? [heldInPieces(heldIn)] : []),
      ...rights('may now', added),
      ...rights('may no longer', removed),
    ],
    lines: linesOf([because]),
  };
}

/** Whose a custom role is. */
function heldInPieces({ tenants, namespaces }: NonNullable<ItemOf<'role'>['heldIn']>): Piece[] {
  const of = tenants.length === 1 ? 'tenant ' : 'tenants ';
  return [`in ${counted(namespaces, 'namespace')} of ${of}`, ...listPieces(tenants, 'tenants', mostAbout)];
}

type Entity = ItemOf<'entity'>;

function entitySentence(item: Entity): Sentence {
  const { entity, change, tenant, from, settings } = item;
  const isForeign = isStep(item, 'foreign') || isStep(item, 'left to others');
  const subject: Piece[] =
    entity.kind === 'organization'
      ? ['the organization']
      : [...(isForeign ? ['foreign '] : []), kindWords[entity.kind], ' ', { name: shortName(entity) }];
  const home: Piece[] =
    tenant !== null && entity.kind !== 'tenant' ? ofTenant(tenant) : entity.kind === 'role' ? ofTenant('') : [];
  // What happens to it on a cluster says where it is; what else changes, changes on these.
  const isOnlyOnClusters = settings.every(({ about }) => about === onCluster);
  const where: Piece[] =
    change === 'changed' && item.clusters.length > 0 && !isOnlyOnClusters
      ? [' on ', ...clusterList(item.clusters)]
      : [];
  const leaves = isStep(item, 'left to others')
    ? 'no longer shared'
    : isStep(item, 'unmanaged')
      ? 'no longer declared'
      : undefined;
  const verbs = {
    added: [': ', { strong: isStep(item, 'foreign') ? 'shared' : 'new' }],
    removed: [': ', { strong: leaves ?? 'removed' }],
    renamed: [' was ', { name: from ?? '' }, ': ', { strong: 'renamed' }],
    changed: [],
  } as const satisfies Record<Entity['change'], readonly Piece[]>;
  // Of what is new or gone, only what says how big it is: the rest is as anybody would expect.
  const isRetained = settings.some((setting) => deletionStep(setting) === 'retained');
  const told =
    change === 'added' || change === 'removed'
      ? settings.filter(notable[change])
      : // What a namespace was limited to says nothing once it is nobody's.
        settings.filter(({ about }) => !isRetained || about === onCluster);
  const details = change === 'changed' ? settingLines(told) : listed(told);
  const [only, ...others] = details;
  const isShort = change === 'changed' && only !== undefined && others.length === 0;
  return {
    sign: change === 'added' ? '+' : change === 'removed' ? '-' : '~',
    about: [...subject, ...home, ...where],
    pieces: [...verbs[change], ...(isShort ? [': ', ...only] : [])],
    details: [...(isShort ? [] : details), ...item.contents.map(contentsPieces).filter((pieces) => pieces.length > 0)],
    lines: linesOf((told.length > 0 ? told : settings).map(({ because }) => because)),
  };
}

const kindWords = {
  cluster: 'cluster',
  tenant: 'tenant',
  namespace: 'namespace',
  group: 'group',
  role: 'custom role',
  organization: 'organization',
} as const;

/** Whether this becomes of a namespace on one of its clusters. */
function isStep({ entity, settings }: Entity, step: DeletionStep): boolean {
  return entity.kind === 'namespace' && settings.some((setting) => deletionStep(setting) === step);
}

function shortName({ kind, name }: Entity['entity']): string {
  return kind === 'role' ? (name.split('/')[1] ?? name) : name;
}

const notable = {
  added: ({ about }: Setting): boolean => isToldOfNew(about),
  removed: ({ about }: Setting): boolean => about === onCluster,
};

/** Settings of what is new, gone or renamed: the elements of a list in one line. */
function listed(settings: readonly Setting[]): Piece[][] {
  const lists = groupedBy(settings, ({ about, item }) => (item === null || about === onCluster ? '' : about));
  return Array.from(lists, ([about, all]): Piece[][] => {
    const names = all.flatMap(({ item }) => item ?? []);
    const plain = ({ effect: _, ...setting }: Setting): Setting => ({ ...setting, effect: null });
    return about === '' || about === roleOfArgoCD
      ? all.map((setting) => settingPieces(plain(setting)))
      : [[{ name: about }, ' ', ...listPieces(names, '')]];
  }).flat();
}

/** The lines of all, each once. */
function linesOf(all: readonly ReportLines[]): ReportLines {
  return {
    before: [...new Set(all.flatMap(({ before }) => before))],
    after: [...new Set(all.flatMap(({ after }) => after))],
  };
}

/** Lines that are named under an item: the JSON has them all. */
const mostLines = 4;

/** The lines of an item in words, each shown by `show`: those of the base after `before`. */
export function lineWords({ before, after }: ReportLines, show: (line: string) => string): string {
  const named = (lines: readonly string[]): string => {
    const rest = lines.length - mostLines;
    return `${lines.slice(0, mostLines).map(show).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  };
  const parts = [
    ...(after.length > 0 ? [named(after)] : []),
    ...(before.length > 0 ? [`before: ${named(before)}`] : []),
  ];
  return parts.join('; ');
}
