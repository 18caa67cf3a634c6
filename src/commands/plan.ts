import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from '../values/failure.ts';
import { sortedBy } from '../values/order.ts';
import { onSystem } from '../values/system-error.ts';
import { originsOf, reportOf } from '../plan/report-of.ts';
import type { PlanReport, ReportVerdict } from '../plan/report.ts';
import { gravity, repeatedByItem } from '../rules/index.ts';
import { jsonText } from '../render/text.ts';
import { formatPlace } from '../source/diagnostic.ts';
import type { ChangeOptions, CheckedChange } from '../app/change.ts';
import { onClusters } from '../app/by-hand.ts';
import { checkedChange, waiverText } from '../app/change.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { lineFinder, pathFrom, place, printDiagnostics, styleOf } from '../app/organization.ts';

export interface PlanOptions extends ChangeOptions {
  readonly format: 'human' | 'markdown' | 'json';
  readonly exitCode?: true;
  /** The file to write to. */
  readonly out?: string;
  /** A plan that was written as JSON, to be printed. */
  readonly from?: string;
  /** A kubeconfig, to ask the clusters in it what is in namespaces that are new, marked for deletion or deleted. */
  readonly kubeconfig?: string;
}

/** `tenantry plan`: what a change means for people's access. */
export async function plan(io: Io, options: PlanOptions): Promise<number> {
  // Loaded while Git is asked.
  const renderer = rendererFor(io, options);
  const report =
    options.from === undefined ? await reportOnChange(io, options) : await readPlan(resolve(io.cwd, options.from));
  if (!report) return exit.problems;
  const text = (await renderer)(report);
  if (options.out === undefined) io.out.write(text);
  else {
    const file = resolve(io.cwd, options.out);
    onSystem(`write ${file}`, () => {
      writeFileSync(file, text);
    });
  }
  if (report.summary.refused > 0) return exit.problems;
  return options.exitCode && report.items.length > 0 ? exit.differences : exit.clean;
}

async function reportOnChange(io: Io, options: PlanOptions): Promise<PlanReport | undefined> {
  const change = await checkedChange(io, options);
  const { head, sources, judged } = change;
  if (!judged) {
    await printDiagnostics(io, io.err, head, head.diagnostics);
    io.err.write('There is no plan: of a config that is wrong nobody can say what access it gives.\n');
    return undefined;
  }
  const report = reportOf(judged.plan, {
    ...judged.sides(),
    verdicts: await reportVerdicts(io, change, judged.verdicts),
    onClusters: await onClusters(judged.plan),
    lineOf: await lineFinder(io, sources, originsOf(judged.plan)),
  });
  if (options.kubeconfig === undefined) return report;
  const { withContents } = await import('../app/live-contents.ts');
  return withContents(io, report, judged.plan, resolve(io.cwd, options.kubeconfig));
}

async function reportVerdicts(
  io: Io,
  { sources }: CheckedChange,
  verdicts: NonNullable<CheckedChange['judged']>['verdicts'],
): Promise<ReportVerdict[]> {
  const pathOf = pathFrom(io);
  const placed = await place(
    verdicts.map((verdict) => ({ ...verdict.diagnostic, verdict })),
    sources,
  );
  return sortedBy(placed, ({ code }) => gravity(code)).map(
    ({ code, rule, severity, message, help, primary, related, verdict }) => ({
      code,
      rule,
      severity,
      message,
      help: help ?? null,
      at: formatPlace(primary, pathOf),
      related: related.map((label) => ({ at: formatPlace(label, pathOf), message: label.message ?? '' })),
      waivedBy: waiverText(verdict) ?? null,
      items: [...verdict.items],
    }),
  );
}

/** Only the renderer that is asked for is loaded. */
async function rendererFor(io: Io, { format, out }: PlanOptions): Promise<(report: PlanReport) => string> {
  switch (format) {
    case 'json':
      return jsonText;
    case 'markdown': {
      const { markdownPlan } = await import('../render/plan/markdown.ts');
      return (report) => markdownPlan(report, repeatedByItem);
    }
    case 'human': {
      const { humanPlan } = await import('../render/plan/human.ts');
      const { plainStyle } = await import('../render/style.ts');
      return (report) =>
        out === undefined
          ? humanPlan(report, repeatedByItem, styleOf(io.out), io.out.width)
          : humanPlan(report, repeatedByItem, plainStyle);
    }
  }
}

/** No plan comes near this size (in bytes). */
const mostPlanBytes = 100 * 1024 * 1024;

async function readPlan(file: string): Promise<PlanReport> {
  const { readReport } = await import('../plan/read-report.ts');
  const stat = onSystem(`look at ${file}`, () => statSync(file, { throwIfNoEntry: false }));
  if (!stat?.isFile()) throw new Failure('bad-arguments', `there is no file ${file}`);
  if (stat.size > mostPlanBytes) throw new Failure('bad-arguments', `${file} is too large for a plan`);
  const result = readReport(onSystem(`read ${file}`, () => readFileSync(file, 'utf8')));
  if ('report' in result) return result.report;
  throw new Failure('bad-arguments', `${file} is no plan of this version: ${result.problem}`, {
    help: 'write one with `tenantry plan --format json --out <file>`',
  });
}
