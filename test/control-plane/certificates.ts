import { createPrivateKey, webcrypto } from 'node:crypto';
import 'reflect-metadata'; // must be evaluated before the library below, which refuses to load without it
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 24 * 60 * 60 * 1000;

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Whom a certificate is for. Kubernetes reads `commonName` as the user and `organizations` as the groups. */
export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

/** A certificate authority that lives as long as the tests. */
export interface Authority {
  readonly certificate: string;
  /** A certificate for a server on loopback. */
  readonly issueServer: (commonName: string) => Promise<KeyPair>;
  /** A certificate that a client shows the API server. */
  readonly issueClient: (subject: Subject) => Promise<KeyPair>;
}

/** A new authority. Its certificates are valid for a day, and from a minute ago: clocks may be read in another order. */
export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await generateKeys();
  const notBefore = new Date(Date.now() - 60_000);
  const notAfter = new Date(Date.now() + day);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: nameOf({ commonName }),
    keys,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  async function issue(subject: Subject, usage: x509.ExtendedKeyUsage, extensions: x509.Extension[]): Promise<KeyPair> {
    const own = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: nameOf(subject),
      issuer: root.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      notBefore,
      notAfter,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ...extensions,
      ],
    });
    return { certificate: certificate.toString('pem'), key: await toPem(own.privateKey) };
  }

  return {
    certificate: root.toString('pem'),
    issueServer: (name) =>
      issue({ commonName: name }, x509.ExtendedKeyUsage.serverAuth, [
        new x509.SubjectAlternativeNameExtension([
          { type: 'ip', value: '127.0.0.1' },
          { type: 'dns', value: 'localhost' },
        ]),
      ]),
    issueClient: (subject) => issue(subject, x509.ExtendedKeyUsage.clientAuth, []),
  };
}

/** A private key with no certificate, PEM, as the API server signs its service account tokens with. */
export async function createSigningKey(): Promise<string> {
  return toPem((await generateKeys()).privateKey);
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function toPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  // Kubernetes' reader of service account keys knows SEC 1's EC keys only.
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'sec1', format: 'pem' })
    .toString();
}

function nameOf({ commonName, organizations = [] }: Subject): x509.JsonName {
  return [{ CN: [commonName] }, ...organizations.map((name) => ({ O: [name] }))];
}
