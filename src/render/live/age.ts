const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How long ago a time (RFC 3339) was, as kubectl says it: `45s`, `12m`, `5h`, `12d`, `3y40d`. Empty for what is no time, and
 * `0s` for what is yet to come: clocks differ.
 */
export function age(since: string | undefined, now: Date): string {
  const past = now.getTime() - Date.parse(since ?? '');
  if (Number.isNaN(past)) return '';
  if (past < 2 * minute) return `${Math.max(0, Math.floor(past / second))}s`;
  if (past < 2 * hour) return `${Math.floor(past / minute)}m`;
  if (past < 2 * day) return `${Math.floor(past / hour)}h`;
  const days = Math.floor(past / day);
  if (days < 2 * 365) return `${days}d`;
  return `${Math.floor(days / 365)}y${days % 365 === 0 ? '' : `${days % 365}d`}`;
}
