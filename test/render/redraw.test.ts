import { describe, expect, it } from 'vitest';
import { fittedView, redrawn } from '../../src/render/live/redraw.ts';

const screen = { width: 10, height: 8 };

describe('redrawn', () => {
  it('goes up by rows, not by lines, at the width that the terminal has now', () => {
    const before = 'a\n0123456789\n0123456789a\n\n';
    expect(redrawn(before, 'b\n', screen)).toBe('\u001b[5A\rb\u001b[K\n\u001b[J');
    expect(redrawn(before, 'b\n', { ...screen, width: 20 })).toBe('\u001b[4A\rb\u001b[K\n\u001b[J');
    expect(redrawn('', 'b\n', screen)).toBe('\rb\u001b[K\n\u001b[J');
  });

  it('clears nothing behind a row that is full, for the cursor is still on its last character', () => {
    expect(redrawn('', '0123456789\n\n\u001b[1m0123456789\u001b[22m\n', screen)).toBe(
      '\r0123456789\n\u001b[K\n\u001b[1m0123456789\u001b[22m\n\u001b[J',
    );
  });
});

describe('fittedView', () => {
  it('is the whole view where it fits', () => {
    expect(fittedView('a\nb\n\nsum\n', 'last', screen)).toBe('a\nb\n\nsum\nlast\n');
  });

  it('leaves out rows of the table before what is said below it', () => {
    expect(fittedView('a\nb\nc\nd\ne\n\nsum\nunknown\n', 'last', screen)).toBe(
      'a\nb\n… 3 more lines\n\nsum\nunknown\nlast\n',
    );
  });

  it('never takes more rows than there are, and counts what it leaves out of the rest too', () => {
    expect(fittedView('a\nb\nc\n\n1\n2\n3\n4\n5\n6\n', 'last', { ...screen, width: 20 })).toBe(
      'a\n… 2 more lines\n\n1\n2\n… 4 more lines\nlast\n',
    );
  });
});
