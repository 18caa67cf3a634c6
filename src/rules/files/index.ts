import type { Rule } from '../rule.ts';
import { ambiguousScalar } from './ambiguous-scalar.ts';
import { duplicateKey } from './duplicate-key.ts';
import { emptyFile } from './empty-file.ts';
import { misnamedFile } from './misnamed-file.ts';
import { missingKey } from './missing-key.ts';
import { notPlainText } from './not-plain-text.ts';
import { notPlainYaml } from './not-plain-yaml.ts';
import { notReadable } from './not-readable.ts';
import { organizationMissing } from './organization-missing.ts';
import { secretInConfig } from './secret-in-config.ts';
import { strayFile } from './stray-file.ts';
import { twoFilesForOneName } from './two-files-for-one-name.ts';
import { typescriptFailed } from './typescript-failed.ts';
import { typescriptForbidden } from './typescript-forbidden.ts';
import { unknownKey } from './unknown-key.ts';
import { wrongValue } from './wrong-value.ts';
import { yamlSyntax } from './yaml-syntax.ts';

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
