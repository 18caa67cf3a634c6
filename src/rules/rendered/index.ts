import type { Rule } from '../rule.ts';
import { duplicateObject } from './duplicate-object.ts';
import { invalidObject } from './invalid-object.ts';
import { misplacedKind } from './misplaced-kind.ts';
import { tooManyObjects } from './too-many-objects.ts';

export const renderedRules: readonly Rule[] = [duplicateObject, misplacedKind, invalidObject, tooManyObjects];
