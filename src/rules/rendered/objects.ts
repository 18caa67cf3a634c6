import { isDnsLabel, isDnsSubdomain, isPathSegment } from '../../kubernetes/names.ts';
import type { RenderedKind } from '../../manifests/kinds.ts';
import type { RenderedObject } from '../rule.ts';

/** An object for people: `RoleBinding solar-prod/x`. */
export function describeObject({ kind, name, namespace }: RenderedObject): string {
  return `${kind} \`${namespace === undefined ? '' : `${namespace}/`}${name}\``;
}

/** Why an object of the kind cannot have the name; undefined when it can. */
export function nameProblem(form: RenderedKind['nameForm'], name: string): string | undefined {
  switch (form) {
    case 'label':
      return isDnsLabel(name) ? undefined : 'it must be lowercase letters, digits and hyphens, at most 63';
    case 'subdomain':
      return isDnsSubdomain(name) ? undefined : 'it must be lowercase letters, digits, hyphens and dots, at most 253';
    case 'path segment':
      return isPathSegment(name)
        ? undefined
        : 'it must be a part of a path: neither empty, `.` or `..`, nor with `/` or `%` in it';
  }
}
