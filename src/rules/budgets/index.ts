import type { Rule } from '../rule.ts';
import { allocationDates } from './allocation-dates.ts';
import { allocationEnded } from './allocation-ended.ts';
import { certificateExpired } from './certificate-expired.ts';
import { notADay } from './not-a-day.ts';
import { quotaKey } from './quota-key.ts';
import { quotaMissing } from './quota-missing.ts';
import { quotaOverTenant } from './quota-over-tenant.ts';
import { shareExpired } from './share-expired.ts';
import { shareTooFar } from './share-too-far.ts';

/** Without TEN409, which is about the exceptions to all rules and is made from their list. */
export const budgetsRules: readonly Rule[] = [
  notADay,
  shareExpired,
  shareTooFar,
  allocationDates,
  allocationEnded,
  quotaOverTenant,
  quotaKey,
  certificateExpired,
  quotaMissing,
];
