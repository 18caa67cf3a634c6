import type { Rule } from '../rule.ts';
import { reservedGroup } from './TEN301-reserved-group/rule.ts';
import { duplicateSubject } from './TEN302-duplicate-subject/rule.ts';
import { redundantShare } from './TEN303-redundant-share/rule.ts';
import { noOwner } from './TEN304-no-owner/rule.ts';
import { escalatingRole } from './TEN305-escalating-role/rule.ts';
import { customRoleName } from './TEN306-custom-role-name/rule.ts';
import { sharedAudience } from './TEN307-shared-audience/rule.ts';
import { cordonContradiction } from './TEN308-cordon-contradiction/rule.ts';
import { certificateAuthority } from './TEN309-certificate-authority/rule.ts';
import { deletionNever } from './TEN310-deletion-never/rule.ts';
import { privilegedPods } from './TEN311-privileged-pods/rule.ts';
import { kubernetesTooOld } from './TEN312-kubernetes-too-old/rule.ts';
import { unprotectedOwnerServiceAccount } from './TEN313-unprotected-owner-service-account/rule.ts';
import { mixedScriptName } from './TEN314-mixed-script-name/rule.ts';
import { userName } from './TEN315-user-name/rule.ts';
import { ineffectiveRoleRule } from './TEN316-ineffective-role-rule/rule.ts';
import { lookAlikeUser } from './TEN317-look-alike-user/rule.ts';
import { roleNameTaken } from './TEN318-role-name-taken/rule.ts';
import { clusterRoleNotForShares } from './TEN319-cluster-role-not-for-shares/rule.ts';
import { authenticationPrefix } from './TEN324-authentication-prefix/rule.ts';
import { nameUnderPrefix } from './TEN325-name-under-prefix/rule.ts';
import { foreignNamespaceOfPlatform } from './TEN326-foreign-namespace-of-platform/rule.ts';
import { workloadClaims } from './TEN327-workload-claims/rule.ts';
import { tokenIssuer } from './TEN328-token-issuer/rule.ts';
import { emailAsUserName } from './TEN329-email-as-user-name/rule.ts';
import { workloadAdmin } from './TEN330-workload-admin/rule.ts';

export const privilegeRules: readonly Rule[] = [
  reservedGroup,
  duplicateSubject,
  redundantShare,
  noOwner,
  escalatingRole,
  customRoleName,
  sharedAudience,
  cordonContradiction,
  certificateAuthority,
  deletionNever,
  privilegedPods,
  kubernetesTooOld,
  unprotectedOwnerServiceAccount,
  mixedScriptName,
  userName,
  ineffectiveRoleRule,
  lookAlikeUser,
  roleNameTaken,
  clusterRoleNotForShares,
  authenticationPrefix,
  nameUnderPrefix,
  foreignNamespaceOfPlatform,
  workloadClaims,
  tokenIssuer,
  emailAsUserName,
  workloadAdmin,
];
