import { join, resolve } from 'node:path';
import { connect } from '../cluster/api.ts';
import type { Api } from '../cluster/api.ts';
import type { Outcome } from '../cluster/dry-run.ts';
import { isSameServer, readContext } from '../cluster/kubeconfig.ts';
import type { KubeContext } from '../cluster/kubeconfig.ts';
import type { NotChecked, TypeCheck } from '../cluster/policies.ts';
import { verifyObjects } from '../cluster/verify.ts';
import type { Verification } from '../cluster/verify.ts';
import type { Cluster, DesiredState } from '../config/model/desired-state.ts';
import { didYouMean } from '../source/diagnostic.ts';
import { Failure } from '../values/failure.ts';
import { compareDist, readDist } from '../synth/dist.ts';
import { apiServerFolder, distFolder, isForOperator, placeOf } from '../manifests/layout.ts';
import { render } from '../manifests/render.ts';
import type { ManifestFile, ManifestObject } from '../manifests/manifest-file.ts';
import { groupedBy } from '../values/order.ts';
import { counted } from '../source/text.ts';
import type { Column } from '../render/table.ts';
import { table } from '../render/table.ts';
import { jsonText, prose } from '../render/text.ts';
import { rules } from '../rules/index.ts';
import { checkRendered } from '../rules/run.ts';
import { reasonsOf, shortened } from '../app/access-rows.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import type { CheckedOrganization } from '../app/organization.ts';
import { graphOrProblems, hasErrors, lineFinder, printDiagnostics, styleOf } from '../app/organization.ts';

export interface VerifyOptions {
  readonly kubeconfig: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly as?: string;
  readonly format: 'table' | 'json';
  readonly asOf?: string;
}

/** `tenantry verify`: what a live API server says to a cluster's manifests. It changes nothing there. */
export async function verify(io: Io, options: VerifyOptions): Promise<number> {
  const context = await readContext(resolve(io.cwd, options.kubeconfig), options.context);
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  const { desired, asOf, sources } = checked;
  const named = options.cluster === undefined ? undefined : clusterNamed(desired, options.cluster);
  const { files, objects: all } = render(desired, asOf);
  const problems = checkRendered(rules, all);
  if (hasErrors(problems)) {
    await printDiagnostics(io, io.err, checked, problems);
    return exit.problems;
  }

  const cluster = named ?? clusterAt(desired, context);
  const api = await connect(context, options.as);
  try {
    // Argo CD does not apply what is its operator's to apply, and may not.
    const isAsked =
      api.user === cluster.syncIdentity
        ? ({ path }: ManifestObject): boolean => !isForOperator(path)
        : (): boolean => true;
    const objects = all.filter((object) => object.cluster === cluster.name && isAsked(object));
    const report: Report = {
      cluster,
      context,
      api,
      ...(await withProgress(io, objects.length, (onDone) => verifyObjects(api, objects, onDone))),
      because: await becauseFinder(io, checked, objects),
      notes: await notesOn(io, { cluster, context, api, files, sources }),
    };
    io.out.write(options.format === 'json' ? jsonReport(report) : humanReport(io, report));
    return isClean(report) ? exit.clean : exit.problems;
  } finally {
    api.close();
  }
}

/** All that there is to say about a cluster. */
interface Report extends Verification {
  readonly cluster: Cluster;
  readonly context: KubeContext;
  readonly api: Api;
  /** The config lines that led to an object. */
  readonly because: (object: ManifestObject) => readonly string[];
  /** What else a reader should know, as sentences. */
  readonly notes: readonly string[];
}

function isClean({ outcomes, typeChecks }: Verification): boolean {
  const isBad = ({ result }: Outcome): boolean => result === 'refused' || result === 'no-answer';
  return !outcomes.some(isBad) && typeChecks.every((c) => c.result !== 'failed');
}

function clusterNamed({ clusters }: DesiredState, name: string): Cluster {
  const found = clusters.find((c) => c.name === name);
  if (found) return found;
  const names = clusters.map((c) => c.name);
  const meant = didYouMean(name, names);
  throw new Failure('bad-arguments', `there is no cluster \`${name}\``, {
    help: meant === undefined ? `the clusters are ${quoted(names)}` : `did you mean \`${meant}\`?`,
  });
}

