/**
 * One line for each answer that is about somebody: who asked for what, and what came of it. Never a token, and nothing of
 * one that was not verified.
 */
export interface AuditEntry {
  readonly event: 'token' | 'clusters';
  readonly outcome: 'issued' | 'listed' | 'refused';
  /** Where the request came from: behind a proxy, the proxy. */
  readonly ip: string;
  /** The commit whose config decided. */
  readonly commit?: string;
  /** As the token names it: `user:alice`. */
  readonly user?: string;
  /** The name of the cluster. */
  readonly cluster?: string;
  /** The `id` that was asked for, where it is that of no cluster. */
  readonly audience?: string;
  readonly groups?: readonly string[];
  readonly jti?: string;
  /** The key that signed. */
  readonly kid?: string;
  readonly error?: string;
  readonly reason?: string;
}

/** The entry as a line of JSON in ASCII: no character in it moves a terminal, or begins another line. */
export function auditLine(time: Date, entry: AuditEntry): string {
  const text = JSON.stringify({ time: time.toISOString(), ...entry });
  return `${text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
