import type { Subject, Tenant } from '../../../config/model/desired-state.ts';
import { subjectKey } from '../../../config/model/desired-state.ts';
import type { Label } from '../../../source/diagnostic.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { addTo } from '../../../values/order.ts';
import { tenantByName, tenantNames } from '../../names/prefix.ts';
import type { WholeRule, RuleContext } from '../../rule.ts';

export const unprotectedOwnerServiceAccount: WholeRule = {
  level: 'whole',
  code: 'TEN313',
  name: 'unprotected-owner-service-account',
  severity: 'error',
  waivable: true,
  summary: "A service account that owns a tenant lives in a namespace of that tenant or of the platform's.",
  why: "Whoever may create pods in a namespace runs them as whichever service account of it they like, and reads its tokens. If another tenant, or the group of a group namespace, controls that namespace, its people own this tenant as well: unless all who can do more than view there are owners of this tenant anyway. That holds for every namespace that the other tenant's prefix stands for, declared today or not: its owners can declare it. Namespaces of that name count on the clusters where the owned tenant has namespaces: on others, the service account is nobody to it. An exception names the tenant that is owned.",
  *check(context) {
    const owners = context.desired.tenants.flatMap((tenant) =>
      tenant.owners.flatMap(({ subject, origin }) =>
        subject.kind === 'ServiceAccount' ? [{ tenant, name: subject.name, namespace: subject.namespace, origin }] : [],
      ),
    );
    if (owners.length === 0) return;
    const controllerOf = controllers(context);
    for (const { tenant, name, namespace, origin } of owners) {
      const controller = controllerOf(tenant, namespace);
      if (!controller) continue;
      yield {
        message: `service account \`${namespace}/${name}\` owns tenant \`${tenant.name}\`, but ${controller.who} controls its namespace`,
        at: at(originAt(origin, 'namespace')),
        label: `whoever may create pods here owns \`${tenant.name}\``,
        related: controller.places,
        help: `use a service account in a namespace of \`${tenant.name}\`, or in one of the platform's own`,
        target: tenant.name,
      };
    }
  },
};

interface Controller {
  readonly who: string;
  readonly places: readonly Label[];
}

/** Finds who else than `tenant` controls a namespace; nobody does where it is the tenant's own, or not tenantry's. */
function controllers({
  files,
  desired: { tenants, clusters },
}: RuleContext): (tenant: Tenant, namespace: string) => Controller | undefined {
  const ofTenants = new Map<
    string,
    { tenant: string; clusters: readonly string[]; place: Label; holders: readonly Subject[] }[]
  >();
  for (const { name: tenant, namespaces, owners } of tenants) {
    for (const { name, nameOrigin, clusters: on, shares } of namespaces) {
      const holders = [...owners, ...shares.filter(({ role }) => role !== 'view')].map(({ subject }) => subject);
      const place = { location: at(nameOrigin), message: `a namespace of tenant \`${tenant}\`` };
      addTo(ofTenants, name, { tenant, clusters: on.map(({ value }) => value), place, holders });
    }
  }
  const ofGroups = new Map<string, (Controller & { readonly cluster: string; readonly group?: string })[]>();
  for (const { name: cluster, sharedWith, retainedNamespaces } of clusters) {
    for (const { value, origin } of retainedNamespaces) {
      const message = 'what runs in it was started by a group that had it';
      addTo(ofGroups, value, {
        cluster,
        who: `a former group of cluster \`${cluster}\``,
        places: [{ location: at(origin), message }],
      });
    }
    for (const { group, namespace, origin } of sharedWith) {
      if (namespace === undefined) continue;
      const place = {
        location: at(originAt(origin, 'group')),
        message: `gives the group the namespace \`${namespace}\``,
      };
      addTo(ofGroups, namespace, { cluster, who: `group \`${group}\``, group, places: [place] });
    }
  }
  const ofOthers = new Map<
    string,
    (Controller & { readonly cluster: string; readonly holders: readonly Subject[] })[]
  >();
  for (const { name: cluster, foreignNamespaces } of clusters) {
    for (const { name, origin, shares } of foreignNamespaces) {
      const holders = shares.filter(({ role }) => role !== 'view').map(({ subject }) => subject);
      const place = { location: at(originAt(origin, 'name')), message: 'shared here' };
      addTo(ofOthers, name, {
        cluster,
        who: `whoever has a share in foreign namespace \`${name}\``,
        places: [place],
        holders,
      });
    }
  }
  const names = tenantNames(files);
  return (tenant, namespace) => {
    // A service account is one of its cluster: on others, one of the same name owns nothing of the tenant's.
    const concerned = new Set(tenant.namespaces.flatMap(({ clusters: on }) => on.map(({ value }) => value)));
    // A tenant without namespaces may have them anywhere.
    const counts = (cluster: string): boolean => concerned.size === 0 || concerned.has(cluster);
    const declared = (ofTenants.get(namespace) ?? []).filter(({ clusters: on }) => on.some(counts));
    const other = declared.find((d) => d.tenant !== tenant.name && !ownAnyway(tenant, d.holders));
    if (other) return { who: `tenant \`${other.tenant}\``, places: [other.place] };
    const groups = (ofGroups.get(namespace) ?? []).filter(({ cluster }) => counts(cluster));
    const group = groups.find((one) => !isOwner(tenant, one.group));
    if (group) return group;
    const shared = (ofOthers.get(namespace) ?? []).filter(({ cluster }) => counts(cluster));
    const sharing = shared.find(({ holders }) => !ownAnyway(tenant, holders));
    if (sharing) return sharing;
    if (declared.length + shared.length > 0) return undefined;
    const owner = tenantByName(names, namespace);
    if (owner === undefined || owner === tenant.name) return undefined;
    const location = names.get(owner);
    const message = `all \`${owner}-…\` are its namespaces`;
    return { who: `tenant \`${owner}\``, places: location ? [{ location, message }] : [] };
  };
}

/** Who owns the tenant already gains nothing by starting pods as its service account. */
function ownAnyway({ owners }: Tenant, holders: readonly Subject[]): boolean {
  const known = new Set(owners.map(({ subject }) => subjectKey(subject)));
  return holders.every((subject) => known.has(subjectKey(subject)));
}

/** A group that owns the tenant gains nothing by controlling the tenant's service account. */
function isOwner({ owners }: Tenant, group: string | undefined): boolean {
  return owners.some(({ subject }) => subject.kind === 'Group' && subject.name === group);
}
