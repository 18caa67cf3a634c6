import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { exampleCertificate, exampleOrganization } from '../support/examples.ts';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';
import { cluster } from '../support/written.ts';

/** A server's certificate, signed by an authority. */
const serverCertificate = `-----BEGIN CERTIFICATE-----
MIIBkTCCATigAwIBAgIUY/yXEo9goUtrcq8g2vTBn2qi5zIwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSRXhhbXBsZSBjbHVzdGVyIENBMCAXDTI2MTEyMTIzMjUwOVoY
DzIwNzYwMzAzMjMyNTA5WjAkMSIwIAYDVQQDDBlwcm9kY2x1c3RlcjAxLmV4YW1w
bGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3WMRjlvS7wyPKHYVr5kO
c+1IZUaMqcAqBGRxH8OJtC0BV8uj4UBPSn2M1s4308LTQeF1RST6HeXtrQvdVwww
FqNNMEswCQYDVR0TBAIwADAdBgNVHQ4EFgQUYrNNnvL+HD50TD3fvi4Otg4DBJQw
HwYDVR0jBBgwFoAUg5JEuSKI+V0xqXHbb1xtKrEEZN8wCgYIKoZIzj0EAwIDRwAw
RAIgcubnpBUYBz0z2AdXUq5yoZxjoaGCEadcaTG76OmwVlUCIHJG/c+15TCjXiyb
M73k3oXsAkVvHsTLbnYTJluV6gmx
-----END CERTIFICATE-----
`;

