import type { Rule } from '../rule.ts';
import { notADay } from './TEN401-not-a-day/rule.ts';
import { shareExpired } from './TEN402-share-expired/rule.ts';
import { shareTooFar } from './TEN403-share-too-far/rule.ts';
import { allocationDates } from './TEN404-allocation-dates/rule.ts';
import { allocationEnded } from './TEN405-allocation-ended/rule.ts';
import { quotaOverTenant } from './TEN406-quota-over-tenant/rule.ts';
import { quotaKey } from './TEN407-quota-key/rule.ts';
import { certificateExpired } from './TEN408-certificate-expired/rule.ts';
import { exceptionNotNeeded } from './TEN409-exception-not-needed/rule.ts';
import { quotaMissing } from './TEN410-quota-missing/rule.ts';
import { containerLimitsContradict } from './TEN411-container-limits-contradict/rule.ts';
import { amountNotMeant } from './TEN412-amount-not-meant/rule.ts';
import { quotaBelowRequest } from './TEN413-quota-below-request/rule.ts';
import { quotaCountsNothing } from './TEN414-quota-counts-nothing/rule.ts';

export const budgetsRules: readonly Rule[] = [
  notADay,
  shareExpired,
  shareTooFar,
  allocationDates,
  allocationEnded,
  quotaOverTenant,
  quotaKey,
  certificateExpired,
  exceptionNotNeeded,
  quotaMissing,
  containerLimitsContradict,
  amountNotMeant,
  quotaBelowRequest,
  quotaCountsNothing,
];
