import { accessGraph } from '../../src/access/graph.ts';
import { readConfigFiles, sourcesOf } from '../../src/config/reading/files.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import { placeDiagnostics } from '../../src/source/diagnostic.ts';
import type { Diagnostic } from '../../src/source/diagnostic.ts';
import type { ReportSide } from '../../src/plan/report.ts';
import type { Side } from '../../src/rules/change-context.ts';
import { changeContext } from '../../src/rules/change-context.ts';
import { exampleDay, exampleSides } from './examples.ts';
import { rules } from '../../src/rules/index.ts';
import type { ChangeExample, ExampleFiles } from './examples.ts';
import type { BindingChange, ChangeContext } from '../../src/rules/rule.ts';
import type { ChangeVerdict } from '../../src/rules/run.ts';
import { checkChange } from '../../src/rules/run.ts';
import type { Source } from '../../src/source/source.ts';
import { baseFile, parseYaml, yamlLocator } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';

export interface ExampleChange {
  readonly context: ChangeContext;
  /** Of both sides: those of the base by `baseFile`. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly verdicts: readonly ChangeVerdict[];
  /** What was found and not waived, without the rest of the verdicts. */
  readonly found: readonly Diagnostic[];
}

/** A change in the example organization: `after` is laid over `before`. Only YAML. */
export async function exampleChange(example: ChangeExample, allowed: readonly string[] = []): Promise<ExampleChange> {
  const { before, after } = exampleSides(example);
  return changeBetween(before, after, { allowed, ...example });
}

/** A change between two trees of files, whole. */
export async function changeBetween(
  before: Readonly<Record<string, string | Uint8Array>>,
  after: Readonly<Record<string, string | Uint8Array>>,
  options: {
    readonly asOf?: string;
    readonly allowed?: readonly string[];
    readonly bindings?: readonly BindingChange[];
  } = {},
): Promise<ExampleChange> {
  const { asOf = exampleDay, allowed = [], bindings = [] } = options;
  const { base, head } = await sidesApart(before, after, asOf);
  const context = changeContext(rules, base, head, bindings);
  const verdicts = checkChange(rules, context, new Set(allowed));
  const sources = new Map([
    ...Array.from(sourcesOf(base.files), ([file, source]) => [baseFile(file), source] as const),
    ...sourcesOf(head.files),
  ]);
  return {
    context,
    sources,
    verdicts,
    found: verdicts.filter(({ waivedBy }) => waivedBy === undefined).map(({ diagnostic }) => diagnostic),
  };
}

/** What is said of a change, as people see it: `tenants/solar.yaml:12:18 error TEN502 message`, in the order of files. */
export async function placedVerdicts(before: ExampleFiles, after: ExampleFiles, allowed?: readonly string[]) {
  const { verdicts, sources } = await exampleChange({ before, after }, allowed);
  const locate = (source: Source) => Promise.resolve(yamlLocator(source));
  const placed = await placeDiagnostics(
    verdicts.map(({ diagnostic }) => diagnostic),
    sources,
    locate,
  );
  return placed.map(({ code, severity, message, primary: { file, span } }) => {
    const place = span ? `:${span.start.line}:${span.start.column}` : '';
    return `${file}${place} ${severity} ${code} ${message}`;
  });
}

export interface Sides {
  readonly base: Side;
  readonly head: Side;
}

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Both sides of a change, each read as if there were no other. */
export async function sidesApart(before: Files, after: Files, asOf: string, baseAsOf = asOf): Promise<Sides> {
  const [base, head] = await Promise.all([side(before, baseAsOf), side(after, asOf)]);
  return { base, head };
}

/** Both sides of a change as `plan` reads them: what the head has in the same words as the base is the same value. */
export async function sidesTogether(before: Files, after: Files, asOf: string, baseAsOf = asOf): Promise<Sides> {
  const base = await side(before, baseAsOf);
  return { base, head: await side(after, asOf, base) };
}

async function side(files: Files, asOf: string, known?: Side): Promise<Side> {
  const read = await readConfigFiles(
    memoryTree(files),
    (file, text) => Promise.resolve(parseYaml(file, text)),
    known && { base: known.files },
  );
  const desired = resolve(read, known);
  return { files: read, desired, asOf, graph: accessGraph(desired, asOf, known) };
}

/** A side of a plan's report that says nothing, for reports that are made from a plan alone. */
export const plainSide: ReportSide = {
  name: 'HEAD',
  commit: null,
  asOf: exampleDay,
  digest: `sha256:${'0'.repeat(64)}`,
  empty: false,
  errors: 0,
};
