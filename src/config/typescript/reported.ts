/** What became of an evaluation, as the process reports it. */
export type Reported =
  | { readonly kind: 'value'; readonly value: unknown }
  /** The code threw; `text` is the error in one line. */
  | { readonly kind: 'thrown'; readonly text: string; readonly stack: string }
  /** The code used something that config files may not use. */
  | { readonly kind: 'denied'; readonly text: string; readonly stack: string }
  /** The interpreter finds an error in the text that the compiler does not look for, such as a malformed regular expression. */
  | { readonly kind: 'syntax'; readonly text: string; readonly stack: string }
  /** The value at `path` is no data: it is `is`. */
  | { readonly kind: 'unfit'; readonly path: readonly (string | number)[]; readonly is: string }
  | { readonly kind: 'no-default-export' | 'too-large' | 'too-deep' | 'timeout' | 'out-of-memory' | 'unrestricted' };

/** Why config files may not do what they may not do. */
export const because = {
  closed: 'they see nothing of the machine that evaluates them, its environment and files included',
  atOnce: 'they are evaluated at once, from top to bottom',
  sameEveryTime: 'they must give the same value every time',
  noLocale: 'they must give the same value on every machine, whatever its locale',
} as const;

/** The name of the script in stack traces. */
export const scriptName = 'tenantry-config';

/** Limits on the value of a config file. */
export interface ValueLimits {
  /** The most levels of lists and objects. */
  readonly depth: number;
  /** The most characters, as JSON. */
  readonly length: number;
}

/** How much memory the code may use. */
export const memoryMiB = 64;

/** Loaders that keep the names of functions (tsx) put calls of this into their texts. */
export const keptNames = 'const __name = (named) => named;\n';
