import type { Refusal } from './exchange.ts';
import type { SubjectKind } from './subject-token.ts';
import { subjectTokenTypes } from './subject-token.ts';

/** What a client asks for at the token endpoint (https://www.rfc-editor.org/rfc/rfc8693#section-2.1). */
export interface TokenRequest {
  readonly subjectToken: string;
  readonly kind: SubjectKind;
  readonly audience: string;
}

/** The most bytes of a body: a token of some hundred groups, and what is around it. */
export const mostBodyBytes = 16 * 1024;

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
const jwtType = 'urn:ietf:params:oauth:token-type:jwt';

/** All parameters that may be there. Clients that have no secret may say who they are; nothing follows from it. */
const known: ReadonlySet<string> = new Set([
  'grant_type',
  'subject_token',
  'subject_token_type',
  'audience',
  'requested_token_type',
  'client_id',
]);

/** Whether a header says that a body is a form, and nothing else: what a parser of it would take for one is not enough. */
export function isForm(contentType: string | undefined): boolean {
  return /^application\/x-www-form-urlencoded(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i.test(contentType ?? '');
}

/**
 * A body of no more bytes than may be; undefined where there are more. Where the request says how many it has, HTTP takes no
 * more, and reading it at once costs half; else they are counted while it is read.
 */
export async function readBody(request: Request): Promise<Uint8Array | undefined> {
  const said = request.headers.get('content-length');
  if (said !== null && /^\d{1,9}$/.test(said)) {
    if (Number(said) > mostBodyBytes) return undefined;
    const whole = new Uint8Array(await request.arrayBuffer());
    return whole.byteLength > mostBodyBytes ? undefined : whole;
  }
  const body: ReadableStream<Uint8Array> | null = request.body;
  if (!body) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > mostBodyBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Reads a form. Whatever is not understood is refused: it may have been meant to narrow what is given. */
export function tokenRequest(body: Uint8Array): TokenRequest | Refusal {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return invalid('the body is not UTF-8');
  }
  const form = new URLSearchParams(text);
  const names = Array.from(form.keys());
  if (new Set(names).size < names.length) return invalid('a parameter is there twice');
  const grant = form.get('grant_type');
  if (grant === null) return invalid('`grant_type` is missing');
  if (grant !== grantType)
    return { error: 'unsupported_grant_type', reason: 'tokens are given by token exchange alone' };
  if (names.some((name) => !known.has(name))) return invalid('there is a parameter that is not known here');
  const requested = form.get('requested_token_type');
  if (requested !== null && requested !== jwtType) return invalid(`\`requested_token_type\` can only be ${jwtType}`);
  const type = form.get('subject_token_type');
  const [subjectToken, audience] = [form.get('subject_token'), form.get('audience')];
  if (type === null || !isSubjectType(type)) return invalid('`subject_token_type` is not one that is taken');
  if (subjectToken === null || subjectToken === '') return invalid('`subject_token` is missing');
  if (audience === null || audience === '') return invalid('`audience` is missing: the id of a cluster');
  return { subjectToken, kind: subjectTokenTypes[type], audience };
}

function isSubjectType(type: string): type is keyof typeof subjectTokenTypes {
  return Object.hasOwn(subjectTokenTypes, type);
}

function invalid(reason: string): Refusal {
  return { error: 'invalid_request', reason };
}
