import { isBuiltin, SourceMap } from 'node:module';
import { posix } from 'node:path';
import type { BuildFailure, Location, Message, OnResolveArgs, Plugin } from 'esbuild';
import { Failure } from '../../values/failure.ts';
import type { SourceProblem } from '../../source/source.ts';
import type { Span } from '../../source/text.ts';
import { firstLineEnd, spanAt, textProblems } from '../../source/text.ts';
import type { FileTree } from '../../tree/tree.ts';
import { defineCluster, defineTenant } from '../define.ts';
import { atMost } from '../../values/concurrency.ts';
import { linesBefore } from './guest.ts';
import { because, scriptName } from './reported.ts';

/** One script, of a TypeScript config file and the shared files that it imports, and the way back to their lines. */
export interface Bundle {
  readonly code: string;
  /** The place in the config file that a stack trace of its script leads to. */
  readonly trace: (stack: string) => Traced;
}

/** A place in the config file, and the place in a shared file that was reached from there, if any. */
export interface Traced {
  readonly span: Span;
  readonly inside?: string;
}

/** What is wrong in a config file; `detail` is a sentence. */
export type Flaw = Omit<SourceProblem, 'kind'>;

/** The variable that holds what the file exports. */
export const exportedName = '__exported';

/**
 * The most bytes of a TypeScript file: code for a config is short. The compiler needs more than a kilobyte of stack for
 * each level of nesting, and its process, which all evaluations share, ends when it has used up a gigabyte.
 */
export const maxScriptSize = 128 * 1024;

/** Shared code lies beside the config files, where the same people review it, and its name begins with an underscore. */
const sharedFile = /^(?:clusters|tenants)\/_[\w.-]*(?<!\.d)\.ts$/;

/** The namespace of esbuild for what comes from the tree. */
const fromTree = 'tree';

/**
 * Compiles a TypeScript config file into one script that imports nothing: `tenantry` and shared files become part of
 * it, and anything else is a flaw. Types are dropped, not checked: that is the work of `tsc`, in the editor and in CI.
 */
export async function bundle(
  file: string,
  text: string,
  tree: FileTree,
  timeoutMs: number,
): Promise<Bundle | readonly Flaw[]> {
  const start = firstLine(text);
  if (Buffer.byteLength(text) > maxScriptSize) {
    return [{ span: start, detail: `it is larger than ${maxScriptSize / 1024} KiB: code for a config is short` }];
  }
  const modules = modulesOf(file, text, tree);
  const compiled = await compiling(() => compile(file, modules.plugin, timeoutMs));
  if (!compiled) return [{ span: start, detail: `compiling it did not finish within ${timeoutMs / 1000} s` }];
  // What the compiler only warns of (a key that is there twice, a condition that never holds) is never meant.
  const { messages, script, map } = compiled;
  if (messages.length > 0) return messages.map((message) => modules.flaw(message));
  return { code: script, trace: (stack) => modules.trace(framesOf(stack, script, map)) };
}

/** The compiler's process is one for all, and ending it, when it takes too long, ends everything that it does. */
const compiling = atMost(1);

/** Compiles a file and what it imports; gives undefined when that takes too long. */
async function compile(file: string, plugin: Plugin, timeoutMs: number): Promise<Compiled | undefined> {
  const esbuild = await import('esbuild');
  const building = esbuild.build({
    entryPoints: [file],
    outfile: 'config.js',
    bundle: true,
    write: false,
    format: 'iife',
    globalName: exportedName,
    platform: 'neutral',
    target: 'es2023',
    // So that what is asynchronous uses `Promise`, which is not there, and `import()` uses `require`.
    supported: { 'async-await': false, 'async-generator': false, 'for-await': false, 'dynamic-import': false },
    // All of the code runs, or is seen to be wrong.
    treeShaking: false,
    banner: { js: '"use strict";' },
    sourcemap: 'external',
    sourcesContent: false,
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: '{}',
    logLevel: 'silent',
    plugins: [plugin],
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, timeoutMs);
  });
  try {
    const result = await Promise.race([building, late]);
    if (!result) {
      await esbuild.stop();
      return undefined;
    }
    const output = (ending: string) => result.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
    return { messages: result.warnings, script: output('.js'), map: sourceMap(output('.map')) };
  } catch (error) {
    if (!isBuildFailure(error)) throw new Failure('io', 'the compiler of TypeScript files has ended', { cause: error });
    return { messages: error.errors, script: '', map: sourceMap('{}') };
  } finally {
    clearTimeout(timer);
  }
}

interface Compiled {
  readonly messages: readonly Message[];
  readonly script: string;
  readonly map: SourceMap;
}

interface Frame {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 0; undefined for the whole line. */
  readonly column: number | undefined;
}

/** As places are written everywhere: `file:line:column`, from 1. */
function shown({ file, line, column }: Frame): string {
  return `${file}:${line}${column === undefined ? '' : `:${column + 1}`}`;
}

