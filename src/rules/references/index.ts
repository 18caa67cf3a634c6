import type { Rule } from '../rule.ts';
import { certificateFileMissing } from './certificate-file-missing.ts';
import { classNotOnCluster } from './class-not-on-cluster.ts';
import { inheritanceCycle } from './inheritance-cycle.ts';
import { markedOnOtherCluster } from './marked-on-other-cluster.ts';
import { namespaceWithoutCluster } from './namespace-without-cluster.ts';
import { nearIdenticalGroups } from './near-identical-groups.ts';
import { renamedFromDeclared } from './renamed-from-declared.ts';
import { shareWithoutClusterShare } from './share-without-cluster-share.ts';
import { subjectNamespace } from './subject-namespace.ts';
import { unknownAllocation } from './unknown-allocation.ts';
import { unknownCluster } from './unknown-cluster.ts';
import { unknownGroup } from './unknown-group.ts';
import { unknownInherits } from './unknown-inherits.ts';
import { unknownRole } from './unknown-role.ts';
import { unusedAllocation } from './unused-allocation.ts';
import { unusedCustomRole } from './unused-custom-role.ts';
import { unusedGroup } from './unused-group.ts';
import { userWithoutCluster } from './user-without-cluster.ts';

export const referencesRules: readonly Rule[] = [
  unknownGroup,
  unknownCluster,
  shareWithoutClusterShare,
  unknownAllocation,
  unknownInherits,
  inheritanceCycle,
  unknownRole,
  unusedGroup,
  unusedAllocation,
  unusedCustomRole,
  nearIdenticalGroups,
  certificateFileMissing,
  classNotOnCluster,
  userWithoutCluster,
  namespaceWithoutCluster,
  subjectNamespace,
  markedOnOtherCluster,
  renamedFromDeclared,
];
