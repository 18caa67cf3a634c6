import { isShown } from './text.ts';
import { isKeyAt, keyAt, lineValue } from './yaml-inline.ts';
import type { Found, Mapping, Places, Value, ValueRanges } from './yaml-lines.ts';
import { blankOrComment, Lines, maxDepth, noteItem, noteKey, notPlain } from './yaml-lines.ts';

export type { Range, ValueRanges } from './yaml-lines.ts';

/**
 * Nearly every config file is written in a small, plain part of YAML: mappings and lists by indentation, `{ }` and `[ ]`,
 * names, numbers, quoted texts, blocks after `|` and `>`, comments; as people write them, and as the usual programs do. This
 * reads that part, twenty times as fast as a YAML parser, and gives undefined for every text with anything else in it, which
 * then goes to the parser. So what is not recognised costs time, and nothing can be read in two ways: of a text that this
 * reads, the parser gives the same value, and finds nothing wrong with it (`test/source/yaml-plain.test.ts`).
 */
export function readPlainYaml(text: string): Mapping | Value[] | undefined {
  return read(text)?.node;
}

/**
 * Finds what is at a path in a text that `readPlainYaml` reads, or as near to it as there is anything; undefined for all
 * other texts. The ranges are those that the parser gives, as far as the first line goes.
 */
export function rangesInPlainYaml(text: string): ((path: readonly (string | number)[]) => ValueRanges) | undefined {
  const places: Places = new Map();
  const root = read(text, places);
  return (
    root &&
    ((path) => {
      let found: Found = root;
      for (const step of path) {
        const next: Found | undefined = typeof found.node === 'object' ? places.get(found.node)?.get(step) : undefined;
        if (!next) break;
        found = next;
      }
      return found;
    })
  );
}

/** A line that says that the document begins here, as many programs write it first of all. */
const documentStart = /^---(?: *| +#.*)$/;

function read(text: string, places?: Places): (Found & { readonly node: Mapping | Value[] }) | undefined {
  // A text of visible characters has none of the problems that a text can have before it is parsed.
  if (!/^[\n\x20-\x7e]*$/.test(text) && !isShown(text)) return undefined;
  try {
    const reader = new Lines(text, places);
    let indentation = reader.indentation();
    if (indentation === 0 && documentStart.test(reader.line)) {
      reader.next();
      indentation = reader.indentation();
    }
    if (indentation !== 0) return undefined;
    const start = reader.offset;
    const node = block(reader, 0, 0);
    const { end } = reader;
    return reader.indentation() === -1 ? { node, value: [start, end] } : undefined;
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

/** The mapping or list of the lines that are indented so. */
function block(lines: Lines, indent: number, depth: number): Mapping | Value[] {
  if (depth > maxDepth) throw notPlain;
  return lines.line.startsWith('- ', indent) ? list(lines, indent, depth, 'alone') : mapping(lines, indent, depth);
}

/** A list alone at its indentation; or one below a key that is indented as it is, which the next key ends. */
function list(lines: Lines, indent: number, depth: number, where: 'alone' | 'below a key'): Value[] {
  const items: Value[] = [];
  for (let next = indent; next === indent; next = lines.indentation()) {
    const { line } = lines;
    if (!line.startsWith('- ', indent)) {
      if (where === 'alone') throw notPlain;
      break;
    }
    let at = indent + 2;
    while (line.charCodeAt(at) === 32) at++;
    if (isKeyAt(line, at)) {
      const start = lines.offset + at;
      lines.withoutDash(indent);
      items.push(mapping(lines, at, depth + 1));
      lines.start = start;
    } else items.push(lineValue(lines, at, indent, depth));
    if (lines.places) noteItem(lines.places, items, [lines.start, lines.end]);
  }
  if (lines.indentation() > indent) throw notPlain;
  // To the parser, a comment behind its last value is part of it.
  lines.end = lines.offset;
  return items;
}

function mapping(lines: Lines, indent: number, depth: number): Mapping {
  const map: Mapping = {};
  for (let next = indent; next === indent; next = lines.indentation()) {
    const { line, offset } = lines;
    const key = keyAt(line, indent, map);
    const after = indent + key.length + 1;
    const rest = line.slice(after);
    if (blankOrComment.test(rest)) {
      lines.next();
      const below = lines.indentation();
      if (below < indent) throw notPlain;
      const start = lines.offset + below;
      if (below > indent) map[key] = block(lines, below, depth + 1);
      else if (lines.line.startsWith('- ', indent)) map[key] = list(lines, indent, depth + 1, 'below a key');
      else throw notPlain;
      lines.start = start;
    } else {
      const text = lines.blockText(rest, indent);
      if (text === undefined) map[key] = lineValue(lines, after + 1, indent, depth + 1);
      else {
        map[key] = text;
        lines.start = offset + after + 1;
      }
    }
    if (lines.places) noteKey(lines.places, map, key, offset + indent, [lines.start, lines.end]);
  }
  if (lines.indentation() > indent) throw notPlain;
  lines.end = lines.offset;
  return map;
}
