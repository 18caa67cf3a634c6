import type {
  AccessFinding,
  FieldDifference,
  Finding,
  HeldRole,
  ObjectRef,
  SelfServiceBinding,
} from '../../drift/finding.ts';
import type { Subject } from '../../config/model/desired-state.ts';
import { redactSecrets } from '../../source/secrets.ts';
import { counted } from '../../source/text.ts';
import type { Piece } from '../plan/piece.ts';

/** One finding for people: what is so, and what belongs to it. Names in it are anybody's: each renderer shows them safely. */
export interface DriftSentence {
  readonly sign: '+' | '-' | '↑' | '↓' | '~' | '!' | '?';
  readonly pieces: readonly Piece[];
  readonly details: readonly (readonly Piece[])[];
}

/**
 * What a finding says, of its own namespace or of several in which the same is so. Secrets in it are unreadable already.
 */
export function driftSentence(finding: Finding, namespaces: readonly string[] = []): DriftSentence {
  const sentence = ofKind(finding, namespaces);
  const { refused } = finding;
  if (!refused) return sentence;
  const said: Piece[] = ['the API server refused it to Argo CD: ', named(refused.message)];
  return { ...sentence, details: [...sentence.details, said] };
}

function ofKind(finding: Finding, namespaces: readonly string[]): DriftSentence {
  const [object = { kind: 'object', name: '' }] = finding.objects;
  const the = objectPieces(object, namespaces);
  switch (finding.kind) {
    case 'more':
    case 'less':
    case 'other':
      return accessSentence(finding, namespaces);
    case 'missing':
      return { sign: '-', pieces: [...the, ' is not there', ...withIt(finding)], details: [] };
    case 'unprotected':
      return finding.fields.length === 0
        ? { sign: '!', pieces: [...the, ' is not there: what it forbids is let through'], details: [] }
        : {
            sign: '!',
            pieces: [...the, ' is not as Git says: what it forbids may be let through'],
            details: finding.fields.map(fieldPieces),
          };
    case 'altered':
      return { sign: '~', pieces: [...the, ' is not as Git says'], details: finding.fields.map(fieldPieces) };
    case 'relabelled':
      return {
        sign: '!',
        pieces: [...the, ' is labelled as if it were not whose Git says: policies go by that'],
        details: finding.fields.map(fieldPieces),
      };
    case 'left-behind':
      return { sign: '+', pieces: [...the, " is tenantry's, and Git no longer has it"], details: [] };
    case 'undeclared':
      return {
        sign: '+',
        pieces: [...the, ' is declared nowhere', ...whoseName(finding.tenant, finding.isKept)],
        details: [],
      };
    case 'stuck':
      return {
        sign: '!',
        pieces: [
          ...the,
          ' is being deleted',
          ...(finding.since === undefined ? [] : [' since ', named(finding.since)]),
          ' and still there',
          ...(finding.isDeclared ? [', and Git declares it'] : []),
        ],
        details: [
          ...(finding.finalizers.length === 0 ? [] : [['finalizers: ', ...list(finding.finalizers)]]),
          ...finding.conditions.map(({ type, message }) => ['condition ', named(type), ': ', named(message)]),
        ],
      };
  }
}

/** A sentence as plain text, its names in backquotes: for messages of programs. */
export function plainText(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      if ('name' in piece) return `\`${piece.name}\``;
      return 'main' in piece ? `\`${piece.main}\`` : piece.strong;
    })
    .join('');
}

/** What an admin of a namespace has bound himself. */
export function selfServicePieces({ object, subject, role }: SelfServiceBinding): Piece[] {
  return [...subjectPieces(subject), ' has ', ...rolePieces(role), ' by ', ...objectPieces(object)];
}

const signs = { gains: '+', loses: '-', widens: '↑', narrows: '↓', changes: '~' } as const;

function accessSentence(finding: AccessFinding, namespaces: readonly string[]): DriftSentence {
  const { direction, subject, isDeclared, members, scope, git, live, objects } = finding;
  const where: Piece[] =
    scope.kind === 'Cluster'
      ? [' on the whole cluster']
      : inPieces(namespaces.length > 1 ? namespaces : [scope.namespace]);
  const who: Piece[] = [
    ...subjectPieces(subject),
    ...(members === undefined ? [] : members.length === 0 ? [' (nobody)'] : [' (', ...list(members), ')']),
    ...(isDeclared ? [] : whoIsThat(subject)),
  ];
  const what = {
    gains: [' has ', ...rolesPieces(live), ...where, ', and Git gives nothing there'],
    loses: [' lacks ', ...rolesPieces(git), ...where, ', which Git gives'],
    widens: [
      ' has ',
      ...rolesPieces(live),
      ...where,
      ' where Git says ',
      ...rolesPieces(git),
      ': ',
      { strong: 'stronger' },
    ],
    narrows: [
      ' has ',
      ...rolesPieces(live),
      ...where,
      ' where Git says ',
      ...rolesPieces(git),
      ': ',
      { strong: 'weaker' },
    ],
    changes: [
      ' has ',
      ...rolesPieces(live),
      ...where,
      ' where Git says ',
      ...rolesPieces(git),
      ': ',
      { strong: 'neither stronger nor weaker' },
    ],
  } satisfies Record<typeof direction, Piece[]>;
  const by = direction === 'loses' ? 'would be by ' : 'by ';
  return {
    sign: signs[direction],
    pieces: [...who, ...what[direction]],
    // Where it is so in several namespaces, each has a binding of the name.
    details: [
      [
        by,
        ...listed(
          objects.map((object) =>
            objectPieces(namespaces.length > 1 ? { kind: object.kind, name: object.name } : object),
          ),
        ),
      ],
      ...live.flatMap(rightsPieces),
    ],
  };
}

