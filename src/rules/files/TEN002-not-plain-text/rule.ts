import type { ConfigFile } from '../../../config/reading/files.ts';
import { atFile, formatPath } from '../../../source/diagnostic.ts';
import { fileOrigin, originAt } from '../../../source/source.ts';
import type { SourceProblem } from '../../../source/source.ts';
import type { FileRule, Finding } from '../../rule.ts';
import { firstOfFile, placed, problemsOf } from '../problems.ts';

export const notPlainText: FileRule = {
  level: 'file',
  code: 'TEN002',
  name: 'not-plain-text',
  severity: 'error',
  summary:
    'Every config file is plain text: UTF-8, with LF line ends, and with nothing that a reader cannot see, in it or in the values that its escapes and its code make.',
  why: 'A reviewer must see what the program reads. Characters without a width make two names that look the same, marks for right-to-left text show a line in another order than it is read, and other encodings and line ends mean different bytes for the same words.',
  check({ file }) {
    return firstOfFile([
      ...notUtf8(file),
      ...problemsOf(file, [
        'not-text',
        'byte-order-mark',
        'carriage-return',
        'invisible-character',
        'invisible-in-value',
      ]).map((problem) => ({
        ...worded(problem),
        ...placed(file, problem),
      })),
    ]);
  },
};

function notUtf8({ path, failure }: ConfigFile): Finding[] {
  if (failure?.kind !== 'not-utf8') return [];
  const message =
    failure.detail === '' ? 'the file is not text in UTF-8' : `the file is in ${failure.detail}, not in UTF-8`;
  return [{ message, at: atFile(path), help: 'save it as UTF-8, without a byte order mark' }];
}

type Flaw = 'not-text' | 'byte-order-mark' | 'carriage-return' | 'invisible-character' | 'invisible-in-value';

function worded({ kind, detail, path }: SourceProblem & { readonly kind: Flaw }): Pick<Finding, 'message' | 'help'> {
  switch (kind) {
    case 'not-text':
      return { message: 'the file is not text: it has a NUL in it', help: 'put a text file in UTF-8 in its place' };
    case 'byte-order-mark':
      return { message: 'the file begins with a byte order mark', help: 'save it as UTF-8 without a byte order mark' };
    case 'carriage-return':
      return {
        message:
          detail === 'CRLF'
            ? 'the file has Windows line ends (CRLF)'
            : 'the file has a carriage return that ends no line',
        help: "give all files LF line ends, in the organization's folder with `perl -pi -e 's/\\r\\n?/\\n/g' *.yaml */*.yaml`, and write `* text=auto eol=lf` into .gitattributes, so that Git keeps them",
      };
    case 'invisible-character':
      return isSpace.test(detail)
        ? { message: `this is not a plain space but ${named(detail)}`, help: 'replace it by a plain space' }
        : { message: `there is an invisible character here: ${named(detail)}`, help: 'delete it' };
    case 'invisible-in-value': {
      const text = path === undefined ? 'this key' : `\`${formatPath(originAt(fileOrigin(''), ...path))}\``;
      return {
        message: `${text} holds a character that nobody can see: ${named(detail)}`,
        help: 'write it without that character: as an escape, or made by code, it is as invisible where the text is used',
      };
    }
  }
}

const isSpace = /^U\+(?:00A0|1680|200[0-9A]|202F|205F|3000)$/;

function named(code: string): string {
  const name = names[code];
  return name === undefined ? code : `${code} (${name})`;
}

/** Those that get into files by accident or by malice; the code of any other can be looked up. */
const names: Readonly<Record<string, string>> = {
  'U+0007': 'bell',
  'U+0008': 'backspace',
  'U+000D': 'carriage return',
  'U+001B': 'escape',
  'U+007F': 'delete',
  'U+0085': 'next line',
  'U+00A0': 'no-break space',
  'U+00AD': 'soft hyphen',
  'U+200B': 'zero width space',
  'U+200C': 'zero width non-joiner',
  'U+200D': 'zero width joiner',
  'U+200E': 'left-to-right mark',
  'U+200F': 'right-to-left mark',
  'U+2028': 'line separator',
  'U+2029': 'paragraph separator',
  'U+202A': 'left-to-right embedding',
  'U+202B': 'right-to-left embedding',
  'U+202C': 'pop directional formatting',
  'U+202D': 'left-to-right override',
  'U+202E': 'right-to-left override',
  'U+202F': 'narrow no-break space',
  'U+2060': 'word joiner',
  'U+2066': 'left-to-right isolate',
  'U+2067': 'right-to-left isolate',
  'U+2068': 'first strong isolate',
  'U+2069': 'pop directional isolate',
  'U+3000': 'ideographic space',
  'U+3164': 'Hangul filler',
  'U+FE0F': 'variation selector',
  'U+FEFF': 'zero width no-break space',
};
