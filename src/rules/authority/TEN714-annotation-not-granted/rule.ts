import { ceilingsOf } from '../../../config/model/ceilings.ts';
import { annotationReservedFor, isSteering } from '../../../kubernetes/annotations.ts';
import { isGrantedAnnotation, isGrantedKey } from '../../../settings/grants.ts';
import { atKey } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { stayWithinOr } from '../grant.ts';

export const annotationNotGranted: TenantRule = {
  level: 'tenant',
  code: 'TEN714',
  name: 'annotation-not-granted',
  severity: 'error',
  summary: 'Tenants annotate their namespaces with the keys that the admins granted.',
  why: 'Annotations of a Namespace are read by whatever runs in the cluster: which nodes its pods are for (`openshift.io/node-selector`), which roles of a cloud they may take (`iam.amazonaws.com/permitted`), whose project it is (`field.cattle.io/projectId`). Nobody can list all that do, so it is listed which are harmless. Of those that are known to decide such things, a pattern covers none: they are granted by their whole key.',
  limit: ['limits'],
  *check({ tenant, platform: { organization } }) {
    if (!organization.complete || !tenant.complete) return;
    const granted = ceilingsOf(organization, tenant.name).annotationKeys?.value ?? [];
    const seen = new Set<Origin>();
    for (const { annotations } of tenant.namespaces) {
      for (const [key, { origin }] of annotations) {
        // One that nobody may declare is another rule's: no grant would help.
        if (isGrantedAnnotation(key, granted) || seen.has(origin) || annotationReservedFor(key)) continue;
        seen.add(origin);
        const isByPattern = isSteering(key) && isGrantedKey(key, granted);
        yield {
          message: isByPattern
            ? `annotation \`${key}\` decides what the namespace may do: tenant \`${tenant.name}\` may set it where it is granted by its whole key, and not by ${listed(granted, 5, 'or')}`
            : `annotation \`${key}\` is not among those that tenant \`${tenant.name}\` may set: ${granted.length === 0 ? 'none is granted' : listed(granted)}`,
          at: atKey(origin),
          ...stayWithinOr('remove it', tenant.name, { annotationKeys: [...granted, key] }),
        };
      }
    }
  },
};