/** A certificate with another key's last byte: no point on the curve. */
function withoutKey(certificate: string): string {
  const { raw, publicKey } = new X509Certificate(certificate);
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const last = raw.indexOf(key) + key.length - 1;
  const lines = Buffer.from(raw.map((byte, i) => (i === last ? ~byte : byte)))
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

/** A server's certificate that it signed by itself, without being an authority. */
const selfSigned = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUKgAwIBAgIUO6B6JfoccW+bRZhFmZMqSBa74w8wCgYIKoZIzj0EAwIw
JDEiMCAGA1UEAwwZcHJvZGNsdXN0ZXIwMS5leGFtcGxlLmNvbTAgFw0yNjExMjEy
MzI1MDlaGA8yMDc2MDMwMzIzMjUwOVowJDEiMCAGA1UEAwwZcHJvZGNsdXN0ZXIw
MS5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN1jEY5b0u8M
jyh2Fa+ZDnPtSGVGjKnAKgRkcR/DibQtAVfLo+FAT0p9jNbON9PC00HhdUUk+h3l
7a0L3VcMMBajUDBOMB0GA1UdDgQWBBRis02e8v4cPnRMPd++Lg62DgMElDAfBgNV
HSMEGDAWgBRis02e8v4cPnRMPd++Lg62DgMElDAMBgNVHRMBAf8EAjAAMAoGCCqG
SM49BAMCA0cAMEQCIGb5b350WG9yyO6p/6DCZluK+65MybBrG7gLMsmDGUR+AiBX
ebLFlyTOkE4NYmnkhnMiE2dQ5eVi/N1ZUagFxPDH4Q==
-----END CERTIFICATE-----
`;

describe('TEN307 shared-audience', () => {
  const codes = 'TEN307';
  const a = 'server: https://a.example.com:6443';
  const b = 'server: https://b.example.com:6443';

  it('finds an id that is the name of another cluster, and points at the one that is written', async () => {
    const written = 'id: prodcluster01';
    const message =
      'TEN307 clusters `prodcluster01` and `%` have the same id, so that each accepts the tokens for the other';
    for (const name of ['acluster', 'zcluster']) {
      expect(await diagnosePlaced(cluster(name, a, written), { codes })).toEqual([
        `clusters/${name}.yaml:9:7 ${message.replace('%', name)}`,
      ]);
    }
  });

  it('finds three of one id twice', async () => {
    const files = { ...cluster('a', a, 'id: x'), ...cluster('b', b, 'id: x') };
    const third = cluster('c', 'server: https://c.example.com', 'id: x');
    expect(await diagnosePlaced({ ...files, ...third }, { codes })).toHaveLength(2);
  });

  it('tells ids by letter case, as tokens do', async () => {
    expect(await diagnosePlaced(cluster('b', b, 'id: ProdCluster01'), { codes })).toEqual([]);
  });

  it.each([
    ['https://a.example.com:6443', true],
    ['https://A.Example.com.:6443/', true],
    ['https://a.example.com:6444', false],
    ['https://a.example.com', false],
    ['https://a.example.com:6443/k8s/clusters/2', false],
    ['not a url', false],
  ])('compares the server https://a.example.com:6443 with %s', async (server, same) => {
    const files = { ...cluster('a', a), ...cluster('b', `server: ${server}`) };
    expect(await diagnosePlaced(files, { codes })).toEqual(
      same ? ['clusters/b.yaml:8:11 TEN307 clusters `a` and `b` have the same server'] : [],
    );
  });

  it('takes a path with a slash at its end for the same', async () => {
    const files = {
      ...cluster('a', 'server: https://a.example.com/k8s'),
      ...cluster('b', 'server: https://a.example.com/k8s/'),
    };
    expect(await diagnosePlaced(files, { codes })).toHaveLength(1);
  });

  it('knows the default port', async () => {
    const files = {
      ...cluster('a', 'server: https://a.example.com'),
      ...cluster('b', 'server: https://a.example.com:443/'),
    };
    expect(await diagnosePlaced(files, { codes })).toHaveLength(1);
  });
});

describe('TEN309 certificate-authority', () => {
  const of = async (file: string): Promise<{ message: string; help: string | undefined }[]> =>
    (await diagnose({ 'clusters/example-ca.pem': file }, { codes: 'TEN309' })).map(({ message, help }) => ({
      message: message.replace('the certificate authority of cluster `prodcluster01` ', ''),
      help,
    }));
  const base64 = (text: string): Promise<string[]> =>
    diagnosePlaced(
      {
        'clusters/prodcluster01.yaml': exampleOrganization['clusters/prodcluster01.yaml'].replace(
          'file: example-ca.pem',
          `base64: ${Buffer.from(text).toString('base64')}`,
        ),
        'clusters/example-ca.pem': null,
      },
      { codes: 'TEN309' },
    );
  // Put together here so that no scanner takes this file for one with a key in it.
  const privateKey = ['-----BEGIN', 'EC PRIVATE KEY-----\nMHcCAQEE\n-----END', 'EC PRIVATE KEY-----\n'].join(' ');

  it.each([
    ['one certificate', exampleCertificate],
    ['two, as while an authority is replaced', exampleCertificate + exampleCertificate],
    ['comments and empty lines', `# The cluster's own CA\n\n${exampleCertificate}\n# End\n`],
    ['Windows line ends', exampleCertificate.replaceAll('\n', '\r\n')],
    ["a server's own that it signed itself", selfSigned],
  ])('accepts %s', async (_, file) => {
    expect(await of(file)).toEqual([]);
  });

  it.each([
    ['nothing', '', 'holds no certificate'],
    ['text', 'to be delivered\n', 'holds no certificate'],
    ['half a certificate', exampleCertificate.slice(0, 300), 'holds no certificate'],
    ['a private key beside it', exampleCertificate + privateKey, 'holds a private key'],
    ['text behind it', `${exampleCertificate}password: x\n`, 'holds something else beside certificates: `password: x`'],
    [
      'a byte order mark between two',
      `${exampleCertificate}\ufeff\n${exampleCertificate}`,
      'holds something else beside certificates: `<U+FEFF>`',
    ],
    [
      'another block',
      `${exampleCertificate}-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n`,
      'holds a block `X509 CRL`',
    ],
    ['a damaged certificate', exampleCertificate.replace('MIIB', 'MIIC'), 'holds a damaged certificate'],
    ['a certificate whose key is no key', withoutKey(exampleCertificate), 'holds a damaged certificate'],
    [
      'a damaged second',
      exampleCertificate + exampleCertificate.replace('MIIB', 'MIIC'),
      'holds a damaged certificate 2',
    ],
    [
      "a server's",
      serverCertificate,
      "holds a certificate that is no authority's but a server's, `CN=prodcluster01.example.com`",
    ],
  ])('refuses %s', async (_, file, problem) => {
    expect((await of(file)).map(({ message }) => message)).toEqual([problem]);
  });

  it('names the issuer whose certificate is wanted', async () => {
    expect((await of(serverCertificate))[0]?.help).toContain('`CN=Example cluster CA`');
  });

  it('reads base64, and points at it', async () => {
    expect(await base64(exampleCertificate)).toEqual([]);
    expect(await base64(privateKey)).toEqual([
      'clusters/prodcluster01.yaml:8:13 TEN309 the certificate authority of cluster `prodcluster01` holds a private key',
    ]);
    expect(await base64(Buffer.from(exampleCertificate).toString('base64'))).toEqual([
      'clusters/prodcluster01.yaml:8:13 TEN309 the certificate authority of cluster `prodcluster01` holds no certificate',
    ]);
  });

  it('reports base64 that decodes to nothing', async () => {
    const file = exampleOrganization['clusters/prodcluster01.yaml'].replace('file: example-ca.pem', 'base64: "!!!"');
    const files = { 'clusters/prodcluster01.yaml': file, 'clusters/example-ca.pem': null };
    expect(await diagnose(files, { codes: 'TEN309' })).toHaveLength(1);
  });

  it('says where base64 belongs that is written as PEM', async () => {
    const text = Buffer.from(exampleCertificate).toString('base64');
    const file = exampleOrganization['clusters/prodcluster01.yaml'].replace('file: example-ca.pem', `pem: ${text}`);
    const files = { 'clusters/prodcluster01.yaml': file, 'clusters/example-ca.pem': null };
    expect((await diagnose(files, { codes: 'TEN309' }))[0]?.help).toBe(
      'this is base64: write it under `base64` instead of `pem`',
    );
  });

  it('leaves a file that does not exist to the rule about it', async () => {
    expect(await diagnose({ 'clusters/example-ca.pem': null }, { codes: 'TEN309' })).toEqual([]);
  });
});

describe('TEN312 kubernetes-too-old', () => {
  it.each([
    ['1.9', 1],
    ['1.29', 1],
    ['1.30', 0],
    ['1.136', 0],
  ])('Kubernetes %s', async (version, count) => {
    const server = 'server: https://a.example.com';
    const files = cluster('a', server);
    const file = files['clusters/a.yaml']?.replace('1.36', version) ?? '';
    const found = await diagnosePlaced({ 'clusters/a.yaml': file }, { codes: 'TEN312' });
    expect(found).toHaveLength(count);
    if (count > 0) expect(found[0]).toContain('clusters/a.yaml:6:22 TEN312 cluster `a` runs Kubernetes');
  });
});
