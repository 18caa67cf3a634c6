import type { Rule } from '../rule.ts';
import { adminGiven } from './TEN521-admin-given/rule.ts';
import { expiryRemoved } from './TEN525-expiry-removed/rule.ts';
import { productionWidened } from './TEN520-production-widened/rule.ts';
import { clusterShared } from './TEN533-cluster-shared/rule.ts';
import { customRoleGiven } from './TEN534-custom-role-given/rule.ts';
import { customRoleWidened } from './TEN524-custom-role-widened/rule.ts';
import { deleted, markedForDeletion, namespaceUnmanaged } from './deletion.ts';
import { limitRaised, protectionLowered } from './limits.ts';
import { peopleAdded } from './TEN531-people-added/rule.ts';
import { unknownMembers } from './TEN522-unknown-members/rule.ts';
import { identityChanged, policyTrustWidened } from './trust.ts';

/** TEN52x and TEN53x: what a reviewer of a change has to look at first. None of them stops anything. */
export const riskRules: readonly Rule[] = [
  productionWidened,
  adminGiven,
  unknownMembers,
  policyTrustWidened,
  customRoleWidened,
  expiryRemoved,
  markedForDeletion,
  deleted,
  limitRaised,
  protectionLowered,
  identityChanged,
  peopleAdded,
  namespaceUnmanaged,
  clusterShared,
  customRoleGiven,
];
