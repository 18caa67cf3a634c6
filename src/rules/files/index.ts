import type { Rule } from '../rule.ts';
import { notReadable } from './TEN001-not-readable/rule.ts';
import { notPlainText } from './TEN002-not-plain-text/rule.ts';
import { emptyFile } from './TEN003-empty-file/rule.ts';
import { yamlSyntax } from './TEN004-yaml-syntax/rule.ts';
import { duplicateKey } from './TEN005-duplicate-key/rule.ts';
import { notPlainYaml } from './TEN006-not-plain-yaml/rule.ts';
import { ambiguousScalar } from './TEN007-ambiguous-scalar/rule.ts';
import { unknownKey } from './TEN008-unknown-key/rule.ts';
import { missingKey } from './TEN009-missing-key/rule.ts';
import { wrongValue } from './TEN010-wrong-value/rule.ts';
import { misnamedFile } from './TEN011-misnamed-file/rule.ts';
import { twoFilesForOneName } from './TEN012-two-files-for-one-name/rule.ts';
import { strayFile } from './TEN013-stray-file/rule.ts';
import { organizationMissing } from './TEN014-organization-missing/rule.ts';
import { typescriptForbidden } from './TEN015-typescript-forbidden/rule.ts';
import { typescriptFailed } from './TEN016-typescript-failed/rule.ts';
import { secretInConfig } from './TEN018-secret-in-config/rule.ts';

export const filesRules: readonly Rule[] = [
  notReadable,
  notPlainText,
  emptyFile,
  yamlSyntax,
  duplicateKey,
  notPlainYaml,
  ambiguousScalar,
  unknownKey,
  missingKey,
  wrongValue,
  misnamedFile,
  twoFilesForOneName,
  strayFile,
  organizationMissing,
  typescriptForbidden,
  typescriptFailed,
  secretInConfig,
];
