import { isCollection, isScalar, parseDocument, visit } from 'yaml';
import type { Document, ErrorCode, YAMLError } from 'yaml';
import type { Problem } from './text.ts';
import { firstLineEnd, spansIn } from './text.ts';

/** What a mistake in YAML is, in words that do not need the YAML specification. */
interface Explanation {
  readonly detail: string;
  readonly help?: string;
  /** Where it is, if not where the parser noticed it. */
  readonly at?: number;
  /** How many characters it has there; the rest of the line unless told otherwise. */
  readonly width?: number;
  /** Another place that has to do with it. */
  readonly other?: number;
}

/** Words an error of the YAML parser for people, and puts it where the mistake was made. */
export function explainMistake(
  error: YAMLError,
  text: string,
  document: Document.Parsed,
): Omit<Problem<never>, 'kind'> {
  const { at, width, other, ...words } =
    conflict(text) ??
    (unclosed.test(error.message) && !isMendedBySpaces(text) ? undefined : tabNear(text, error.pos[0])) ??
    explain(error, text, document);
  const span = spansIn(text);
  // A parser notices wrong indentation at the beginning of the line; people look at the word.
  const indentation = /^ +(?=\S)/.exec(text.slice(error.pos[0]))?.[0].length ?? 0;
  const start = Math.min(at ?? error.pos[0] + indentation, text.length);
  const noticed = Math.max(error.pos[1], start + Math.max(wordAt(text, start).length, 1));
  const end = width !== undefined ? start + width : at !== undefined ? text.length : noticed;
  return {
    span: span(start, firstLineEnd(text, start, end)),
    ...words,
    // At the end of the file there is nothing to show.
    ...(other !== undefined && /\S/.test(text.slice(other)) && { other: span(other, other + 1) }),
  };
}

/** Git's conflict markers break YAML in ways that no parser can tell from other mistakes. */
function conflict(text: string): Explanation | undefined {
  const marker = /^(?:<{7}|={7}|>{7})(?: |\r?$)/m.exec(text);
  return marker
    ? {
        at: marker.index,
        detail: 'a merge conflict is left in the file',
        help: 'keep what is right of the two sides, and remove the lines of `<<<<<<<`, `=======` and `>>>>>>>`',
      }
    : undefined;
}

/** What is not closed is a mistake of its own, whatever follows it. */
const unclosed = /must .*end with a [\]}]|closing ["']quote/;

/** Whether the text is YAML with spaces in the place of tabs as indentation; of a very long one nobody asks. */
function isMendedBySpaces(text: string): boolean {
  if (text.length > 100_000) return false;
  const mended = text.replace(/^[ \t]*\t[ \t]*/gm, (indentation) => indentation.replaceAll('\t', ' '.repeat(8)));
  return mended !== text && parseDocument(mended).errors.length === 0;
}

/** How many characters around a mistake are looked through for a tab. */
const nearby = 2000;

/**
 * A tab as indentation in the line where a mistake was noticed, or in the nearest one before or after it: parsers take what
 * follows for part of another line, and notice something else.
 */
function tabNear(text: string, offset: number): Explanation | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(Math.max(0, lineStart - nearby), lineStart).trimEnd();
  const previous = before === '' ? lineStart : text.lastIndexOf(before, lineStart) + before.lastIndexOf('\n') + 1;
  // The line itself, then the next that holds something, then the one before.
  const next = /\n\s*?(?=[^\S\n]*\S)/.exec(text.slice(offset, offset + nearby));
  const starts = [
    lineStart,
    ...(next ? [text.lastIndexOf('\n', offset + next.index + next[0].length - 1) + 1] : []),
    previous,
  ];
  for (const start of starts) {
    // Also after the dash of a list: what follows is indented by it.
    const tab = /^(?: *(?:- *)*)(\t\s*)\S/.exec(text.slice(start, start + nearby));
    if (tab) {
      const at = start + tab[0].indexOf('\t');
      return {
        detail: 'a tab is used as indentation',
        help: 'indent with spaces, two for each level',
        at,
        width: tab[1]?.length ?? 1,
      };
    }
  }
  return undefined;
}

function explain(error: YAMLError, text: string, document: Document.Parsed): Explanation {
  const [offset] = error.pos;
  const byCode = explanations[error.code]?.(text, offset);
  return byCode ?? explainByMessage(error.message, offset, wordAt(text, offset), document);
}

const badStart = (text: string, offset: number): Explanation => ({
  detail: `a value cannot begin with \`${text.charAt(offset)}\``,
  help: 'put the value in quotes',
});

/** The explanations of the codes that stand for one mistake each. */
const explanations: Partial<Record<ErrorCode, (text: string, offset: number) => Explanation>> = {
  TAB_AS_INDENT: () => ({ detail: 'a tab is used as indentation', help: 'indent with spaces, two for each level' }),
  MULTILINE_IMPLICIT_KEY: (text, offset) => notAKey(lineAt(text, offset)),
  BLOCK_AS_IMPLICIT_KEY: secondKey,
  BLOCK_IN_FLOW: () => ({
    detail: 'in brackets, entries are separated by commas',
    help: 'put a comma between the entries, and close every bracket',
  }),
  BAD_SCALAR_START: badStart,
  BAD_ALIAS: badStart,
  BAD_DQ_ESCAPE: (text, offset) => ({
    detail: `\`${text.slice(offset, offset + 2)}\` means nothing in double quotes`,
    help: 'use single quotes, in which a backslash is a backslash',
  }),
  KEY_OVER_1024_CHARS: () => ({
    detail: 'a key has more than 1024 characters',
    help: 'look for a quote or a line break that is missing',
  }),
};

