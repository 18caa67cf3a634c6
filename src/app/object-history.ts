import { createHash } from 'node:crypto';
import { configFolders, organizationFile, readConfigFiles } from '../config/reading/files.ts';
import type { EvaluateTypeScript } from '../config/reading/files.ts';
import type { DesiredState } from '../config/model/desired-state.ts';
import type { Resolved } from '../config/model/resolve.ts';
import { resolve } from '../config/model/resolve.ts';
import type { DeclaredObject, ObjectMeaning } from '../plan/object-meaning.ts';
import { objectMeaning, sameMeaning, tenantOf } from '../plan/object-meaning.ts';
import type { Source } from '../source/source.ts';
import { counted } from '../source/text.ts';
import type { Commit, Repository } from '../tree/git.ts';
import { openRepository } from '../tree/git.ts';
import type { FileTree } from '../tree/tree.ts';
import { Failure } from '../values/failure.ts';
import type { Io } from './io.ts';
import { lazyEvaluator } from './organization.ts';

/** What Git says of a declared object: the part of its metadata that nobody writes (S39). What is not known is left out. */
export interface ObjectHistory {
  /** A UUID by its name and the first commit that has it: another one for what was deleted and declared again. */
  readonly id?: string;
  /** The committer's date (UTC, RFC 3339) of the first commit that has it. */
  readonly createdAt?: string;
  /** That of the last commit that changed what it means. */
  readonly modifiedAt?: string;
  /** The number of commits that changed what it means, as text: `0` for what is not committed. */
  readonly resourceVersion?: string;
  /** What a reader of these should know: what is not committed, and what could not be read. */
  readonly notes: readonly string[];
}

/**
 * The history of an object that the worktree declares, on the first-parent line of `HEAD`. Only commits that touch config
 * files are looked at, and of these files only those that the object comes of; what two commits have in the same words is
 * read and resolved once. `desired` is what the worktree says.
 */
export async function objectHistory(io: Io, desired: DesiredState, object: DeclaredObject): Promise<ObjectHistory> {
  const found = await committed(io);
  if (typeof found === 'string') return notCommitted(found);
  const { repository, head } = found;
  io.progress?.say('reading the history');
  const isOfObject = pathsOf(object);
  const history = await repository.history(head, [organizationFile, ...configFolders], isOfObject);
  const evaluate = evaluatedOnce(lazyEvaluator(io));
  // What is forbidden now is not run for having been allowed once.
  const forbidTypeScript = desired.organization.config.typescript.value === 'forbid';

  let life = unborn;
  let before: Resolved | undefined;
  let steps = 0;
  for (const { commit, committedAt, tree } of history.steps) {
    const files = await readConfigFiles(tree, evaluate, { forbidTypeScript, ...(before && { base: before.files }) });
    before = { files, desired: resolve(files, before) };
    const meaning = objectMeaning(before.desired, object);
    const organization = before.desired.organization.name;
    life = after(life, { commit: commit.id, committedAt, organization, meaning, isCut: history.isCut && steps === 0 });
    steps += 1;
    io.progress?.say(`reading the history: ${counted(steps, 'commit')}`);
  }
  return historyOf(life, objectMeaning(desired, object), object, forbidTypeScript);
}

/** The repository and the commit that the worktree is on, or why there is none. */
async function committed(io: Io): Promise<{ readonly repository: Repository; readonly head: Commit } | string> {
  try {
    const repository = await openRepository(io.dir, io.environment);
    return { repository, head: await repository.commit('HEAD') };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code !== 'not-a-repository' && error.code !== 'no-such-revision') throw error;
    return error.message;
  }
}

/** The config files that an object's meaning comes of: of tenants' files, one or none. */
function pathsOf(object: DeclaredObject): (path: string) => boolean {
  const tenant = tenantOf(object);
  return (path) => {
    const [folder, name = ''] = path.split('/');
    if (folder !== 'tenants' || isShared(path)) return true;
    return tenant !== undefined && name.replace(/\.(?:yaml|ts)$/, '') === tenant;
  };
}

/** Whether a file is one that TypeScript config files share. */
function isShared(path: string): boolean {
  return /\/_[^/]*\.ts$/.test(path);
}

