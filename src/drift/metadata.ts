import type { LiveMetadata } from '../cluster/snapshot.ts';
import { isInDomain } from '../kubernetes/names.ts';
import { keys } from '../manifests/labels.ts';
import { at } from '../values/json.ts';
import { compareCodeUnits } from '../values/order.ts';
import { difference } from './fields.ts';
import type { FieldDifference } from './finding.ts';

interface Metadata {
  readonly manifest: unknown;
  readonly live: Pick<LiveMetadata, 'labels' | 'annotations'>;
  readonly labelDomain: string;
  /** Whether keys count that are under our domain and not rendered: policies go by those of Namespaces. */
  readonly extra: boolean;
}

/** What Kubernetes and Argo CD write themselves. */
const ofOthers: ReadonlySet<string> = new Set([
  'kubernetes.io/metadata.name',
  'app.kubernetes.io/instance',
  'argocd.argoproj.io/tracking-id',
]);

/** The labels and annotations that are not as they are rendered. */
export function metadataDifferences({ manifest, live, labelDomain, extra }: Metadata): FieldDifference[] {
  const key = keys(labelDomain);
  // By these a cluster admin confirms that a namespace may be taken over, or deleted, which Git does not say for all.
  const byHand: ReadonlySet<string> = new Set([key.allowAdopt, key.allowDelete]);
  const isOurs = (name: string): boolean => isInDomain(name, labelDomain) || isPodSecurity(name);
  const isExtra = (name: string): boolean => extra && isOurs(name) && !byHand.has(name) && !ofOthers.has(name);
  return [
    ...mapDifferences('metadata.labels', texts(at(manifest, 'metadata', 'labels')), live.labels, isExtra),
    ...mapDifferences(
      'metadata.annotations',
      texts(at(manifest, 'metadata', 'annotations')),
      live.annotations,
      isExtra,
    ).map((field) => (isShown(field.path.slice('metadata.annotations.'.length), labelDomain) ? field : hidden(field))),
  ];
}

function mapDifferences(
  path: string,
  git: ReadonlyMap<string, string>,
  live: Readonly<Record<string, string>>,
  isExtra: (name: string) => boolean,
): FieldDifference[] {
  const there = new Map(Object.entries(live));
  const names = [...git.keys(), ...Array.from(there.keys()).filter((name) => !git.has(name) && isExtra(name))];
  return names.sort(compareCodeUnits).flatMap((name) => {
    const [wanted, is] = [git.get(name), there.get(name)];
    return wanted === is ? [] : [difference(`${path}.${name}`, wanted, is)];
  });
}

/** Whose annotations hold what the platform means by them. Any other may hold anything: so its live value is not told. */
function isShown(name: string, labelDomain: string): boolean {
  return (
    isInDomain(name, labelDomain) ||
    isInDomain(name, 'argocd.argoproj.io') ||
    name === 'scheduler.alpha.kubernetes.io/node-selector'
  );
}

function hidden({ live, ...field }: FieldDifference): FieldDifference {
  return live === undefined ? field : { ...field, hidden: true };
}

function isPodSecurity(name: string): boolean {
  return name.startsWith('pod-security.kubernetes.io/');
}

function texts(map: unknown): Map<string, string> {
  if (typeof map !== 'object' || map === null) return new Map();
  return new Map(
    Object.entries(map).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])),
  );
}

/** The differences with the other field managers that keep them: as long as they do, applying Git's again may not help. */
export function withManagers(
  { otherManagers = [] }: Pick<LiveMetadata, 'otherManagers'>,
  fields: readonly FieldDifference[],
): FieldDifference[] {
  return fields.map((field) => {
    const path = field.path.split('[', 1)[0] ?? field.path;
    const managers = otherManagers.flatMap(({ manager, fields: owned }) =>
      owned.some((of) => isWithin(of, path) || isWithin(path, of)) ? [manager] : [],
    );
    return managers.length === 0 ? field : { ...field, managers: [...new Set(managers)].sort(compareCodeUnits) };
  });
}

function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}
