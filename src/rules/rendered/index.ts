import type { Rule } from '../rule.ts';
import { duplicateObject } from './TEN601-duplicate-object/rule.ts';
import { misplacedKind } from './TEN602-misplaced-kind/rule.ts';
import { invalidObject } from './TEN603-invalid-object/rule.ts';
import { tooManyObjects } from './TEN604-too-many-objects/rule.ts';
import { tenantTakesTooMuch } from './TEN605-tenant-takes-too-much/rule.ts';

export const renderedRules: readonly Rule[] = [
  duplicateObject,
  misplacedKind,
  invalidObject,
  tooManyObjects,
  tenantTakesTooMuch,
];
