import type { Location } from '../../../source/diagnostic.ts';
import { addTo, groupedBy } from '../../../values/order.ts';
import type { RenderedObject, RenderedRule } from '../../rule.ts';
import { bytesOf, filesOfClusters, mostBytes } from '../recorded.ts';

/**
 * One of so many parts of what a cluster's Applications can record is one tenant's. It takes four tenants that use all of
 * theirs to leave no room for the others, and a hundred namespaces of ten objects each fit.
 */
const parts = 4;

export const tenantTakesTooMuch: RenderedRule = {
  level: 'rendered',
  code: 'TEN605',
  name: 'tenant-takes-too-much',
  severity: 'error',
  summary: 'No tenant takes more than a quarter of what the Applications of a cluster can record (TEN604).',
  why: 'All tenants of a cluster share its Applications. One that fills them up to the limit breaks nothing by its own change: the next change of anybody else fails, revocations among them. So its own change fails, long before.',
  *check(objects) {
    for (const [cluster, files] of groupedBy(filesOfClusters(objects), (file) => file.cluster)) {
      const applications = 1 + Math.max(0, ...files.map(({ application = '0' }) => Number(application)));
      const room = (applications * mostBytes) / parts;
      const byTenant = new Map<string, RenderedObject[]>();
      for (const object of files.flatMap((file) => file.objects)) {
        const file = fileOf(object.source);
        if (file.startsWith('tenants/')) addTo(byTenant, file, object);
      }
      for (const ofTenant of byTenant.values()) {
        const [first] = ofTenant;
        const bytes = ofTenant.reduce((sum, object) => sum + bytesOf(object), 0);
        if (!first || bytes <= room) continue;
        yield {
          message: `this tenant would have ${ofTenant.length} objects on cluster \`${cluster}\`, ${Math.ceil((bytes * 100) / (applications * mostBytes))} % of what its Applications can record: one tenant may have ${100 / parts} %`,
          at: first.source,
          help: `give fewer namespaces or shares there, such as one share of a group in place of many of its members; or have the cluster's namespaces divided among more Applications: \`applications\` in clusters/${cluster}.yaml`,
        };
      }
    }
  },
};

function fileOf(source: Location): string {
  return 'origin' in source ? source.origin.file : source.file;
}
