import type { ClusterDrift, Drift, Finding, FindingKind } from '../../drift/finding.ts';
import type { PlacedDiagnostic } from '../../source/diagnostic.ts';
import { redactSecrets } from '../../source/secrets.ts';
import type { RuleFacts } from '../diagnostics/sarif.ts';
import { sarif } from '../diagnostics/sarif.ts';
import { driftSentence, plainText } from './sentences.ts';
import type { PlaceOf } from './summary.ts';

type Facts = Omit<RuleFacts, 'code' | 'name'>;

/** What each kind of drift is to a reader of findings. */
const kinds: Readonly<Record<FindingKind | 'not-applied' | 'unknown', Facts>> = {
  unprotected: {
    severity: 'error',
    summary: 'A policy, or its binding, is not there or says something else.',
    why: 'What RBAC cannot say, policies do: without one, what it forbids is let through.',
  },
  more: {
    severity: 'error',
    summary: 'Somebody has access that Git does not give.',
    why: 'Access that nobody reviewed is what reviews are for.',
  },
  relabelled: {
    severity: 'error',
    summary: "A namespace's labels say that it is somebody else's.",
    why: 'Policies and network policies go by these labels.',
  },
  other: {
    severity: 'error',
    summary: 'Somebody has another role than Git gives.',
    why: 'A stronger role is access that nobody reviewed, and a weaker one keeps people from their work.',
  },
  less: {
    severity: 'warning',
    summary: 'Somebody lacks access that Git gives.',
    why: 'What was reviewed and merged is not so.',
  },
  missing: {
    severity: 'warning',
    summary: 'Something that is rendered is not there.',
    why: 'What was reviewed and merged is not so.',
  },
  altered: {
    severity: 'warning',
    summary: 'Something that is rendered says something else.',
    why: 'What was reviewed and merged is not so.',
  },
  'left-behind': {
    severity: 'warning',
    summary: "Something of tenantry's is there that Git no longer has.",
    why: 'What Git no longer says was to hold no longer.',
  },
  undeclared: {
    severity: 'warning',
    summary: 'A namespace that nobody declared is named or labelled as one of a tenant.',
    why: 'Nobody reviews who has access to it.',
  },
  stuck: {
    severity: 'warning',
    summary: 'A namespace is being deleted and is still there.',
    why: 'Finalizers hold it, and whoever waits for it waits in vain.',
  },
  'not-applied': {
    severity: 'note',
    summary: 'What Git says now, and Argo CD has yet to apply.',
    why: 'Until it is applied, what was there before holds: a revocation, too, is not so yet.',
  },
  unknown: {
    severity: 'warning',
    summary: 'Something of a cluster could not be read.',
    why: 'What is not known is never good.',
  },
};

const rules: readonly RuleFacts[] = Object.entries(kinds).map(([kind, facts]) => ({
  code: codeOf(kind),
  name: `drift-${kind}`,
  ...facts,
}));

export interface DriftSarifOptions {
  readonly placeOf: PlaceOf;
  /** tenantry's own version. */
  readonly version: string;
  readonly pathOf?: (file: string) => string;
}

/**
 * A drift as a SARIF 2.1.0 log. Each finding is at the config line that says what should be; where none does, at the
 * cluster's file.
 */
export function sarifDrift({ clusters }: Drift, { placeOf, version, pathOf }: DriftSarifOptions): string {
  const found = clusters.flatMap((cluster) => [
    ...cluster.unknown.map(({ resource, why }) =>
      diagnostic(cluster, 'unknown', `${resource} not known: ${redactSecrets(why)}`, [], placeOf),
    ),
    ...cluster.findings.map((finding) =>
      diagnostic(cluster, finding.kind, messageOf(finding), finding.because, placeOf),
    ),
    ...cluster.notApplied.map((finding) =>
      diagnostic(cluster, 'not-applied', `not applied yet: ${messageOf(finding)}`, finding.because, placeOf),
    ),
  ]);
  return sarif(found, { rules, version, ...(pathOf && { pathOf }) });
}

function messageOf(finding: Finding): string {
  const { pieces, details } = driftSentence(finding);
  return [pieces, ...details].map((part) => plainText(part)).join('; ');
}

function diagnostic(
  { cluster, origin }: ClusterDrift,
  kind: keyof typeof kinds,
  message: string,
  because: Finding['because'],
  placeOf: PlaceOf,
): PlacedDiagnostic {
  const [first, ...others] = because.map((reason) => placeOf(reason.origin));
  return {
    code: codeOf(kind),
    rule: `drift-${kind}`,
    severity: kinds[kind].severity,
    message: `on cluster \`${cluster}\`: ${message}`,
    primary: first ?? placeOf(origin),
    related: others,
  };
}

function codeOf(kind: string): string {
  return `drift/${kind}`;
}
