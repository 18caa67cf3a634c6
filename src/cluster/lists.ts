import { Failure } from '../values/failure.ts';
import { at, textAt } from '../values/json.ts';
import { listIn } from './answers.ts';
import type { Ask } from './connection.ts';

/** Objects of a page: an API server serves so many in a second, and they are held at once. */
const pageSize = 1000;

/** How often a list is begun anew because the server no longer knows where it was. */
const mostBeginnings = 3;

/** A list that was read to its end, or why it was not. */
export type Listed<T> =
  | { readonly items: readonly T[] }
  | { readonly isForbidden: boolean; readonly why: string; readonly failure?: Failure };

/**
 * Reads a list to its end, page by page, and of each object only what is kept of it: a cluster may have more than fits into
 * memory. A list whose next page the server has forgotten (410) is begun anew: by going on with what it has by then, objects
 * would be missing or there twice. See https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks.
 */
export async function readList<T>(
  ask: Ask,
  path: string,
  kept: (object: unknown) => T | 'left out' | undefined,
): Promise<Listed<T>> {
  for (let beginning = 1; ; beginning++) {
    const listed = await readPages(ask, path, kept);
    if (listed !== 'expired') return listed;
    if (beginning === mostBeginnings) return { isForbidden: false, why: 'it changes faster than it can be read' };
  }
}

async function readPages<T>(
  ask: Ask,
  path: string,
  kept: (object: unknown) => T | 'left out' | undefined,
): Promise<Listed<T> | 'expired'> {
  const items: T[] = [];
  let token = '';
  do {
    const query = new URLSearchParams({ limit: String(pageSize), ...(token !== '' && { continue: token }) });
    let answer;
    try {
      answer = await ask('GET', `${path}?${query.toString()}`);
    } catch (error) {
      if (error instanceof Failure) return { isForbidden: false, why: error.message, failure: error };
      throw error;
    }
    if (answer.status === 410) return 'expired';
    if (answer.status === 403) return { isForbidden: true, why: 'you may not list them' };
    const page = listIn(answer, 'items');
    if (typeof page === 'string') return { isForbidden: false, why: page };
    for (const object of page) {
      const one = kept(object);
      if (one === undefined) return { isForbidden: false, why: 'the list has an object without a name' };
      if (one !== 'left out') items.push(one);
    }
    const next = textAt(answer.body, 'metadata', 'continue') ?? '';
    // A server that answers with the same token again would never end.
    if (next !== '' && next === token) return { isForbidden: false, why: 'the list does not end' };
    const remaining = at(answer.body, 'metadata', 'remainingItemCount');
    if (next === '' && typeof remaining === 'number' && remaining > 0)
      return { isForbidden: false, why: 'the list ends before its end' };
    token = next;
  } while (token !== '');
  return { items };
}
