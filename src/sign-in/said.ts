import { redactSecrets } from '../source/secrets.ts';

/** Characters of what another server says that are shown: it has a sentence to say, and no page. */
const most = 200;

/**
 * What another server says, to be part of a message: no control characters, nothing that a terminal or a page obeys, no
 * secret, one line. Only printable ASCII, as RFC 6749 has it for error descriptions.
 */
export function saidBy(text: string): string {
  const line = redactSecrets(text)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
  return line.length > most ? `${line.slice(0, most)}...` : line;
}
