import { oncePer } from '../../../values/once.ts';
import { kindOf } from '../../../manifests/kinds.ts';
import type { RenderedObject, RenderedRule } from '../../rule.ts';
import { isDnsLabel, isLabelKey, isLabelValue } from '../../../kubernetes/names.ts';
import { describeObject, nameProblem } from '../objects.ts';

export const invalidObject: RenderedRule = {
  level: 'rendered',
  code: 'TEN603',
  name: 'invalid-object',
  severity: 'error',
  summary: 'Every object is of a kind that tenantry renders, and has a name and labels that Kubernetes accepts.',
  why: 'The API server refuses an object with a bad name or label, in the middle of a sync: what comes after it, revocations among it, waits. A kind that nobody expects has no policy that guards it and no review that looks for it.',
  *check(objects) {
    for (const object of objects) {
      for (const problem of problemsOf(object)) {
        yield {
          message: `${describeObject(object)} in \`${object.path}\` ${problem}`,
          at: object.source,
          help: 'choose another name where it comes from; if it is allowed there, this is a mistake in tenantry: please report it',
        };
      }
    }
  },
};

function* problemsOf(object: RenderedObject): Iterable<string> {
  const kind = kindOf(object);
  if (!kind) {
    yield `is of a kind that tenantry does not render: \`${object.apiVersion}\` \`${object.kind}\``;
    return;
  }
  const ofName = nameProblem(kind.nameForm, object.name);
  if (ofName !== undefined) yield `has a name that Kubernetes refuses: ${ofName}`;
  if (object.namespace !== undefined && !isDnsLabel(object.namespace)) yield 'is in a namespace that cannot exist';
  yield* problemsOfLabels(object.labels);
}

/** Of nearly all objects of a kind the labels are the same value. */
const problemsOfLabels = oncePer((labels: RenderedObject['labels']): readonly string[] =>
  Object.entries(labels).flatMap(([key, value]) => {
    if (!isLabelKey(key)) return [`has a label whose key Kubernetes refuses: \`${key}\``];
    return isLabelValue(value) ? [] : [`has a label whose value Kubernetes refuses: \`${key}: ${value}\``];
  }),
);
