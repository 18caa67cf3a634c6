import type { Allocation } from '../../config/model/desired-state.ts';
import type { Quantity } from '../../kubernetes/quantity.ts';
import { compareQuantities, parseQuantity, sumQuantities } from '../../kubernetes/quantity.ts';
import { groupedBy } from '../../values/order.ts';

/** The most that is available on any day in one currency and period: `USD Year`. */
export interface BudgetPeak {
  readonly unit: string;
  readonly budget: Pick<Allocation['budget'], 'currency' | 'period'>;
  readonly amount: Quantity;
  /** The names of the allocations that add up to it. */
  readonly allocations: readonly string[];
}

/** The peaks of allocations, by currency and period. Those of other years do not add up. */
export function budgetPeaks(allocations: readonly Allocation[]): Map<string, BudgetPeak> {
  const byUnit = groupedBy(allocations, ({ budget: { currency, period } }) => `${currency} ${period}`);
  return new Map(
    Array.from(byUnit).flatMap(([unit, all]) => {
      const [first] = all;
      return first ? [[unit, peakOf(unit, all, first.budget)] as const] : [];
    }),
  );
}

/** Most is available on a day on which an allocation begins, or, of those without a beginning, ever before. */
function peakOf(unit: string, all: readonly Allocation[], { currency, period }: Allocation['budget']): BudgetPeak {
  const onDay = (day: string): BudgetPeak => {
    // What there is once is there once more with each of them, whenever that is.
    const available = all.filter(({ start = '', end = latest }) => period === 'Once' || (start <= day && day <= end));
    const amounts = available.map(({ budget }) => parseQuantity(budget.amount) ?? 0n);
    return {
      unit,
      budget: { currency, period },
      amount: sumQuantities(amounts),
      allocations: available.map(({ name }) => name),
    };
  };
  return all
    .map(({ start = '' }) => onDay(start))
    .reduce((most, one) => (compareQuantities(one.amount, most.amount) > 0 ? one : most), onDay(''));
}

/** Sorts after every day. */
const latest = '~';
