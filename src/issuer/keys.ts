import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, importPKCS8, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { Failure } from '../values/failure.ts';
import { sortedBy } from '../values/order.ts';
import { onSystem } from '../values/system-error.ts';
import type { TokenClaims } from './exchange.ts';

/**
 * The keys that tokens are signed with: the files of one folder. `signing.pem` signs; the public part of each `.pem` beside
 * it is served as well, so that API servers know a key before it signs, and after.
 */
export interface SigningKeys {
  /** Of the key that signs: its thumbprint (https://www.rfc-editor.org/rfc/rfc7638). */
  readonly kid: string;
  /** What API servers fetch, as JSON. */
  readonly published: string;
  /** The ids of all that are published, sorted. */
  readonly kids: readonly string[];
  readonly sign: (claims: TokenClaims) => Promise<string>;
}

const algorithm = 'ES256';
export const signingFile = 'signing.pem';
/** A key is a few hundred bytes. */
const mostBytes = 16 * 1024;

/** Reads the keys of a folder. A file that is none, or that others on the machine may read, is a `Failure`. */
export async function readKeys(folder: string): Promise<SigningKeys> {
  const files = onSystem(`read ${folder}`, () => readdirSync(folder)).filter((name) => name.endsWith('.pem'));
  if (!files.includes(signingFile)) {
    throw new Failure('keys', `there is no ${signingFile} in ${folder}`, {
      help: `make one with \`tenantry issuer new-key ${join(folder, signingFile)}\``,
    });
  }
  const all = await Promise.all(files.map(async (name) => ({ name, ...(await readKey(join(folder, name))) })));
  const signing = all.find(({ name }) => name === signingFile);
  if (signing?.privatePem === undefined) {
    throw new Failure('keys', `${join(folder, signingFile)} is no private key`);
  }
  const { kid } = signing;
  const key = await importPKCS8(signing.privatePem, algorithm);
  const byId = new Map(all.map(({ jwk }) => [jwk.kid ?? '', jwk]));
  const published = sortedBy(byId, ([id]) => id);
  return {
    kid,
    published: JSON.stringify({ keys: published.map(([, jwk]) => jwk) }),
    kids: published.map(([id]) => id),
    sign: (claims) => signed(claims, kid, key),
  };
}

/** Every private key of a folder, as a signer by its id: whoever has the folder has them all. */
export async function signersIn(folder: string): Promise<ReadonlyMap<string, SigningKeys['sign']>> {
  const files = onSystem(`read ${folder}`, () => readdirSync(folder)).filter((name) => name.endsWith('.pem'));
  const keys = await Promise.all(files.map((name) => readKey(join(folder, name))));
  const signers = new Map<string, SigningKeys['sign']>();
  for (const { kid, privatePem } of keys) {
    if (privatePem === undefined) continue;
    const key = await importPKCS8(privatePem, algorithm);
    signers.set(kid, (claims) => signed(claims, kid, key));
  }
  return signers;
}

interface ReadKey {
  readonly kid: string;
  readonly jwk: JWK;
  /** Undefined where the file holds a public key. */
  readonly privatePem?: string;
}

async function readKey(path: string): Promise<ReadKey> {
  const { text, mode } = onSystem(`read ${path}`, () => textOf(path));
  const isPrivate = text.includes('PRIVATE KEY');
  if (isPrivate && (mode & 0o077) !== 0) {
    throw new Failure('keys', `${path} may be read by others than its owner, who could sign tokens of anybody`, {
      help: `take that from them with \`chmod 600 ${path}\`, and make a new key if others are on the machine`,
    });
  }
  if ((mode & 0o022) !== 0) {
    throw new Failure('keys', `${path} may be written by others than its owner, whose key would be served as well`, {
      help: `take that from them with \`chmod go-w ${path}\`, and see that the key is still yours`,
    });
  }
  const key = parsed(path, text, isPrivate);
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType !== 'ec' || curve !== 'prime256v1') {
    throw new Failure('keys', `${path} is no key of the curve P-256, which ES256 is for`, {
      help: `make one with \`tenantry issuer new-key ${path}\``,
    });
  }
  // The public part alone, whatever the file holds.
  const jwk = await exportJWK(isPrivate ? createPublicKey(key) : key);
  const kid = await calculateJwkThumbprint(jwk, 'sha256');
  return {
    kid,
    jwk: { ...jwk, kid, alg: algorithm, use: 'sig' },
    ...(isPrivate && { privatePem: key.export({ type: 'pkcs8', format: 'pem' }).toString() }),
  };
}

/** Of one open file: what is read is what was looked at. */
function textOf(path: string): { readonly text: string; readonly mode: number } {
  const handle = openSync(path, 'r');
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile() || stat.size > mostBytes) throw new Failure('keys', `${path} is no file of a key`);
    return { text: readFileSync(handle, 'utf8'), mode: stat.mode };
  } finally {
    closeSync(handle);
  }
}

function parsed(path: string, text: string, isPrivate: boolean): KeyObject {
  try {
    return isPrivate ? createPrivateKey(text) : createPublicKey(text);
  } catch (error) {
    // Its own message may quote what it was given.
    throw new Failure('keys', `${path} holds no key in PEM, or one behind a password`, { cause: error });
  }
}

/** Writes a new key where there is no file, for its owner alone, in a folder that is made where there is none; gives its id. */
export async function writeNewKey(path: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  onSystem(`write ${path}`, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const handle = openSync(path, 'wx', 0o600);
    try {
      // Whatever the process leaves out of the modes of its files.
      fchmodSync(handle, 0o600);
      writeSync(handle, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    } finally {
      closeSync(handle);
    }
  });
  return calculateJwkThumbprint(await exportJWK(publicKey), 'sha256');
}

/** The id of the key in a file. */
export async function kidIn(path: string): Promise<string> {
  return (await readKey(path)).kid;
}

/** Signs as a key that nobody has ever published: an API server that is shown such a token looks for other keys. */
export async function unknownSigner(): Promise<SigningKeys['sign']> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey), 'sha256');
  return (claims) => signed(claims, kid, privateKey);
}

function signed(claims: TokenClaims, kid: string, key: CryptoKey | KeyObject): Promise<string> {
  return new SignJWT({ ...claims, groups: [...claims.groups] })
    .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
    .sign(key);
}
