import { accessGraph } from '../access/graph.ts';
import { configFolders, organizationFile } from '../config/reading/files.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import { Failure } from '../values/failure.ts';
import type { Commit, Repository } from '../tree/git.ts';
import { openRepository } from '../tree/git.ts';
import { meanwhile } from '../values/concurrency.ts';
import { bindingsInBoth } from '../manifests/kept-bindings.ts';
import { distFolder } from '../manifests/layout.ts';
import { sortedBy } from '../values/order.ts';
import type { Plan } from '../plan/plan.ts';
import { digestOf } from '../plan/report-of.ts';
import type { ReportSide } from '../plan/report.ts';
import { changeContext } from '../rules/change-context.ts';
import { rules } from '../rules/index.ts';
import type { BindingChange } from '../rules/rule.ts';
import type { ChangeVerdict } from '../rules/run.ts';
import { checkChange, countErrors } from '../rules/run.ts';
import type { Source } from '../source/source.ts';
import { baseFile } from '../source/source.ts';
import type { FileTree } from '../tree/tree.ts';
import { readAhead, worktree } from '../tree/tree.ts';
import { assertCheckedOut } from './checkout.ts';
import type { Io } from './io.ts';
import type { CheckedOrganization, ReadOrganization } from './organization.ts';
import { checkTree, hasErrors, readTree } from './organization.ts';

export interface ChangeOptions {
  /** A revision; default: where changes usually go to. */
  readonly base?: string;
  /** A revision, or `worktree`. */
  readonly head?: string;
  /** Codes of rules that are allowed to be broken by this change. */
  readonly allow?: readonly string[];
  readonly asOf?: string;
  /** The day for the base alone. */
  readonly baseAsOf?: string;
}

/** A change, read and judged. `judged` is undefined where the head has errors of its own: nobody knows what it means. */
export interface CheckedChange {
  readonly head: CheckedOrganization;
  /** Of both sides, those of the base by `baseFile`. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly judged?: {
    readonly plan: Plan;
    readonly verdicts: readonly ChangeVerdict[];
    /** Whether the base is the commit that the head is, or that the worktree is on. */
    readonly isSameCommit: boolean;
    /** What the report says of each side: worked out when it is asked for. */
    readonly sides: () => { readonly base: ReportSide; readonly head: ReportSide };
  };
}

/** Reads both sides of a change, and judges it. The base is read from Git's objects: no worktree is touched. */
export async function checkedChange(io: Io, options: ChangeOptions): Promise<CheckedChange> {
  const allowed = allowedCodes(options.allow ?? []);
  const opening = meanwhile(openRepository(io.dir, io.environment));
  const isOfWorktree = options.head === undefined || options.head === 'worktree';
  // Now, while Git does little: beside all that it is asked for next, reading takes longer.
  const files = isOfWorktree ? await readAhead(worktree(io.dir), [organizationFile], configFolders) : undefined;
  const checkout = isOfWorktree ? meanwhile(assertCheckedOut(io)) : undefined;
  const repository = await opening;
  const tip = await repository.commit(isOfWorktree ? 'HEAD' : options.head);
  const askedFor = options.base === undefined ? repository.defaultBase(tip) : repository.commit(options.base);
  const to = files ? 'worktree' : tip;
  const { named, left: from } = await baseOf(repository, await askedFor, tip);

  const asOf = options.asOf ?? io.today;
  // Git looks for what differs in `dist/` while the rest is read and checked.
  const changed = meanwhile(repository.changedPaths(distFolder, from, to));
  const committed = (commit: Commit): FileTree => repository.tree(commit, files && { held: files.held });
  const base = await readTree(io, committed(from), options.baseAsOf ?? asOf);
  const headTree = files ?? repository.tree(tip);
  const head = await checkTree(io, headTree, asOf, base);
  const sources = new Map([
    ...Array.from(base.sources, ([file, source]) => [baseFile(file), source] as const),
    ...head.sources,
  ]);
  await checkout;
  if (hasErrors(head.diagnostics)) return { head, sources };

  io.progress?.say('comparing both sides');
  const paths = new Set(await changed);
  // Of `dist/`, which is large, what differs is read and nothing else.
  const bindings = await changedBindings(
    { base: repository.tree(from, { only: paths }), head: files ?? repository.tree(tip, { only: paths }) },
    paths,
  );
  const before = { ...base, graph: accessGraph(base.desired, base.asOf) };
  const after = { ...head, graph: accessGraph(head.desired, head.asOf, before) };
  const context = changeContext(rules, before, after, bindings);
  // What has been taken back since the branch left its base is not to be had from there.
  const now = named.id === from.id ? base : await readTree(io, committed(named), asOf, base);
  const { exceptions, removals } = now.desired.organization;
  const permitted = { ...base.desired, organization: { ...base.desired.organization, exceptions, removals } };
  const judged = { ...context, before: { ...context.before, desired: permitted } };
  return {
    head,
    sources,
    judged: {
      plan: context.plan,
      verdicts: checkChange(rules, judged, allowed),
      isSameCommit: from.id === tip.id,
      sides: () => ({
        // A base from before the organization is no broken one.
        base: sideOf(from.name, from, base, base.sources.size === 0 ? 0 : countErrors(rules, base, head)),
        head:
          to === 'worktree'
            ? { ...sideOf('worktree', undefined, head, 0), checkedOut: tip.id }
            : sideOf(to.name, to, head, 0),
      }),
    },
  };
}

