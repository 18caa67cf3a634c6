import { otherStyle, sharedCold, sharedHelm } from './bench.ts';
import type { Found } from './measured.ts';

/** Something that the figures must hold to, and whether they do. */
export interface Bar {
  readonly text: string;
  readonly measured: string;
  readonly met: boolean;
}

/** The bars at the largest size that was measured. */
export function bars({ sizes, sample }: Found): Bar[] {
  const largest = sizes.at(-1);
  const smaller = sizes.at(-2);
  const seconds = (name: string): number => largest?.figures.get(name)?.seconds ?? NaN;
  const ratio = (name: string, to: string): number => seconds(name) / seconds(to);
  const times = (value: number): string => `${value.toFixed(2)} times`;
  const atMost = (text: string, value: number, most: number, show = times): Bar => ({
    text,
    measured: show(value),
    met: value <= most,
  });
  const inSeconds = (value: number): string => `${value.toFixed(2)} s`;
  const growth = (name: string): number => seconds(name) / (smaller?.figures.get(name)?.seconds ?? NaN);
  const sizesGrow = (largest?.namespaces ?? NaN) / (smaller?.namespaces ?? NaN);
  const faster = ratio('plain cdk8s', 'synth, cold');
  const peak = Math.max(
    ...Array.from(largest?.figures ?? [], ([name, { megabytes }]) => (isOurs(name) ? (megabytes ?? 0) : 0)),
  );
  const start = (sample.get('validate')?.seconds ?? NaN) / (sample.get('node -e 0')?.seconds ?? NaN);
  return [
    atMost('checking and rendering, cold: faster than `helm template`', ratio('synth, cold', 'helm template'), 1),
    { text: '… at least 6 times faster than plain cdk8s', measured: times(faster), met: faster >= 6 },
    atMost('… at most 6 times the bare writing', ratio('synth, cold', 'bare writing'), 6),
    atMost('synth, nothing changed: at most half of cold', ratio('synth, nothing changed', 'synth, cold'), 0.5),
    atMost('synth, one tenant changed: at most half of cold', ratio('synth, one tenant changed', 'synth, cold'), 0.5),
    atMost('validate: at most 1.5 s', seconds('validate'), 1.5, inSeconds),
    atMost('validate, as other programs write YAML: at most 1.15 times', ratio(otherStyle, 'validate'), 1.15),
    atMost('300 groups on each cluster, cold: faster than `helm template`', ratio(sharedCold, sharedHelm), 1),
    atMost('plan, one tenant changed: at most 1.5 times validate', ratio('plan, one tenant changed', 'validate'), 1.5),
    atMost('validate of the sample: at most 4 times `node -e 0`', start, 4),
    ...['validate', 'synth, cold', 'plan, everything changed'].map((name) =>
      atMost(
        `${name}: ${sizesGrow} times the namespaces, at most ${1.2 * sizesGrow} times the time`,
        growth(name),
        1.2 * sizesGrow,
      ),
    ),
    atMost('peak memory: under 600 MB', peak, 600, (value) => `${value.toFixed(0)} MB`),
    atMost('a mistake in every share: reported in 5 s', seconds('validate, a mistake in every share'), 5, inSeconds),
  ];
}

function isOurs(name: string): boolean {
  return !['helm template', sharedHelm, 'plain cdk8s', 'bare writing', 'kubectl kustomize'].includes(name);
}
