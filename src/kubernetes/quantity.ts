/**
 * Kubernetes quantities, exactly: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 *
 * Not negative and without exponents, as config files write them. Sums of floating point numbers would say that
 * 100m + 200m is more than 300m, and a limit that is met to the byte would be called broken.
 */

/** An amount, in billionths: the finest that Kubernetes keeps. */
export type Quantity = bigint;

const one = 1_000_000_000n;

/** Kubernetes caps quantities here: the largest number of 64 bits. */
const most = (2n ** 63n - 1n) * one;

/** What a suffix stands for, in billionths; from the largest to the smallest of its kind. */
const binary = powers(['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'], 1024n);
const decimal = powers(['E', 'P', 'T', 'G', 'M', 'k'], 1000n);
const fractions = new Map([
  ['', one],
  ['m', 1_000_000n],
  ['u', 1_000n],
  ['n', 1n],
]);
const suffixes = new Map([...binary, ...decimal, ...fractions]);

const quantityPattern = /^([0-9]+)(?:\.([0-9]+))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/** The amount that `text` says, or undefined when it is no quantity. What is finer than a billionth is rounded up. */
export function parseQuantity(text: string): Quantity | undefined {
  const found = quantityPattern.exec(text);
  if (!found) return undefined;
  const { 1: whole, 2: fraction = '', 3: suffix = '' } = found;
  const unit = suffixes.get(suffix);
  if (whole === undefined || unit === undefined) return undefined;
  const amount = divideUp(BigInt(whole + fraction) * unit, 10n ** BigInt(fraction.length));
  return amount > most ? most : amount;
}

/** Less than 0 when `a` is the smaller amount, 0 when both are the same, more than 0 otherwise. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All amounts together. */
export function sumQuantities(amounts: Iterable<Quantity>): Quantity {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum;
}

/** Whether the amount is a whole number, as a count of objects must be. */
export function isWhole(amount: Quantity): boolean {
  return amount % one === 0n;
}

/**
 * An amount for people, exactly, and in the notation that `like` is written in, so that the two can be compared at a
 * glance: `96Gi` beside `64Gi`, `24` beside `20`. Always a quantity that means the same to Kubernetes.
 */
export function formatQuantity(amount: Quantity, like = ''): string {
  const scale = like.endsWith('i') ? binary : /[kMGTPE]$/.test(like) ? decimal : new Map<string, bigint>();
  const fitting = [...scale, ...fractions].find(([, unit]) => amount % unit === 0n && (amount > 0n || unit === one));
  const [suffix, unit] = fitting ?? ['n', 1n];
  return `${amount / unit}${suffix}`;
}

function powers(names: readonly string[], base: bigint): Map<string, bigint> {
  return new Map(names.map((name, i) => [name, one * base ** BigInt(names.length - i)]));
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