/** Evaluates a TypeScript config file again only where it, or a file that it may import, is another one. */
function evaluatedOnce(evaluate: EvaluateTypeScript): EvaluateTypeScript {
  const known = new Map<string, Promise<Source>>();
  return async (file, text, tree) => {
    const digest = createHash('sha256')
      .update(JSON.stringify([file, text, await sharedTexts(tree)]))
      .digest('hex');
    const source = known.get(digest) ?? evaluate(file, text, tree);
    known.set(digest, source);
    return source;
  };
}

async function sharedTexts(tree: FileTree): Promise<(readonly [string, string])[]> {
  const entries = (await Promise.all(configFolders.map((folder) => tree.list(folder)))).flat();
  return Promise.all(
    entries
      .filter(({ path }) => isShared(path))
      .map(async ({ path }) => {
        const read = await tree.read(path);
        return [path, 'bytes' in read ? Buffer.from(read.bytes).toString('latin1') : read.detail] as const;
      }),
  );
}

/** One commit, and what it says of the object. */
interface Moment {
  readonly commit: string;
  readonly committedAt: string | undefined;
  readonly organization: string;
  readonly meaning: ObjectMeaning;
  /** Whether a shallow clone ends here. */
  readonly isCut: boolean;
}

/** What is known of an object after some commits. */
interface Life {
  readonly born?: Moment;
  readonly modifiedAt?: string | undefined;
  readonly changes: number;
  readonly meaning: ObjectMeaning;
  /** Commits since its birth, or before it, of which nobody can say what they mean. */
  readonly passedOver: number;
}

const unborn: Life = { changes: 0, meaning: { kind: 'absent' }, passedOver: 0 };

/** What is known after one more commit. */
function after(life: Life, moment: Moment): Life {
  const { meaning, committedAt, isCut } = moment;
  switch (meaning.kind) {
    case 'unknown':
      return { ...life, passedOver: life.passedOver + 1 };
    case 'absent':
      return unborn;
    case 'declared':
      if (!life.born) {
        return {
          born: moment,
          modifiedAt: isCut ? undefined : committedAt,
          changes: 1,
          meaning,
          passedOver: life.passedOver,
        };
      }
      return sameMeaning(life.meaning, meaning)
        ? life
        : { ...life, meaning, modifiedAt: committedAt, changes: life.changes + 1 };
  }
}

function historyOf(
  { born, modifiedAt, changes, meaning, passedOver }: Life,
  now: ObjectMeaning,
  object: DeclaredObject,
  forbidsTypeScript: boolean,
): ObjectHistory {
  const unreadable =
    passedOver === 0
      ? []
      : [
          `${counted(passedOver, 'commit')} passed over, of which the files cannot be read${
            forbidsTypeScript ? ' (TypeScript, which the organization forbids, is not evaluated)' : ''
          }: what they changed counts with the next one, or not at all`,
        ];
  if (!born) {
    const { notes, ...rest } = notCommitted(`HEAD does not have it`);
    return { ...rest, notes: [...notes, ...unreadable] };
  }
  const { isCut, committedAt } = born;
  const changed = sameMeaning(meaning, now)
    ? []
    : [
        'the worktree changes what it means, which is not committed: modifiedAt and resourceVersion are of the last commit',
      ];
  const cut = isCut
    ? [
        'this clone is shallow and ends before the first commit that has it: id, createdAt and resourceVersion are not known; `git fetch --unshallow` gets the rest',
      ]
    : [];
  return {
    ...(!isCut && { id: idOf(born, object) }),
    ...(!isCut && committedAt !== undefined && { createdAt: committedAt }),
    ...(modifiedAt !== undefined && { modifiedAt }),
    ...(!isCut && { resourceVersion: String(changes) }),
    notes: [...cut, ...changed, ...unreadable],
  };
}

function notCommitted(why: string): ObjectHistory {
  return { resourceVersion: '0', notes: [`not committed: ${why}, so it has no id, createdAt and modifiedAt`] };
}

/** The namespace (RFC 9562) of the ids of declared objects. */
const idNamespace = 'b1d4c8a2-5f0e-4c57-9a3f-2f6d3e8a7c10';

function idOf({ organization, commit }: Moment, object: DeclaredObject): string {
  const tenant = object.kind === 'Namespace' && object.tenant !== undefined ? [object.tenant] : [];
  return nameBasedUuid(idNamespace, JSON.stringify([organization, object.kind, object.name, commit, ...tenant]));
}

/** A UUID of version 5: https://www.rfc-editor.org/rfc/rfc9562#section-5.5 */
export function nameBasedUuid(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