/** What to say of a verdict that was waived. */
export function waiverText({ waivedBy }: ChangeVerdict): string | undefined {
  if (waivedBy === undefined) return undefined;
  return waivedBy === 'allowed' ? '--allow' : `an exception of the base, until ${waivedBy.until}: ${waivedBy.reason}`;
}

/** The diagnostics of verdicts, with what waives them in their words. */
export function verdictDiagnostics(verdicts: readonly ChangeVerdict[]): Diagnostic[] {
  return verdicts.map((verdict) => {
    const waiver = waiverText(verdict);
    const { diagnostic } = verdict;
    return waiver === undefined
      ? diagnostic
      : { ...diagnostic, message: `${diagnostic.message} (waived by ${waiver})` };
  });
}

/**
 * The base that was named, or that changes usually go to, and where the head left it: the head is compared with that, so
 * that what the base has got since is not undone by it.
 */
async function baseOf(
  repository: Repository,
  named: Commit,
  tip: Commit,
): Promise<{ readonly named: Commit; readonly left: Commit }> {
  // Of one commit Git need not be asked.
  if (named.id === tip.id) return { named, left: named };
  const left = await repository.mergeBase(named, tip);
  return { named, left: left && left.id !== named.id ? left : named };
}

function allowedCodes(codes: readonly string[]): Set<string> {
  for (const code of codes) {
    const rule = rules.find((r) => r.code === code);
    if (rule?.level === 'change' && rule.waivable) continue;
    const why = !rule ? 'is no rule' : rule.level === 'change' ? 'cannot be waived' : 'is no rule about changes';
    throw new Failure('bad-arguments', `--allow: \`${code}\` ${why}`, {
      help: '`tenantry rules CODE` says of a rule whether it can be waived',
    });
  }
  return new Set(codes);
}

function sideOf(
  name: string,
  commit: Commit | undefined,
  { sources, files, asOf }: ReadOrganization,
  errors: number,
): ReportSide {
  const texts = [...Array.from(sources.values(), ({ file, text }) => [file, text] as const), ...files.certificates];
  return {
    name,
    commit: commit?.id ?? null,
    asOf,
    digest: digestOf(JSON.stringify(sortedBy(texts, ([file]) => file))),
    empty: sources.size === 0,
    errors,
  };
}

/** The bindings that both sides of `dist/` have in files that differ, where they may differ themselves. */
async function changedBindings(
  trees: { readonly base: FileTree; readonly head: FileTree },
  changed: ReadonlySet<string>,
): Promise<BindingChange[]> {
  const found: BindingChange[] = [];
  for (const path of changed) {
    if (!path.endsWith('.yaml')) continue;
    const [before, after] = [await textOf(trees.base, path), await textOf(trees.head, path)];
    const kept = bindingsInBoth(before, after);
    found.push(...kept.map((binding) => ({ path: path.slice(distFolder.length + 1), ...binding })));
  }
  return found;
}

/** A file's text; empty where there is none. */
async function textOf(tree: FileTree, path: string): Promise<string> {
  const result = await tree.read(path);
  return 'bytes' in result ? new TextDecoder().decode(result.bytes) : '';
}
