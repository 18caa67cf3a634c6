/** Something in a text that looks like a secret: never its value, which must not be printed anywhere. */
export interface FoundSecret {
  /** What it is, with its article: `a private key`. */
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

/** How a secret is told from other text. A pattern begins only where a word does, so that no text takes it long. */
interface Look {
  readonly what: string;
  readonly pattern: RegExp;
}

const pemHeader = '-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----';

const looks: readonly Look[] = [
  { what: 'a private key', pattern: new RegExp(pemHeader, 'g') },
  { what: 'a private key in base64', pattern: /LS0tLS1CRUdJTi[A-Za-z0-9+/]{6,}={0,2}/g },
  { what: 'a GitHub token', pattern: /(?<!\w)(?:gh[opsur]_[A-Za-z0-9]{36,255}|github_pat_\w{40,255})/g },
  { what: 'a GitLab token', pattern: /(?<![\w-])gl(?:pat|rt|dt|cbt|soat)-[\w-]{20,255}/g },
  { what: 'an AWS access key', pattern: /(?<![A-Za-z0-9])A[KS]IA[A-Z2-7]{16}(?![A-Za-z0-9])/g },
  { what: 'a Google API key', pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/g },
  { what: 'a Slack token', pattern: /(?<![\w-])xox[abeoprs]-[A-Za-z0-9-]{20,255}/g },
  { what: 'an npm token', pattern: /(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)/g },
  { what: 'a Docker Hub token', pattern: /(?<![\w-])dckr_(?:pat|oat)_[\w-]{20,255}/g },
  { what: 'a Vault token', pattern: /(?<![\w.-])hv[bs]\.[\w-]{24,255}/g },
  { what: 'a JSON Web Token', pattern: /(?<![\w.-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g },
];

/** What is made unreadable without a word, because a rule of its own says that it must not be there: users in URLs. */
const inUrls: Look = {
  what: 'user info in a URL',
  pattern:
    /(?<=(?<!\w)https?:\/\/)[^\s/@"'?#]{1,255}(?=@)|(?<=(?<!\w)[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:"'?#]{0,255}:[^\s/@"'?#]{1,255}(?=@)/gi,
};

/** Whether a URL in `text` has a user, or a password, before its host. */
export function hasUserInfo(text: string): boolean {
  return found(inUrls, text).length > 0;
}

/** The secrets in `text`, in its order. */
export function findSecrets(text: string): FoundSecret[] {
  return looks
    .flatMap((look) => found(look, text))
    .filter(({ what, start, end }) => what !== 'a private key in base64' || holdsKey(text.slice(start, end)))
    .map((secret) => (secret.what === 'a private key' ? { ...secret, end: endOfPem(text, secret.end) } : secret))
    .sort((a, b) => a.start - b.start);
}

function found({ what, pattern }: Look, text: string): FoundSecret[] {
  return Array.from(text.matchAll(pattern), ({ 0: match, index }) => ({
    what,
    start: index,
    end: index + match.length,
  }));
}

/** `text` with its secrets made unreadable, character by character: whatever is where in it stays there. */
export function redactSecrets(text: string): string {
  let redacted = '';
  let from = 0;
  for (const { start, end } of [...findSecrets(text), ...found(inUrls, text)].sort((a, b) => a.start - b.start)) {
    if (end <= from) continue;
    const begin = Math.max(start, from);
    redacted += text.slice(from, begin) + text.slice(begin, end).replace(/[^\s]/g, '*');
    from = end;
  }
  return redacted + text.slice(from);
}

/** Only the beginning is decoded: it has the PEM's header. */
function holdsKey(base64: string): boolean {
  return new RegExp(pemHeader).test(Buffer.from(base64.slice(0, 120), 'base64').toString('latin1'));
}

/** Where the PEM text ends whose header ends at `from`: after its footer, or where something else begins. */
function endOfPem(text: string, from: number): number {
  const dashes = text.indexOf('-----', from);
  if (dashes === -1) return from + text.slice(from).search(/[^\w+/=:,\s]|$/);
  const footer = /-----END [A-Z0-9 ]{1,80}-----/y;
  footer.lastIndex = dashes;
  return dashes + (footer.exec(text)?.[0].length ?? 0);
}
