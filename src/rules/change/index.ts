import type { Rule } from '../rule.ts';
import { namespaceMoved } from './TEN501-namespace-moved/rule.ts';
import { namespaceRemovedUnmarked } from './TEN502-namespace-removed-unmarked/rule.ts';
import { namespaceLeftCluster } from './TEN503-namespace-left-cluster/rule.ts';
import { tenantRemoved } from './TEN504-tenant-removed/rule.ts';
import { clusterRemoved } from './TEN505-cluster-removed/rule.ts';
import { groupRemoved } from './TEN506-group-removed/rule.ts';
import { groupNamespaceDropped } from './TEN507-group-namespace-dropped/rule.ts';
import { identityRenamed } from './TEN508-identity-renamed/rule.ts';
import { renameNotOne } from './TEN509-rename-not-one/rule.ts';
import { deletionNeverLifted } from './TEN510-deletion-never-lifted/rule.ts';
import { clusterRepointed } from './TEN511-cluster-repointed/rule.ts';
import { lastAdminRemoved } from './TEN512-last-admin-removed/rule.ts';
import { limitRaisedWithNeed } from './TEN513-limit-raised-with-need/rule.ts';
import { exceptionAddedWithNeed } from './TEN514-exception-added-with-need/rule.ts';
import { clusterAdminsChanged } from './TEN515-cluster-admins-changed/rule.ts';
import { roleRefChanged } from './TEN516-role-ref-changed/rule.ts';
import { tooManyNamespacesRemoved } from './TEN517-too-many-namespaces-removed/rule.ts';
import { tooMuchAccessRemoved } from './TEN518-too-much-access-removed/rule.ts';
import { baseNotUnderstood } from './TEN519-base-not-understood/rule.ts';
import { labelDomainChanged } from './TEN535-label-domain-changed/rule.ts';
import { foreignNamespaceLeft } from './TEN554-foreign-namespace-left/rule.ts';
import { clusterIdOfAnother } from './TEN556-cluster-id-of-another/rule.ts';

/** What a change must not do to what its base holds. */
export const changeRules: readonly Rule[] = [
  namespaceMoved,
  namespaceRemovedUnmarked,
  namespaceLeftCluster,
  tenantRemoved,
  clusterRemoved,
  groupRemoved,
  groupNamespaceDropped,
  foreignNamespaceLeft,
  identityRenamed,
  renameNotOne,
  deletionNeverLifted,
  clusterRepointed,
  clusterIdOfAnother,
  lastAdminRemoved,
  limitRaisedWithNeed,
  exceptionAddedWithNeed,
  clusterAdminsChanged,
  roleRefChanged,
  tooManyNamespacesRemoved,
  tooMuchAccessRemoved,
  baseNotUnderstood,
  labelDomainChanged,
];
