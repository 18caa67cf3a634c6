import type { Rule } from '../rule.ts';
import { unknownGroup } from './TEN101-unknown-group/rule.ts';
import { unknownCluster } from './TEN102-unknown-cluster/rule.ts';
import { shareWithoutClusterShare } from './TEN103-share-without-cluster-share/rule.ts';
import { unknownAllocation } from './TEN104-unknown-allocation/rule.ts';
import { unknownInherits } from './TEN105-unknown-inherits/rule.ts';
import { inheritanceCycle } from './TEN106-inheritance-cycle/rule.ts';
import { unknownRole } from './TEN107-unknown-role/rule.ts';
import { unusedGroup } from './TEN108-unused-group/rule.ts';
import { unusedAllocation } from './TEN109-unused-allocation/rule.ts';
import { unusedCustomRole } from './TEN110-unused-custom-role/rule.ts';
import { nearIdenticalGroups } from './TEN111-near-identical-groups/rule.ts';
import { certificateFileMissing } from './TEN112-certificate-file-missing/rule.ts';
import { classNotOnCluster } from './TEN113-class-not-on-cluster/rule.ts';
import { userWithoutCluster } from './TEN114-user-without-cluster/rule.ts';
import { namespaceWithoutCluster } from './TEN115-namespace-without-cluster/rule.ts';
import { subjectNamespace } from './TEN116-subject-namespace/rule.ts';
import { markedOnOtherCluster } from './TEN117-marked-on-other-cluster/rule.ts';
import { renamedFromDeclared } from './TEN118-renamed-from-declared/rule.ts';
import { nearIdenticalUser } from './TEN119-near-identical-user/rule.ts';
import { groupAsUser } from './TEN120-group-as-user/rule.ts';
import { accountNamespaceElsewhere } from './TEN121-account-namespace-elsewhere/rule.ts';
import { twoGroupsOneTeam } from './TEN125-two-groups-one-team/rule.ts';
import { unknownWorkload } from './TEN126-unknown-workload/rule.ts';

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
  nearIdenticalUser,
  groupAsUser,
  accountNamespaceElsewhere,
  twoGroupsOneTeam,
  unknownWorkload,
];