/** The cluster that a context talks to, by the server's URL. */
function clusterAt({ clusters }: DesiredState, { name, server }: KubeContext): Cluster {
  const found = clusters.filter((c) => isSameServer(c.server.value, server));
  const [cluster] = found;
  if (cluster && found.length === 1) return cluster;
  throw new Failure(
    'bad-arguments',
    cluster
      ? `several clusters have the server of context \`${name}\`, ${server}`
      : `no cluster has the server of context \`${name}\`, ${server}`,
    { help: `say which one with --cluster: ${quoted((cluster ? found : clusters).map((c) => c.name))}` },
  );
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** What tells a reader how far to trust the answers, or what to do before asking again. */
async function notesOn(
  io: Io,
  {
    cluster,
    context,
    api,
    files,
    sources,
  }: Pick<Report, 'cluster' | 'context' | 'api'> & {
    readonly files: readonly ManifestFile[];
    readonly sources: CheckedOrganization['sources'];
  },
): Promise<string[]> {
  const { server, kubernetesVersion, syncIdentity } = cluster;
  const where = await lineFinder(io, sources, [server.origin]);
  const isOurs = ({ path }: { readonly path: string }): boolean => {
    const place = placeOf(path);
    return place.cluster === cluster.name && place.folder !== apiServerFolder;
  };
  const differences = compareDist(files.filter(isOurs), readDist(join(io.dir, distFolder)).filter(isOurs));
  const minor = /^v(\d+\.\d+)/.exec(api.version)?.[1];
  const conditions: readonly (readonly [boolean, string])[] = [
    [
      minor !== kubernetesVersion.value,
      `the server runs Kubernetes ${api.version}, but ${where(kubernetesVersion.origin)} says ${kubernetesVersion.value}: the manifests are written for that`,
    ],
    [
      !isSameServer(server.value, context.server),
      `context \`${context.name}\` talks to ${context.server}, but ${where(server.origin)} says ${server.value}`,
    ],
    [
      context.unchecked,
      `the kubeconfig says not to check the server's certificate: the answers may come from anywhere`,
    ],
    [
      api.user !== undefined && api.user !== syncIdentity,
      `asked as \`${api.user ?? ''}\`, while Argo CD writes as \`${syncIdentity}\`: to hear what that would be told, add \`--as ${syncIdentity}\``,
    ],
    [
      differences.length > 0,
      `dist/${cluster.name} differs in ${counted(differences.length, 'file')} from what the config files say, which is what was verified: run \`tenantry synth\``,
    ],
  ];
  return conditions.flatMap(([holds, note]) => (holds ? [note] : []));
}

/** Counts what is done, for whoever is looking. */
async function withProgress<T>({ progress }: Io, total: number, work: (onDone: () => void) => Promise<T>): Promise<T> {
  let done = 0;
  const say = (): void => {
    progress?.say(`${done} of ${counted(total, 'object')}`);
  };
  // The first answer may take its time.
  const timer = setTimeout(say, 1000);
  try {
    return await work(() => {
      done++;
      say();
    });
  } finally {
    clearTimeout(timer);
    progress?.clear();
  }
}

async function becauseFinder(
  io: Io,
  { sources }: CheckedOrganization,
  objects: readonly ManifestObject[],
): Promise<Report['because']> {
  const origins = objects.flatMap(({ because }) => because.flatMap(({ origin, via }) => [origin, ...via]));
  const where = await lineFinder(io, sources, origins);
  return (object) => reasonsOf(object, where);
}

/** One line of the table. */
interface Problem {
  readonly object: ManifestObject;
  readonly result: 'refused' | 'no answer' | 'type error' | 'warning';
  readonly message: string;
}

function humanReport(io: Io, report: Report): string {
  const { cluster, context, api, outcomes, typeChecks, because, notes } = report;
  const style = styleOf(io.out);
  const columns: readonly Column<Problem>[] = [
    { header: 'Object', cell: ({ object }) => describe(object) },
    {
      header: 'Result',
      cell: ({ result }) => result,
      colour: (text, { result }) => (result === 'warning' ? style.yellow : style.red)(text),
    },
    { header: 'Because', cell: ({ object }) => shortened(because(object)) },
    // Last, and never cut: it may be longer than any terminal is wide.
    { header: 'What the server says', cell: ({ message }) => prose(inOneLine(message)) },
  ];
  const problems = problemsOf(report);
  const count = (result: Outcome['result']): number => outcomes.filter((o) => o.result === result).length;
  const summary = [
    `${counted(count('verified'), 'object')} would be accepted`,
    ...(count('refused') > 0 ? [`${count('refused')} refused`] : []),
    ...(count('no-answer') > 0 ? [`${count('no-answer')} without an answer`] : []),
    ...(count('not-checked') > 0 ? [`${count('not-checked')} not checked`] : []),
  ];
  const user = api.user === undefined ? '' : `, as ${prose(api.user)}`;
  return [
    `${style.bold(cluster.name)} at ${prose(context.server)}, Kubernetes ${prose(api.version)}${user}\n\n`,
    ...(problems.length === 0 ? [] : [table(columns, problems, { style }), '\n']),
    ...notCheckedLines(outcomes, typeChecks).map((line) => `${style.cyan('not checked')}: ${prose(line)}\n`),
    ...notes.map((note) => `${style.yellow('note')}: ${prose(note)}\n`),
    // Or a success would promise more than was asked: that the cluster is as the manifests say.
    `${summary.join(', ')}${policySummary(typeChecks)}; what is in the cluster was not compared with them\n`,
  ].join('');
}

function problemsOf({ outcomes, typeChecks, byOldPolicy }: Verification): Problem[] {
  return [
    ...outcomes.flatMap((outcome): Problem[] => {
      const { object, warnings } = outcome;
      const old = byOldPolicy.has(outcome) ? ' (by the policy as it is there now, which the manifests change)' : '';
      return [
        ...(outcome.result === 'refused'
          ? [{ object, result: 'refused' as const, message: `${outcome.message}${old}` }]
          : outcome.result === 'no-answer'
            ? [{ object, result: 'no answer' as const, message: outcome.message }]
            : []),
        ...warnings.map((message) => ({ object, result: 'warning' as const, message })),
      ];
    }),
    ...typeChecks.flatMap((check): Problem[] =>
      check.result === 'failed'
        ? check.warnings.map(({ field, message }) => ({
            object: check.object,
            result: 'type error',
            message: `${field}: ${message}`,
          }))
        : [],
    ),
  ];
}

/** What was not checked, in a sentence for each reason: on a new cluster it is nearly everything. */
function notCheckedLines(outcomes: readonly Outcome[], typeChecks: readonly TypeCheck[]): string[] {
  const waiting = outcomes.flatMap((o) => (o.result === 'not-checked' && 'waitsFor' in o ? [o.waitsFor] : []));
  const webhooks = outcomes.flatMap((o) => (o.result === 'not-checked' && 'webhook' in o ? [o.webhook] : []));
  const reasons = typeChecks.flatMap((c) => (c.result === 'not-checked' ? [c.reason] : []));
  return [
    ...Array.from(
      groupedBy(waiting, ({ kind }) => kind),
      ([kind, objects]) => {
        const names = new Set(objects.map(({ namespace, name }) => (namespace ? `${namespace}/${name}` : name)));
        return `${counted(objects.length, 'object')}, because the server does not have the ${kind}${names.size === 1 ? '' : 's'} yet: ${shortened([...names])}`;
      },
    ),
    ...Array.from(
      groupedBy(webhooks, (name) => name),
      ([name, all]) =>
        `${counted(all.length, 'object')}, because the admission webhook ${name} does not take part in dry runs`,
    ),
    ...Array.from(
      groupedBy(reasons, (reason) => reason),
      ([reason, all]) =>
        `the types in ${all.length === 1 ? '1 policy' : `${all.length} policies`}, because ${typesNotChecked(reason)}`,
    ),
  ];
}

function typesNotChecked(reason: string): string {
  const reasons: Readonly<Record<NotChecked, string>> = {
    'not-stored': 'the server does not have them yet: apply the manifests and verify again',
    other: 'the server has others of that name: apply the manifests and verify again',
    pending: 'kube-controller-manager has not looked at them yet: verify again in a minute',
    unreadable: 'the server does not show them: you may not read them, or it did not answer',
  };
  return Object.entries(reasons).find(([name]) => name === reason)?.[1] ?? reason;
}

function policySummary(typeChecks: readonly TypeCheck[]): string {
  const checked = typeChecks.filter((c) => c.result !== 'not-checked').length;
  const failed = typeChecks.filter((c) => c.result === 'failed').length;
  if (checked === 0) return '';
  const policies = checked === 1 ? '1 policy' : `${checked} policies`;
  return `; the types in ${policies} checked, ${failed === 0 ? 'none' : failed} with errors`;
}

/** `RoleBinding solar-prod/audit-view`. */
function describe({ kind, namespace, name }: Pick<ManifestObject, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** More lines than this are lists of rules that nobody reads in a table; JSON has them all. */
const mostLines = 4;

/** A server's message as one line, without the pictures that point at a place in an expression. */
function inOneLine(message: string): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '' && !/^\s*\|/.test(line));
  const rest = lines.length - mostLines;
  const shown = lines.slice(0, rest > 0 ? mostLines : lines.length).join(' ');
  return rest > 0 ? `${shown} … and ${rest} more lines` : shown;
}