/** What a frame of a stack points at, where that is more than a keyword: `process.env.HOME`, `new Error`. */
const nameAt = /^(?!(?:const|let|var|class|throw|return|for|while|if|export)\b)(?:new )?[\w$.]+/;

/** The modules of one config file: how they are found, and how places in them become places in the config file. */
function modulesOf(entry: string, entryText: string, tree: FileTree) {
  const texts = new Map([[entry, entryText]]);
  /** By shared file, the first import of it. */
  const imports = new Map<string, { readonly importer: string; readonly specifier: string }>();

  const refusal = async ({ kind, path: specifier, importer }: OnResolveArgs, path: string) => {
    if (kind === 'dynamic-import') return `config files may not use \`import()\`: ${because.atOnce}`;
    if (kind !== 'import-statement') return 'config files may not use `require`: they import with `import … from`';
    if (isBuiltin(specifier)) return `config files may not import \`${specifier}\`: ${because.closed}`;
    if (!/^\.\.?\//.test(specifier)) {
      return `config files may not import \`${specifier}\`: they import only \`tenantry\` and shared files beside them`;
    }
    if (path.startsWith('../')) return `\`${specifier}\` is outside the organization's folder`;
    if (/\/_[^/.]*(?:\.[cm]?js)?$/.test(path)) {
      return `\`${specifier}\` does not name a \`.ts\` file: write \`${specifier.replace(/\.[cm]?js$/, '')}.ts\``;
    }
    if (!sharedFile.test(path)) {
      return `\`${specifier}\` is no shared file: those are the files of \`tenants\` and \`clusters\` whose names begin with \`_\` and end with \`.ts\``;
    }
    const entries = await tree.list(posix.dirname(path));
    const kindOfEntry = entries.find((one) => one.path === path)?.kind;
    if (kindOfEntry === undefined) return `there is no file \`${path}\``;
    if (kindOfEntry !== 'file') return `\`${path}\` is a ${kindOfEntry}, not a file`;
    imports.set(path, { importer, specifier });
    return readShared(path);
  };

  /** Reads a shared file into `texts`, or says why it cannot be used. */
  const readShared = async (path: string): Promise<string | undefined> => {
    const result = await tree.read(path);
    if ('failure' in result) return `\`${path}\` cannot be read: ${result.detail}`;
    if (result.bytes.length > maxScriptSize) return `\`${path}\` is larger than ${maxScriptSize / 1024} KiB`;
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(result.bytes);
    } catch {
      return `\`${path}\` is not UTF-8 text`;
    }
    const hidden = textProblems(text).find(({ kind }) => kind === 'invisible-character' || kind === 'byte-order-mark');
    if (hidden) {
      const { line, column } = hidden.span.start;
      return `\`${path}:${line}:${column}\` holds an invisible character${hidden.detail && `, ${hidden.detail}`}`;
    }
    texts.set(path, text);
    return undefined;
  };

  const plugin: Plugin = {
    name: 'config',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.kind === 'entry-point') return { path: entry, namespace: fromTree };
        if (args.kind === 'import-statement' && args.path === 'tenantry') {
          return { path: 'tenantry', namespace: 'package' };
        }
        const path = posix.join(posix.dirname(args.importer), args.path);
        if (args.kind === 'import-statement' && path !== entry && texts.has(path)) return { path, namespace: fromTree };
        const text = await refusal(args, path);
        return text === undefined ? { path, namespace: fromTree } : { errors: [{ text }] };
      });
      build.onLoad({ filter: /.*/, namespace: fromTree }, ({ path }) => ({
        contents: texts.get(path) ?? '',
        loader: 'ts',
      }));
      build.onLoad({ filter: /.*/, namespace: 'package' }, () => ({ contents: tenantryModule, loader: 'js' }));
    },
  };

  /** The import, in the config file, by which a shared file came in. */
  const importSpan = (file: string): Span => {
    const found = imports.get(file);
    if (!found) return firstLine(entryText);
    if (found.importer !== entry) return importSpan(found.importer);
    const at = Math.max(entryText.indexOf(`'${found.specifier}'`), entryText.indexOf(`"${found.specifier}"`));
    return at === -1 ? firstLine(entryText) : spanAt(entryText, at, at + found.specifier.length + 2);
  };

  const spanOf = ({ line, column }: Frame, length?: number): Span => {
    const from = offsetAt(entryText, line, column ?? 0);
    if (length !== undefined) return spanAt(entryText, from, from + length);
    const name = nameAt.exec(entryText.slice(from, from + 200));
    return name ? spanAt(entryText, from, from + name[0].length) : lineSpan(entryText, from);
  };

  /** esbuild counts bytes. */
  const placed = ({ file, line, column, length, lineText }: Location) => {
    const bytes = Buffer.from(lineText);
    const units = (from: number, to: number): number => bytes.subarray(from, to).toString().length;
    const place = { file: file.replace(`${fromTree}:`, ''), line, column: units(0, column) };
    return { place, length: units(column, column + length) };
  };

  return {
    plugin,
    flaw({ id, text, location, notes }: Message): Flaw {
      if (!location) return { span: firstLine(entryText), detail: wording(id, text) };
      const { place, length } = placed(location);
      if (place.file !== entry) {
        return { span: importSpan(place.file), detail: `${wording(id, text)}, at ${shown(place)}` };
      }
      const other = notes[0]?.location && placed(notes[0].location);
      return {
        span: spanOf(place, length),
        detail: wording(id, text),
        ...(other?.place.file === entry && { other: spanOf(other.place, other.length) }),
      };
    },
    trace(frames: readonly Frame[]): Traced {
      const [first] = frames;
      const own = frames.find(({ file }) => file === entry);
      const span = own ? spanOf(own) : importSpan(first?.file ?? entry);
      if (!first || first.file === entry) return { span };
      return { span, inside: shown(first) };
    },
  };
}

