import type { Rule } from '../rule.ts';
import { ambiguousPrefix } from './ambiguous-prefix.ts';
import { clusterName } from './cluster-name.ts';
import { duplicateEntry } from './duplicate-entry.ts';
import { duplicateIdentifier } from './duplicate-identifier.ts';
import { fullNameNotAllowed } from './full-name-not-allowed.ts';
import { groupName } from './group-name.ts';
import { groupNamespaceLooksLikeTenants } from './group-namespace-looks-like-tenants.ts';
import { groupNamespaceName } from './group-namespace-name.ts';
import { identifierTooLong } from './identifier-too-long.ts';
import { labelNotAllowed } from './label-not-allowed.ts';
import { namespaceCollision } from './namespace-collision.ts';
import { namespaceNameTooLong } from './namespace-name-too-long.ts';
import { protectedNamespace } from './protected-namespace.ts';
import { serverUrl } from './server-url.ts';
import { tenantName } from './tenant-name.ts';
import { tooManyNamespaces } from './too-many-namespaces.ts';

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
];
