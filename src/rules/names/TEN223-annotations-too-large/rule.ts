import type { Namespace, Tenant } from '../../../config/model/desired-state.ts';
import { namespaceAnnotations } from '../../../manifests/annotations.ts';
import { mostAnnotationBytes } from '../../../settings/schema-parts.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { groupedBy, sortedBy } from '../../../values/order.ts';
import type { Platform, TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';

export const annotationsTooLarge: TenantRule = {
  level: 'tenant',
  code: 'TEN223',
  name: 'annotations-too-large',
  severity: 'error',
  summary:
    'The annotations of a namespace, those that tenantry writes among them, have no more than 262144 bytes in all, keys and values together.',
  why: 'The API server takes no object with more: the Namespace would not be made, or stay as it was before, and all that comes with it in one sync.',
  *check({ tenant, platform: { organization } }) {
    if (!organization.complete || !tenant.complete) return;
    const tooLarge = tenant.namespaces.flatMap((namespace) => {
      if (namespace.annotations.size === 0) return [];
      const bytes = bytesOf(tenant, namespace, organization);
      return bytes > mostAnnotationBytes ? [{ namespace, bytes, origin: largestOf(namespace) }] : [];
    });
    for (const all of groupedBy(tooLarge, ({ origin, namespace }) => origin ?? namespace.origin).values()) {
      const [largest] = sortedBy(all, ({ bytes }) => String(1e9 - bytes));
      if (!largest) continue;
      yield {
        message: `the annotations of ${listed(all.map(({ namespace }) => namespace.name))} have ${largest.bytes} bytes, and the API server takes ${mostAnnotationBytes}`,
        at: largest.origin ? atKey(largest.origin) : at(largest.namespace.nameOrigin),
        help: 'keep the text somewhere else, and write where it is',
      };
    }
  },
};

/** What they come to, in whichever state it is more. */
function bytesOf(tenant: Tenant, namespace: Namespace, organization: Platform['organization']): number {
  const states = ['Active', 'MarkedForDeletion'] as const;
  return Math.max(
    ...states.map((value) => {
      const state = { ...namespace.state, value };
      const all = namespaceAnnotations(organization, {
        kind: 'Tenant',
        name: namespace.name,
        namespace,
        tenant,
        state,
      });
      return Object.entries(all).reduce(
        (sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text),
        0,
      );
    }),
  );
}

/** The line of the annotation that has the most of it. */
function largestOf({ annotations }: Namespace): Origin | undefined {
  const [largest] = sortedBy(annotations.values(), ({ value }) => String(1e9 - Buffer.byteLength(value)));
  return largest?.origin;
}