/** What `import … from 'tenantry'` gives. */
const tenantryModule = `
export const defineTenant = ${defineTenant.toString()};
export const defineCluster = ${defineCluster.toString()};
`;

/** The compiler's message as a sentence of ours. */
function wording(id: string, text: string): string {
  if (text.startsWith('Top-level await')) return `config files may not use \`await\`: ${because.atOnce}`;
  if (id === 'empty-import-meta') return `config files may not use \`import.meta\`: ${because.closed}`;
  if (id === 'direct-eval') return 'config files may not use `eval`: they may not make code from text';
  return lowerFirst(text)
    .replaceAll(/"(?:tree|package):/g, '"')
    .replace(/"([^"`]+)"/g, '`$1`');
}

/** A sentence of others' that begins as ours do, unless with a name: `Expected ";"`, but `JSX`. */
export function lowerFirst(sentence: string): string {
  return sentence.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** Places in the evaluated script, as stack traces give them. */
const placesInScript = new RegExp(`\\b${scriptName}:(\\d+)(?::(\\d+))?`, 'g');

/** The frames of a stack trace of a script that lie in files of the tree. */
function framesOf(stack: string, script: string, map: SourceMap): Frame[] {
  const lines = script.split('\n');
  const places: Frame[] = [];
  for (const [, lineOfScript, column] of stack.matchAll(placesInScript)) {
    const line = Number(lineOfScript) - linesBefore - 1;
    const text = lines[line];
    if (text === undefined) continue;
    const entry = map.findEntry(line, column === undefined ? Infinity : nameBefore(text, Number(column) - 1));
    // A line of the compiler's own has no place: what is found then is the end of an earlier line.
    if (!('originalSource' in entry) || entry.generatedLine !== line) continue;
    const [namespace, file] = entry.originalSource.split(':', 2);
    if (namespace !== fromTree || file === undefined) continue;
    const at = column === undefined ? undefined : entry.originalColumn;
    places.push({ file, line: entry.originalLine + 1, column: at });
  }
  return places;
}

/** Where the name begins that a call or an access, which the interpreter gives the column of, is of. It counts code points. */
function nameBefore(line: string, column: number): number {
  const at = Array.from(line).slice(0, column).join('').length;
  if (line[at] === '.') return at + 1;
  if (line[at] !== '(') return at;
  const name = /(?:\bnew )?[\p{ID_Continue}$]+$/u.exec(line.slice(0, at));
  return name ? name.index : at;
}

function sourceMap(text: string): SourceMap {
  const map: unknown = JSON.parse(text);
  const field = (key: string): unknown =>
    typeof map === 'object' && map !== null ? Object.getOwnPropertyDescriptor(map, key)?.value : undefined;
  const sources = field('sources');
  const mappings = field('mappings');
  return new SourceMap({
    file: '',
    version: 3,
    sources: Array.isArray(sources) ? sources.map(String) : [],
    sourcesContent: [],
    names: [],
    mappings: typeof mappings === 'string' ? mappings : '',
    sourceRoot: '',
  });
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && 'warnings' in error;
}

/** The offset of a line (from 1) and a column (from 0), with lines ended as JavaScript ends them. */
function offsetAt(text: string, line: number, column: number): number {
  let start = 0;
  let lines = 1;
  for (const end of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) {
    if (lines++ === line) return Math.min(start + column, end.index);
    start = end.index + end[0].length;
  }
  return Math.min(start + column, text.length);
}

/** The first line that is not blank. */
export function firstLine(text: string): Span {
  return lineSpan(text, text.search(/\S/));
}

/** From `offset` to the end of its line, without the space around. */
function lineSpan(text: string, offset: number): Span {
  const line = text.slice(offset, firstLineEnd(text, offset, text.length));
  return spanAt(text, offset + line.length - line.trimStart().length, offset + line.trimEnd().length);
}
