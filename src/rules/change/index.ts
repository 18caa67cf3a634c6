import type { Rule } from '../rule.ts';
import { baseNotUnderstood } from './base-not-understood.ts';
import { clusterAdminsChanged } from './cluster-admins-changed.ts';
import { clusterRemoved } from './cluster-removed.ts';
import { clusterRepointed } from './cluster-repointed.ts';
import { deletionNeverLifted } from './deletion-never-lifted.ts';
import { exceptionAddedWithNeed } from './exception-added-with-need.ts';
import { groupNamespaceDropped } from './group-namespace-dropped.ts';
import { groupRemoved } from './group-removed.ts';
import { identityRenamed } from './identity-renamed.ts';
import { lastAdminRemoved } from './last-admin-removed.ts';
import { limitRaisedWithNeed } from './limit-raised-with-need.ts';
import { namespaceLeftCluster } from './namespace-left-cluster.ts';
import { namespaceMoved } from './namespace-moved.ts';
import { namespaceRemovedUnmarked } from './namespace-removed-unmarked.ts';
import { renameNotOne } from './rename-not-one.ts';
import { roleRefChanged } from './role-ref-changed.ts';
import { tenantRemoved } from './tenant-removed.ts';
import { tooManyNamespacesRemoved } from './too-many-namespaces-removed.ts';
import { tooMuchAccessRemoved } from './too-much-access-removed.ts';

/** What a change must not do to what its base holds. */
export const changeRules: readonly Rule[] = [
  namespaceMoved,
  namespaceRemovedUnmarked,
  namespaceLeftCluster,
  tenantRemoved,
  clusterRemoved,
  groupRemoved,
  groupNamespaceDropped,
  identityRenamed,
  renameNotOne,
  deletionNeverLifted,
  clusterRepointed,
  lastAdminRemoved,
  limitRaisedWithNeed,
  exceptionAddedWithNeed,
  clusterAdminsChanged,
  roleRefChanged,
  tooManyNamespacesRemoved,
  tooMuchAccessRemoved,
  baseNotUnderstood,
];
