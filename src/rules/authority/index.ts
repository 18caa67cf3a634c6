import type { Rule } from '../rule.ts';
import { settingBeyondGrant } from './TEN701-setting-beyond-grant/rule.ts';
import { quotaBeyondGrant } from './TEN702-quota-beyond-grant/rule.ts';
import { budgetBeyondGrant } from './TEN703-budget-beyond-grant/rule.ts';
import { subscriptionGroupNotGranted } from './TEN704-subscription-group-not-granted/rule.ts';
import { clusterNotGranted } from './TEN705-cluster-not-granted/rule.ts';
import { labelNotGranted } from './TEN706-label-not-granted/rule.ts';
import { fullNameNotGranted } from './TEN707-full-name-not-granted/rule.ts';
import { rightNotGranted } from './TEN708-right-not-granted/rule.ts';
import { loosenedWithoutGrant } from './TEN709-loosened-without-grant/rule.ts';
import { cordonedByAdmins } from './TEN710-cordoned-by-admins/rule.ts';
import { grantForNobody } from './TEN711-grant-for-nobody/rule.ts';
import { grantWidened } from './TEN712-grant-widened/rule.ts';
import { annotationNotGranted } from './TEN714-annotation-not-granted/rule.ts';
import { accountNotGranted } from './TEN713-account-not-granted/rule.ts';

export const authorityRules: readonly Rule[] = [
  settingBeyondGrant,
  quotaBeyondGrant,
  budgetBeyondGrant,
  subscriptionGroupNotGranted,
  clusterNotGranted,
  labelNotGranted,
  fullNameNotGranted,
  rightNotGranted,
  loosenedWithoutGrant,
  cordonedByAdmins,
  grantForNobody,
  grantWidened,
  annotationNotGranted,
  accountNotGranted,
];
