import { readFileSync } from 'node:fs';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { importPKCS8, SignJWT } from 'jose';

/** The least that answers a request with a token: it reads the form, checks nothing, and signs. For `bench/issuer.ts`. */
const key = await importPKCS8(readFileSync(process.argv[2] ?? '', 'utf8'), 'ES256');
const app = new Hono();
app.post('/api/oidc/token', async (context) => {
  await context.req.text();
  const claims = { groups: ['cluster-scope', 'everybody'] };
  const access_token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).setAudience('c0000').sign(key);
  return context.json({ access_token, token_type: 'Bearer', expires_in: 600 });
});
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
  process.stderr.write(`listening at port ${port}\n`);
});
