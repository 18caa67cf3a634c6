import { atMost } from '../values/concurrency.ts';
import type { ManifestObject } from '../manifests/manifest-file.ts';
import type { Api } from './api.ts';
import type { NotKnown } from './answers.ts';
import { statusText } from './answers.ts';
import type { Answer } from './http.ts';
import { at, listAt, textAt } from '../values/json.ts';

/** What an API server says to an object before it is applied. */
export type Outcome = {
  readonly object: ManifestObject;
  /** Texts that the server adds, whatever it says. */
  readonly warnings: readonly string[];
} & (
  | { readonly result: 'verified' }
  | { readonly result: 'refused'; readonly status: number; readonly message: string }
  /** The server neither takes nor refuses it: what came back is no answer to that. */
  | { readonly result: 'no-answer'; readonly message: string }
  /** Nobody can tell: applying everything first makes something else, without which the server refuses. */
  | { readonly result: 'not-checked'; readonly waitsFor: Pick<ManifestObject, 'kind' | 'namespace' | 'name'> }
  /** Nobody can tell: an admission webhook would have a say, and does not take part in dry runs. */
  | { readonly result: 'not-checked'; readonly webhook: string }
);

/** Requests at a time: an API server gives each client a share of what it can do at once. */
const mostAtATime = 8;

/**
 * What the server says to each object, in the order of the objects. They are tried one by one against what the server
 * holds now: what one of them makes is not there for the others.
 */
export async function dryRun(
  api: Api,
  objects: readonly ManifestObject[],
  onDone: () => void = () => undefined,
): Promise<Outcome[]> {
  const inTurn = atMost(mostAtATime);
  const ours = new Map(objects.map((object) => [keyOf(object), object]));
  return await Promise.all(
    objects.map((object) =>
      inTurn(async (): Promise<Outcome> => {
        const path = await api.pathOf(object);
        const outcome: Outcome =
          typeof path === 'string'
            ? outcomeOf(object, ours, await api.dryRun(path, object.manifest()))
            : { object, warnings: [], ...(path ? notTold(path) : unknownKind(object)) };
        onDone();
        return outcome;
      }),
    ),
  );
}

function notTold({ what, why }: NotKnown) {
  return { result: 'no-answer', message: `the server does not say what it has in ${what}: ${why}` } as const;
}

function keyOf({ kind, namespace = '', name }: Pick<ManifestObject, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace}/${name}`;
}

function unknownKind({ apiVersion, kind }: ManifestObject) {
  return { result: 'refused', status: 404, message: `the server has no ${kind} in ${apiVersion}` } as const;
}

function outcomeOf(
  object: ManifestObject,
  ours: ReadonlyMap<string, ManifestObject>,
  { status, body, warnings }: Answer,
): Outcome {
  if (status === 200 || status === 201) {
    // What has been applied comes back; a page of something in between is no yes.
    if (at(body, 'kind') === object.kind && at(body, 'metadata', 'name') === object.name) {
      return { object, warnings, result: 'verified' };
    }
    return { object, warnings, result: 'no-answer', message: 'what comes back is not the object' };
  }
  const missing = status === 404 ? missingObject(object, body) : undefined;
  const waitsFor = missing && ours.get(keyOf(missing));
  if (waitsFor) return { object, warnings, result: 'not-checked', waitsFor };
  const message = missing ? `${missing.kind} "${missing.name}" not found` : messageOf(body);
  const webhook = /^admission webhook "([^"]+)" does not support dry run/.exec(message)?.[1];
  if (webhook !== undefined) return { object, warnings, result: 'not-checked', webhook };
  if (status < 400 || status >= 500 || status === 408 || status === 429) {
    return { object, warnings, result: 'no-answer', message: `${statusText(status)}: ${message}` };
  }
  return { object, warnings, result: 'refused', status, message };
}

/** What the server misses: the object's namespace, or the role that a binding is of, whose rules it wants to see. */
function missingObject(
  { namespace, manifest }: ManifestObject,
  body: unknown,
): Pick<ManifestObject, 'kind' | 'namespace' | 'name'> | undefined {
  const name = textAt(body, 'details', 'name');
  if (name === undefined) return undefined;
  if (textAt(body, 'details', 'kind') === 'namespaces') return { kind: 'Namespace', name };
  // The role's name is given for that of a binding.
  const role = at(manifest(), 'roleRef');
  if (textAt(role, 'name') !== name) return undefined;
  const kind = textAt(role, 'kind') ?? '';
  return { kind, name, ...(kind === 'Role' && namespace !== undefined && { namespace }) };
}

/** What the server says, without the object's name at the front, which every reader of it knows. */
function messageOf(body: unknown): string {
  const causes = listAt(body, 'details', 'causes').flatMap((cause) => {
    const [field, message] = [textAt(cause, 'field'), textAt(cause, 'message')];
    return message === undefined ? [] : [field === undefined ? message : `${field}: ${message}`];
  });
  if (textAt(body, 'reason') === 'Invalid' && causes.length > 0) return causes.join('\n');
  const message =
    textAt(body, 'message') ?? (typeof body === 'string' && body !== '' ? body.trim() : 'no reason given');
  return message.replace(/^\S+ "[^"]*" is (?:forbidden|invalid): /, '');
}