/** Those whom Kubernetes itself means by a name; of others, that Git names nobody so. */
function whoIsThat({ kind, name }: Subject): Piece[] {
  const words = kind === 'ServiceAccount' ? undefined : everybody.get(name);
  if (words !== undefined) return [` (${words})`];
  const namespace = kind === 'Group' ? /^system:serviceaccounts:([^:]+)$/.exec(name)?.[1] : undefined;
  if (namespace !== undefined) return [' (all service accounts of ', named(namespace), ')'];
  return [kind === 'User' ? ', whom Git does not name,' : ', which Git does not name,'];
}

const everybody: ReadonlyMap<string, string> = new Map([
  ['system:authenticated', 'everybody who has signed in'],
  ['system:unauthenticated', 'anybody at all'],
  ['system:anonymous', 'anybody at all'],
  ['system:serviceaccounts', 'all service accounts of the cluster'],
]);

/** So many rights of a role are named. */
const mostRights = 12;

/** Why it is not said what a role allows. */
const unsaid = {
  absent: ' is not there: it allows nothing until somebody makes it',
  unknown: ': what it allows was not read',
  'too-many': ' allows more than can be told',
} as const;

/** What a role allows that the organization does not know: what is sensitive in it first. */
function rightsPieces(role: HeldRole): Piece[][] {
  const { rights } = role;
  if (!rights) return [];
  const the = rolePieces(role);
  if (rights.state !== 'known') {
    return [[...the, unsaid[rights.state]]];
  }
  if (rights.rights.length === 0) return [[...the, ' allows nothing']];
  const rest = rights.rights.length - mostRights;
  return [
    ...rights.sensitive.map(({ name, effect }): Piece[] => [...the, ' holds ', { strong: name }, `: ${effect}`]),
    [...the, ' allows ', ...list(rights.rights.slice(0, mostRights)), ...(rest > 0 ? [` and ${rest} more`] : [])],
  ];
}

function withIt(finding: Extract<Finding, { kind: 'missing' }>): Piece[] {
  const { within, voids } = finding;
  if (within) {
    const parts = [
      ...(within.objects > 0 ? [counted(within.objects, 'object')] : []),
      ...(within.accesses > 0 ? [counted(within.accesses, 'binding')] : []),
    ];
    return parts.length === 0 ? [] : [`, and so ${parts.join(' and ')} in it cannot be`];
  }
  return voids === undefined ? [] : [`: ${counted(voids, 'binding')} of it ${voids === 1 ? 'gives' : 'give'} nothing`];
}

function whoseName(tenant: string | undefined, isKept: boolean): Piece[] {
  return [
    ...(tenant === undefined ? [] : [', and its name is one of tenant ', named(tenant)]),
    ...(isKept ? [": it has tenantry's labels, and is kept because it may hold data"] : []),
  ];
}

function fieldPieces({ path, git, live, hidden, managers }: FieldDifference): Piece[] {
  const is: Piece[] = hidden
    ? ['another value, which is not shown']
    : live === undefined
      ? ['not there']
      : [named(live)];
  return [
    named(path),
    ': ',
    ...is,
    ...(git === undefined ? [', where Git says nothing'] : [', where Git says ', named(git)]),
    ...(managers === undefined ? [] : [' (kept by ', ...list(managers), ')']),
  ];
}

/** `RoleBinding rogue in solar-prod`, or in several namespaces. */
export function objectPieces({ kind, name, namespace }: ObjectRef, namespaces: readonly string[] = []): Piece[] {
  const where = namespaces.length > 1 ? namespaces : namespace === undefined ? [] : [namespace];
  return [`${kind} `, named(name), ...inPieces(where)];
}

/** So many namespaces are named. */
const mostNamespaces = 5;

function inPieces(namespaces: readonly string[]): Piece[] {
  if (namespaces.length === 0) return [];
  const rest = namespaces.length - mostNamespaces;
  return [' in ', ...list(namespaces.slice(0, mostNamespaces)), ...(rest > 0 ? [` and ${rest} more`] : [])];
}

function subjectPieces(subject: Subject): Piece[] {
  switch (subject.kind) {
    case 'User':
      return ['user ', named(subject.name)];
    case 'Group':
      return ['group ', named(subject.name)];
    case 'ServiceAccount':
      return ['service account ', named(`${subject.namespace}/${subject.name}`)];
  }
}

function rolesPieces(roles: readonly HeldRole[]): Piece[] {
  return listed(roles.map(rolePieces));
}

/** A role of the config by its name, and one that Git does not know with what it is. */
function rolePieces({ kind, name, rights }: HeldRole): Piece[] {
  return rights === undefined ? [named(name)] : [`${kind} `, named(name)];
}

function list(names: readonly string[]): Piece[] {
  return listed(names.map((name) => [named(name)]));
}

function listed(items: readonly (readonly Piece[])[]): Piece[] {
  return items.flatMap((item, i) => [...(i === 0 ? [] : [', ']), ...item]);
}

function named(text: string): Piece {
  return { name: redactSecrets(text) };
}