function jsonReport({ cluster, context, api, outcomes, typeChecks, byOldPolicy, because, notes }: Report): string {
  return jsonText({
    formatVersion: 1,
    cluster: cluster.name,
    context: context.name,
    server: context.server,
    kubernetesVersion: { server: api.version, config: cluster.kubernetesVersion.value },
    user: api.user ?? null,
    objects: outcomes.map((outcome) => ({
      ...named(outcome.object),
      path: `${distFolder}/${outcome.object.path}`,
      result: outcome.result,
      ...(outcome.result === 'refused' && {
        status: outcome.status,
        message: outcome.message,
        byOldPolicy: byOldPolicy.has(outcome),
      }),
      ...(outcome.result === 'no-answer' && { message: outcome.message }),
      ...('waitsFor' in outcome && { waitsFor: named(outcome.waitsFor) }),
      ...('webhook' in outcome && { webhook: outcome.webhook }),
      warnings: outcome.warnings,
      because: because(outcome.object),
    })),
    typeChecks: typeChecks.map((check) => ({
      name: check.object.name,
      result: check.result,
      ...(check.result === 'not-checked' && { reason: check.reason }),
      ...(check.result === 'failed' && { warnings: check.warnings }),
    })),
    notes,
  });
}

function named({ kind, namespace, name }: Pick<ManifestObject, 'kind' | 'namespace' | 'name'>) {
  return { kind, namespace: namespace ?? null, name };
}
