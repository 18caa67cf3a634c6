import type { Rule } from '../rule.ts';
import { productionWidened } from './TEN520-production-widened/rule.ts';
import { adminGiven } from './TEN521-admin-given/rule.ts';
import { unknownMembers } from './TEN522-unknown-members/rule.ts';
import { policyTrustWidened } from './TEN523-policy-trust-widened/rule.ts';
import { customRoleWidened } from './TEN524-custom-role-widened/rule.ts';
import { expiryRemoved } from './TEN525-expiry-removed/rule.ts';
import { markedForDeletion } from './TEN526-marked-for-deletion/rule.ts';
import { deleted } from './TEN527-deleted/rule.ts';
import { limitRaised } from './TEN528-limit-raised/rule.ts';
import { protectionLowered } from './TEN529-protection-lowered/rule.ts';
import { identityChanged } from './TEN530-identity-changed/rule.ts';
import { peopleAdded } from './TEN531-people-added/rule.ts';
import { namespaceUnmanaged } from './TEN532-namespace-unmanaged/rule.ts';
import { clusterShared } from './TEN533-cluster-shared/rule.ts';
import { customRoleGiven } from './TEN534-custom-role-given/rule.ts';
import { argoCDAccountWidened } from './TEN540-argo-cd-account-widened/rule.ts';
import { workStopped } from './TEN545-work-stopped/rule.ts';
import { accessStays } from './TEN546-access-stays/rule.ts';
import { accountControlledByOthers } from './TEN547-account-controlled-by-others/rule.ts';
import { accountControlGained } from './TEN548-account-control-gained/rule.ts';
import { takeOverEnforced } from './TEN549-take-over-enforced/rule.ts';
import { takeOverObserved } from './TEN550-take-over-observed/rule.ts';
import { productionNamespacesChanged } from './TEN551-production-namespaces-changed/rule.ts';
import { tenantWithoutOwner } from './TEN552-tenant-without-owner/rule.ts';
import { namesChanged } from './TEN553-names-changed/rule.ts';
import { foreignNamespaceShared } from './TEN555-foreign-namespace-shared/rule.ts';

/**
 * TEN52x to TEN54x: what a reviewer of a change has to look at first. None of them stops anything. They stand from the
 * gravest, which is the order in which a plan tells them: what cannot be brought back, whom clusters believe, what keeps
 * tenants apart, who gets how much, what stands still, and the rest.
 */
export const riskRules: readonly Rule[] = [
  argoCDAccountWidened,
  deleted,
  markedForDeletion,
  identityChanged,
  namesChanged,
  foreignNamespaceShared,
  policyTrustWidened,
  protectionLowered,
  productionNamespacesChanged,
  adminGiven,
  customRoleWidened,
  customRoleGiven,
  workStopped,
  takeOverEnforced,
  takeOverObserved,
  unknownMembers,
  productionWidened,
  peopleAdded,
  accessStays,
  accountControlledByOthers,
  accountControlGained,
  limitRaised,
  expiryRemoved,
  tenantWithoutOwner,
  clusterShared,
  namespaceUnmanaged,
];
