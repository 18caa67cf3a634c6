import type { Rule } from '../rule.ts';
import { certificateAuthority } from './certificate-authority.ts';
import { cordonContradiction } from './cordon-contradiction.ts';
import { customRoleName } from './custom-role-name.ts';
import { deletionNever } from './deletion-never.ts';
import { duplicateSubject } from './duplicate-subject.ts';
import { escalatingRole } from './escalating-role.ts';
import { ineffectiveRoleRule } from './ineffective-role-rule.ts';
import { kubernetesTooOld } from './kubernetes-too-old.ts';
import { mixedScriptName } from './mixed-script-name.ts';
import { noOwner } from './no-owner.ts';
import { privilegedPods } from './privileged-pods.ts';
import { redundantShare } from './redundant-share.ts';
import { reservedGroup } from './reserved-group.ts';
import { sharedAudience } from './shared-audience.ts';
import { unprotectedOwnerServiceAccount } from './unprotected-owner-service-account.ts';
import { userName } from './user-name.ts';

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
];
