/** What is wrong with a part of a URL, in words that follow what it belongs to, and what to do. */
export interface UrlProblem {
  readonly wrong: string;
  readonly help: string;
}

/**
 * The parts that a URL in the config must not have, as the whole of it is handed on to others and stands in Git. It is told
 * apart by the parser, and looked at as it is written: an empty query is one.
 */
export function unwantedParts(written: string, userInfo: UrlProblem | undefined): UrlProblem[] {
  return [
    ...(userInfo ? [userInfo] : []),
    ...(written.includes('?') ? [{ wrong: 'has a query', help: 'remove the `?` and what follows' }] : []),
    ...(written.includes('#') ? [{ wrong: 'has a fragment', help: 'remove the `#` and what follows' }] : []),
  ];
}
