import { at, textAt } from '../values/json.ts';
import type { Answer } from './http.ts';

/**
 * What an answer is worth. Only what was asked for is an answer, in full, or that there is no such thing: whatever else
 * comes back, an error, a login page, half a list, says nothing about what is there.
 */

/** Something that the server did not tell, and why not. */
export interface NotKnown {
  /** As `deployments.apps`, `apps/v1`. */
  readonly what: string;
  readonly why: string;
}

/** Whether the server says that there is no object of that name, and nothing else. */
export function isNotFound({ status, body }: Answer, name: string): boolean {
  return status === 404 && textAt(body, 'reason') === 'NotFound' && textAt(body, 'details', 'name') === name;
}

/**
 * Whether the server says that it has no such path: the answer to a resource or an API version that it lacks, which is a
 * Status, or a text of its own.
 */
export function isNoSuchPath({ status, body }: Answer): boolean {
  if (status !== 404) return false;
  return typeof body === 'string' ? body.trim() === '404 page not found' : textAt(body, 'reason') === 'NotFound';
}

/** The list at a path of the answer; why it is not known where the answer has none. */
export function listIn({ status, body }: Answer, key: string): readonly unknown[] | string {
  if (status !== 200) return statusText(status);
  const list = at(body, key);
  return Array.isArray(list) ? list : `the answer has no ${key}`;
}

/** A name that the server gives, no longer than any that Kubernetes knows. */
export function nameText(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName)}…` : name;
}

const longestName = 317;

export function statusText(status: number): string {
  return `status ${status}`;
}

/** How many objects there are by the answer to a list of which only the first were asked for; why it is not known. */
export function countIn(answer: Answer): number | string {
  const items = listIn(answer, 'items');
  if (typeof items === 'string') return items;
  const remaining = at(answer.body, 'metadata', 'remainingItemCount');
  const more = at(answer.body, 'metadata', 'continue');
  if (remaining === undefined) {
    return more === undefined || more === '' ? items.length : 'there are more, and it does not say how many';
  }
  const isNatural = typeof remaining === 'number' && Number.isSafeInteger(remaining) && remaining >= 0;
  const count = isNatural ? items.length + remaining : Number.NaN;
  return Number.isSafeInteger(count) ? count : 'the number of those that remain is none';
}
