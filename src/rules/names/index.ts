import type { Rule } from '../rule.ts';
import { clusterName } from './TEN201-cluster-name/rule.ts';
import { tenantName } from './TEN202-tenant-name/rule.ts';
import { groupName } from './TEN203-group-name/rule.ts';
import { namespaceNameTooLong } from './TEN204-namespace-name-too-long/rule.ts';
import { identifierTooLong } from './TEN205-identifier-too-long/rule.ts';
import { fullNameNotAllowed } from './TEN206-full-name-not-allowed/rule.ts';
import { namespaceCollision } from './TEN207-namespace-collision/rule.ts';
import { ambiguousPrefix } from './TEN208-ambiguous-prefix/rule.ts';
import { protectedNamespace } from './TEN209-protected-namespace/rule.ts';
import { tooManyNamespaces } from './TEN210-too-many-namespaces/rule.ts';
import { duplicateIdentifier } from './TEN211-duplicate-identifier/rule.ts';
import { groupNamespaceName } from './TEN212-group-namespace-name/rule.ts';
import { duplicateEntry } from './TEN213-duplicate-entry/rule.ts';
import { labelNotAllowed } from './TEN214-label-not-allowed/rule.ts';
import { serverUrl } from './TEN216-server-url/rule.ts';
import { groupNamespaceLooksLikeTenants } from './TEN217-group-namespace-looks-like-tenants/rule.ts';
import { tenantNameAsNamespace } from './TEN218-tenant-name-as-namespace/rule.ts';
import { serviceAccountName } from './TEN219-service-account-name/rule.ts';
import { repositoryUrl } from './TEN220-repository-url/rule.ts';
import { placeholder } from './TEN221-placeholder/rule.ts';
import { annotationNotAllowed } from './TEN222-annotation-not-allowed/rule.ts';
import { annotationsTooLarge } from './TEN223-annotations-too-large/rule.ts';
import { secretInAnnotation } from './TEN224-secret-in-annotation/rule.ts';
import { nothingIsProduction } from './TEN225-nothing-is-production/rule.ts';
import { onlyObserved } from './TEN226-only-observed/rule.ts';

export const namesRules: readonly Rule[] = [
  clusterName,
  tenantName,
  groupName,
  namespaceNameTooLong,
  identifierTooLong,
  fullNameNotAllowed,
  namespaceCollision,
  ambiguousPrefix,
  protectedNamespace,
  tooManyNamespaces,
  duplicateIdentifier,
  groupNamespaceName,
  duplicateEntry,
  labelNotAllowed,
  serverUrl,
  groupNamespaceLooksLikeTenants,
  tenantNameAsNamespace,
  serviceAccountName,
  repositoryUrl,
  placeholder,
  annotationNotAllowed,
  annotationsTooLarge,
  secretInAnnotation,
  nothingIsProduction,
  onlyObserved,
];
