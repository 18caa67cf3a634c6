/** Text for Markdown that anybody else has written: nothing in it becomes Markdown, a mention or HTML. */
import type { Piece } from './plan/piece.ts';
import { prose, visible } from './text.ts';

/** Pieces of a sentence: names in code, what stands out in bold. */
export function shown(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return escaped(piece);
      if ('name' in piece) return code(piece.name);
      return `**${'main' in piece ? code(piece.main) : escaped(piece.strong)}**`;
    })
    .join('');
}

/** A name as code, whatever it holds: the fence is longer than any run of backquotes in it. */
export function code(text: string): string {
  const shownText = visible(text).slice(0, 300);
  const longest = Math.max(0, ...Array.from(shownText.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = longest > 0 ? ' ' : '';
  return shownText === '' ? '(empty)' : `${fence}${padding}${shownText}${padding}${fence}`;
}

/** Prose that stays prose; what is in backquotes becomes code. */
export function escaped(text: string): string {
  return prose(text)
    .split(/(`[^`]+`)/)
    .map((part, i) => (i % 2 === 1 ? part : part.replace(/[\\`*_{}[\]<>|~@#&$]|:(?=\/\/)|(?<=\bwww)\./gi, plain)))
    .join('');
}

/** Characters that Markdown or HTML would take for something, as themselves. */
function plain(character: string): string {
  if (character === '<') return '&lt;';
  if (character === '>') return '&gt;';
  if (character === '&') return '&amp;';
  // GitHub looks for mentions, issues and addresses in what is rendered: only something in between stops it.
  if (/[@#:.]/.test(character)) return `${character}<!-- -->`;
  return `\\${character}`;
}
