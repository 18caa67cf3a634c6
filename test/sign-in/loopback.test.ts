import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listen } from '../../src/sign-in/loopback.ts';

/** Sends bytes to a port of this machine, and gives what comes back until the other side closes. */
function answerTo(port: string, sent: string): Promise<string> {
  return new Promise((done) => {
    let heard = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(sent));
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      done(heard);
    });
  });
}

describe('the address that the browser comes back to', () => {
  it('is found by nothing that cannot be read and outlives it', async () => {
    const { redirectUri, callback, close } = await listen(undefined);
    try {
      const { port, host, pathname } = new URL(redirectUri);
      const wrong = ['//', '///', '//[', '//a:b', 'http://', 'http://[', '//%', '/%', '/\\', '*', '?', `//${pathname}`];
      const elsewhere = [`http://evil.example${pathname}`, `//evil.example${pathname}`, `https://${host}${pathname}`];
      for (const target of [...wrong, ...elsewhere]) {
        const answer = await answerTo(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
        // What is no HTTP is refused by Node.js before anybody sees it.
        expect([target, answer.split('\r\n')[0]]).toEqual([target, expect.stringMatching(/^HTTP\/1\.1 40[04] /)]);
      }
      expect(await answerTo(port, `GET // HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 404 /,
      );
      const first = callback(60_000);
      const page = fetch(`${redirectUri}?code=x`);
      const { url, show } = await first;
      await show(true);
      expect([url.searchParams.get('code'), (await page).status]).toEqual(['x', 200]);
    } finally {
      close();
    }
  });
});
