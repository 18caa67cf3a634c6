/** A mapping, a list or a scalar as plain YAML has them. */
export type Value = string | number | boolean | Value[] | Mapping;

export interface Mapping {
  [key: string]: Value;
}

/** From where to where something is written, as offsets. */
export type Range = readonly [start: number, end: number];

/** Where a value is written, and the key or the item of a list that leads to it. */
export interface ValueRanges {
  readonly key?: Range;
  readonly value?: Range;
}

/** What was read, and where it is. */
export interface Found extends ValueRanges {
  readonly node: Value;
}

/** What is in each mapping and each list, by key or index. */
export type Places = Map<Mapping | Value[], Map<string | number, Found>>;

/** Notes the last item of a list. */
export function noteItem(places: Places, items: Value[], range: Range): void {
  const [node] = items.slice(-1);
  if (node !== undefined) note(places, items, items.length - 1, { key: range, value: range, node });
}

/** Notes the value of a key that is written at `start`. */
export function noteKey(places: Places, map: Mapping, key: string, start: number, value: Range): void {
  const node = map[key];
  if (node !== undefined) note(places, map, key, { key: [start, start + key.length], value, node });
}

function note(places: Places, parent: Mapping | Value[], step: string | number, found: Found): void {
  const there = places.get(parent) ?? new Map<string | number, Found>();
  places.set(parent, there.set(step, found));
}

/** Thrown for whatever is not in the plain part. One value, because making an Error costs more than most files. */
export const notPlain = new Error('not plain YAML');

/** Far less than what the parser lets through. */
export const maxDepth = 20;

export const blankOrComment = /^ *(?:#|$)/;

/** What stands at the head of a block text: how its lines are joined, and whether it ends in a line break. */
const blockHead = /^ ([|>])(-?)$/;

/** The lines of a text, and which of them is next. */
export class Lines {
  /** Where the next line begins in the text. */
  offset = 0;
  /** Where the value that was read last begins, and ends. */
  start = 0;
  end = 0;
  /** Where places are noted, if anybody wants to know them. */
  readonly places: Places | undefined;
  private at = 0;
  private readonly lines: string[];
  private readonly length: number;

  constructor(text: string, places?: Places) {
    this.lines = text.split('\n');
    this.length = text.length;
    this.places = places;
  }

  /** The next line. */
  get line(): string {
    return this.lines[this.at] ?? '';
  }

  get isAtEnd(): boolean {
    return this.at >= this.lines.length;
  }

  /** The indentation of the next line that says something; -1 when there is none. */
  indentation(): number {
    while (this.at < this.lines.length && blankOrComment.test(this.line)) this.next();
    return this.at < this.lines.length ? indentationOf(this.line) : -1;
  }

  next(): void {
    // The last line may have no line break.
    this.offset = Math.min(this.offset + this.line.length + 1, this.length);
    this.at++;
  }

  /** Puts a space in place of a dash: what follows it is indented like the lines below it. */
  withoutDash(dash: number): void {
    const { line } = this;
    this.lines[this.at] = `${line.slice(0, dash)} ${line.slice(dash + 1)}`;
  }

  /**
   * The text of a block after `|` or `>`, with or without `-`, below a key with this indentation; undefined where what
   * follows the key is no head of one.
   */
  blockText(head: string, parent: number): string | undefined {
    const found = blockHead.exec(head);
    if (!found) return undefined;
    const { 1: style, 2: strip } = found;
    this.next();
    const lines = this.blockLines(parent);
    this.end = this.offset;
    return `${style === '|' ? lines.join('\n') : folded(lines)}${strip === '-' ? '' : '\n'}`;
  }

  private blockLines(parent: number): string[] {
    const indent = indentationOf(this.line);
    if (indent <= parent || indent === this.line.length) throw notPlain;
    const taken: string[] = [];
    while (!this.isAtEnd && (this.line === '' || indentationOf(this.line) >= indent)) {
      taken.push(this.line.slice(indent));
      this.next();
    }
    // Without a line break at its end, or between what is in the block and what is not: only the parser knows.
    if (this.isAtEnd && taken.at(-1) !== '') throw notPlain;
    if (!this.isAtEnd && indentationOf(this.line) > parent) throw notPlain;
    while (taken.at(-1) === '') taken.pop();
    if (taken.some((line) => line !== '' && line.trim() === '')) throw notPlain;
    return taken;
  }
}

/** Lines after `>`: those that follow each other are one, and so many empty ones are as many line breaks. */
function folded(lines: readonly string[]): string {
  // Where a line is indented further, or ends in a space, other rules hold.
  if (lines.some((line) => /^ | $/.test(line))) throw notPlain;
  let text = '';
  let join = '';
  for (const line of lines) {
    if (line === '') join = join === ' ' ? '\n' : `${join}\n`;
    else {
      text += join + line;
      join = ' ';
    }
  }
  return text;
}

export function indentationOf(line: string): number {
  let indent = 0;
  while (line.charCodeAt(indent) === 32) indent++;
  return indent;
}
