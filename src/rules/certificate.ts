import { X509Certificate } from 'node:crypto';

const known = new Map<string, X509Certificate | undefined>();

/**
 * The certificate of a PEM block; undefined for what is none, or has a key that cannot be read. Each is parsed once, as
 * several rules look at it.
 */
export function certificateIn(block: string): X509Certificate | undefined {
  if (!known.has(block)) known.set(block, parsed(block));
  return known.get(block);
}

function parsed(block: string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(block);
    // The key is parsed only when it is asked for.
    return certificate.publicKey.type === 'public' ? certificate : undefined;
  } catch {
    return undefined;
  }
}
