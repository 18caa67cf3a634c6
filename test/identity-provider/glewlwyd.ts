import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { exportJWK, generateKeyPair } from 'jose';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import type { TestAuthority } from '../support/https-server.ts';

/** A real identity provider: Debian's Glewlwyd, from a folder of its own. */
export interface Glewlwyd {
  /** As which it issues. */
  readonly issuer: string;
  /** What it has written. */
  readonly log: () => string;
}

export interface GlewlwydOptions {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly users: Readonly<Record<string, string>>;
}

const schema = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3';

/** The programs that the tests need. What is missing is no reason to skip a test: it fails, and says how to get it. */
export function assertInstalled(): void {
  const missing = ['/usr/bin/glewlwyd', '/usr/bin/chromium', '/usr/bin/sqlite3', schema].filter(
    (file) => !existsSync(file),
  );
  if (missing.length > 0) {
    throw new Error(`${missing.join(', ')} is not there: run test/identity-provider/install.sh, which installs it`);
  }
}

/** Starts it, with a client and users of the test's own. It is gone after the test. */
export async function startGlewlwyd(
  { authority, file: authorityFile }: TestAuthority,
  { clientId, redirectUri, users }: GlewlwydOptions,
): Promise<Glewlwyd> {
  const folder = temporaryFolder();
  const port = await freePort();
  const origin = `https://127.0.0.1:${port}`;
  const { certificate, key } = await authority.issueServer('identity-provider');
  mkdirSync(join(folder, 'none'));
  writeFileSync(join(folder, 'server.pem'), certificate);
  writeFileSync(join(folder, 'server.key'), key, { mode: 0o600 });
  execFileSync('/usr/bin/sqlite3', [join(folder, 'glewlwyd.db')], { input: readFileSync(schema) });
  writePages(join(folder, 'webapp'));
  const configuration = join(folder, 'glewlwyd.conf');
  writeFileSync(configuration, configurationOf(folder, port, origin, authorityFile));
  const log = join(folder, 'glewlwyd.log');
  const child = spawn('/usr/bin/glewlwyd', ['--config-file', configuration], { stdio: 'ignore' });
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null) {
          resolve();
          return;
        }
        child.once('exit', () => {
          resolve();
        });
        child.kill('SIGKILL');
      }),
  );
  const said = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  const dispatcher = new Agent({ connect: { ca: authority.certificate } });
  await listening(() => fetch(`${origin}/api/auth/scheme/`, { dispatcher }), said);

  let cookie = '';
  const send = async (method: string, path: string, body?: unknown): Promise<void> => {
    const answer = await fetch(`${origin}/api${path}`, {
      method,
      dispatcher,
      headers: { 'content-type': 'application/json', ...(cookie !== '' && { cookie }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${text}\n${said()}`);
    cookie = answer.headers.getSetCookie().at(0)?.split(';').at(0) ?? cookie;
  };
  await send('POST', '/auth/', { username: 'admin', password: 'password' });
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'one', alg: 'ES256' };
  await send('POST', '/mod/plugin/', {
    module: 'oidc',
    name: 'oidc',
    display_name: 'OpenID Connect',
    order_rank: 0,
    readonly: false,
    parameters: pluginParameters(`${origin}/api/oidc`, JSON.stringify({ keys: [jwk] })),
  });
  for (const [username, password] of Object.entries(users)) {
    await send('POST', '/user/', { username, password, name: username, enabled: true, scope: ['g_profile', 'openid'] });
  }
  await send('POST', '/client/', {
    client_id: clientId,
    name: 'tenantry',
    enabled: true,
    confidential: false,
    scope: [],
    redirect_uri: [redirectUri],
    authorization_type: ['code', 'device_authorization'],
    token_endpoint_auth_method: ['none'],
  });
  return { issuer: `${origin}/api/oidc`, log: said };
}

/** Its pages, with the settings of theirs that Debian's package has in a folder where a file should be. */
function writePages(folder: string): void {
  cpSync('/usr/share/glewlwyd/webapp', folder, {
    // It serves no file through a link, and the package has some.
    dereference: true,
    recursive: true,
    filter: (path) => !path.endsWith('/config.json'),
  });
  const packaged = '/etc/glewlwyd/config-2.7.json';
  const settings = statSync(packaged).isDirectory() ? join(packaged, 'config.json') : packaged;
  writeFileSync(join(folder, 'config.json'), readFileSync(settings));
}

/** What its administration page would write for a provider that does code with PKCE and device codes. */
function pluginParameters(issuer: string, keys: string): Readonly<Record<string, unknown>> {
  return {
    iss: issuer,
    'jwt-type': 'ecdsa',
    'jwt-key-size': '256',
    'jwks-private': keys,
    'default-kid': 'one',
    'access-token-duration': 3600,
    'refresh-token-duration': 3600,
    'code-duration': 600,
    'refresh-token-rolling': false,
    'subject-type': 'public',
    'name-claim': 'no',
    'email-claim': 'no',
    'scope-claim': 'no',
    'address-claim': { type: 'no' },
    claims: [{ name: 'preferred_username', 'user-property': 'username', type: 'string', mandatory: true, scope: [] }],
    'allow-non-oidc': false,
    'auth-type-client-enabled': false,
    'auth-type-code-enabled': true,
    'auth-type-code-revoke-replayed': true,
    'auth-type-token-enabled': false,
    'auth-type-id-token-enabled': true,
    'auth-type-implicit-enabled': false,
    'auth-type-none-enabled': false,
    'auth-type-password-enabled': false,
    'auth-type-refresh-enabled': true,
    'auth-type-device-enabled': true,
    'device-authorization-expiration': 600,
    'device-authorization-interval': 5,
    'pkce-allowed': true,
    'pkce-method-plain-allowed': false,
    'pkce-required': true,
    'jwks-show': true,
    'oauth-as-iss-id': true,
  };
}

function configurationOf(folder: string, port: number, origin: string, authorityFile: string): string {
  const types = {
    html: 'text/html',
    css: 'text/css',
    js: 'application/javascript',
    json: 'application/json',
    png: 'image/png',
  };
  return `
port=${port}
bind_address="127.0.0.1"
external_url="${origin}"
login_url="login.html"
api_prefix="api"
static_files_path="${folder}/webapp/"
allow_origin="*"
log_mode="file"
log_level="WARNING"
log_file="${folder}/glewlwyd.log"
cookie_domain="127.0.0.1"
cookie_secure=1
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
user_middleware_module_path="${folder}/none"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
use_secure_connection=true
secure_connection_key_file="${folder}/server.key"
secure_connection_pem_file="${folder}/server.pem"
secure_connection_ca_file="${authorityFile}"
hash_algorithm="SHA512"
database = { type = "sqlite3" path = "${folder}/glewlwyd.db" };
static_files_mime_types = ( ${Object.entries(types)
    .map(([extension, type]) => `{ extension = ".${extension}" mime_type = "${type}" compress = 0 }`)
    .join(', ')} )
`;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}

async function listening(ask: () => Promise<unknown>, said: () => string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await ask();
      return;
    } catch (error) {
      if (attempt > 300) throw new Error(`the identity provider does not listen: ${said()}`, { cause: error });
      await new Promise((resume) => setTimeout(resume, 100));
    }
  }
}