function explainByMessage(message: string, offset: number, found: string, document: Document.Parsed): Explanation {
  const bracket = /must .*end with a ([\]}])/.exec(message)?.[1];
  if (bracket !== undefined) {
    const opened = collectionAround(document, offset);
    return {
      detail: `this \`${bracket === '}' ? '{' : '['}\` is not closed`,
      help: `close it with \`${bracket}\`; if it is, indent that deeper than the line it began on`,
      ...(opened !== undefined && { at: opened, width: 1, other: offset }),
    };
  }
  if (/closing ["']quote/.test(message)) {
    const at = quoteBefore(document, offset);
    return { detail: 'this quote is never closed', help: 'close it', ...(at !== undefined && { at }) };
  }
  const known = knownMessages.find(([pattern]) => pattern.test(message));
  if (known) return known[1];
  const detail =
    found === ''
      ? 'something is missing here'
      : message.endsWith('at node end')
        ? `\`${found}\` follows a value that is complete already`
        : `\`${found}\` makes no sense here`;
  return { detail, help: 'check the quotes, the brackets and the indentation before it' };
}

const knownMessages: readonly (readonly [RegExp, Explanation])[] = [
  [
    /All mapping items/,
    { detail: 'this key is indented unlike the other keys of its mapping', help: 'indent it like the others' },
  ],
  [
    /All sequence items/,
    { detail: 'this item is indented unlike the other items of its list', help: 'indent it like the others' },
  ],
  [
    /without - indicator/,
    {
      detail: 'this line stands in a list, but does not begin with `- `',
      help: 'begin it with `- `, or indent it like the lines above that it belongs to',
    },
  ],
  [/Implicit map keys need/, { detail: 'there is no `:` after this key', help: 'write `key: value`' }],
  [/^Block scalar header/, { detail: 'a value cannot begin with `>` or `|`', help: 'put the value in quotes' }],
  [
    /^Block scalar/,
    {
      detail: 'a text that begins with `|` or `>` must be indented deeper than its key',
      help: 'indent it by two spaces more',
    },
  ],
  [/^Comments must/, { detail: 'a comment needs a space before its `#`', help: 'write a space before the `#`' }],
  [/^Missing (,|, or :) /, { detail: 'a comma is missing before this', help: 'put a comma between the entries' }],
  [/^Missing space after :/, { detail: 'there is no space after the `:`', help: 'write a space after the colon' }],
  [
    /block-seq-ind on same line/,
    { detail: 'a list cannot begin on the line of its key', help: 'begin it on the next line, or write it in `[ ]`' },
  ],
  [
    /Unexpected (,|empty item)/,
    { detail: 'there is nothing before this comma', help: 'remove it, or what it should follow is missing' },
  ],
];

/** A line where only `key: value` makes sense, and that is none. */
function notAKey(line: string): Explanation {
  return /^\s*[\w-]+:[^\s/]/.test(line)
    ? { detail: 'there is no space after the colon', help: 'write a space after the colon' }
    : { detail: 'this line is not `key: value`', help: 'write a colon and a space after the key' };
}

/** A key in the place of a value: on the same line, or on a line that is indented below a value. */
function secondKey(text: string, offset: number): Explanation {
  const end = firstLineEnd(text, offset, text.length);
  if (/:(\s|$)/.test(text.slice(offset, end))) {
    return {
      detail: 'a value cannot hold a colon and a space',
      help: 'put the value in quotes, or the second key on a line of its own',
    };
  }
  const next = /\S/.exec(text.slice(end));
  const at = next ? { at: end + next.index } : {};
  return /^\s*-[^\s-]/.test(lineAt(text, offset))
    ? { detail: 'there is no space after the dash', help: 'write a space after the dash' }
    : {
        ...at,
        detail: 'this line is indented below a line that has a value already',
        help: 'indent it like the line above',
      };
}

function lineAt(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, firstLineEnd(text, offset, text.length));
}

/** The first word at `offset`, not too long for a message. */
function wordAt(text: string, offset: number): string {
  return /^[^\s`]{0,30}/.exec(text.slice(offset, offset + 30))?.[0] ?? '';
}

/** Where the innermost collection in brackets begins that `offset` is in, or just after. */
function collectionAround(document: Document.Parsed, offset: number): number | undefined {
  let found: number | undefined;
  visit(document, {
    Collection: (_, node) => {
      if (isCollection(node) && node.flow && node.range && node.range[0] < offset && node.range[2] >= offset)
        [found] = node.range;
    },
  });
  return found;
}

/** Where the last text in quotes begins before `offset`. */
function quoteBefore(document: Document.Parsed, offset: number): number | undefined {
  let found: number | undefined;
  visit(document, {
    Scalar: (_, node) => {
      if (isScalar(node) && node.type?.startsWith('QUOTE') && node.range && node.range[0] < offset)
        [found] = node.range;
    },
  });
  return found;
}
