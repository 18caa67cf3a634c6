import type { Cluster } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import type { OrganizationRule } from '../../rule.ts';

export const sharedAudience: OrganizationRule = {
  level: 'organization',
  code: 'TEN307',
  name: 'shared-audience',
  severity: 'error',
  summary: 'No two clusters have the same `id` or the same server (S29).',
  why: 'The `id` of a cluster is the audience of the tokens for it. Where two have the same, the token that someone got for one cluster is accepted by the other: a development cluster that is broken into gives away production. Two entries for one server give the same cluster two contradicting descriptions, and the one that is applied last wins.',
  *check({ clusters }) {
    const byId = new Map<string, Cluster>();
    const byServer = new Map<string, Cluster>();
    for (const cluster of clusters) {
      const sameId = earlier(byId, cluster.id.value, cluster);
      if (sameId) {
        // An `id` that is the name may not be written at all, so the other one is where the mistake is.
        const [wrong, right] = cluster.id.value === cluster.name ? [sameId, cluster] : [cluster, sameId];
        yield {
          message: `clusters \`${right.name}\` and \`${wrong.name}\` have the same id, so that each accepts the tokens for the other`,
          at: at(idOrigin(wrong)),
          label: `\`${right.name}\` has this id as well`,
          related: [
            {
              location: at(idOrigin(right)),
              message: right.id.value === right.name ? 'the id is the name unless another is given' : 'the same id',
            },
          ],
          help: `give \`${wrong.name}\` an id of its own, or none: it is then its name`,
        };
      }
      const server = normalizedServer(cluster.server.value);
      const sameServer = server === undefined ? undefined : earlier(byServer, server, cluster);
      if (sameServer) {
        yield {
          message: `clusters \`${sameServer.name}\` and \`${cluster.name}\` have the same server`,
          at: at(cluster.server.origin),
          related: [{ location: at(sameServer.server.origin), message: `the server of \`${sameServer.name}\`` }],
          help: 'correct the address, or merge the two files if they describe one cluster',
        };
      }
    }
  },
};

/** The cluster that `key` is known of; `cluster` becomes the one when there is none. Two files of one name are another rule's. */
function earlier(known: Map<string, Cluster>, key: string, cluster: Cluster): Cluster | undefined {
  const other = known.get(key);
  if (!other) known.set(key, cluster);
  return other?.name === cluster.name ? undefined : other;
}

function idOrigin({ name, id, origin }: Cluster): Origin {
  return id.value === name ? originAt(origin, 'metadata', 'name') : id.origin;
}

/** The address that a URL leads to: letter case of the host, the default port and a final slash or dot say nothing. */
export function normalizedServer(server: string): string | undefined {
  if (!URL.canParse(server)) return undefined;
  const { protocol, hostname, port, pathname } = new URL(server);
  return `${protocol}//${hostname.replace(/\.$/, '')}:${port}${pathname.replace(/\/+$/, '')}`;
}
