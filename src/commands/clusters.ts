import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { styleOf } from '../app/organization.ts';
import { asPerson, issuerFor, siteOf } from '../app/person.ts';
import { csv } from '../render/csv.ts';
import type { Column } from '../render/table.ts';
import { table } from '../render/table.ts';
import { jsonText } from '../render/text.ts';
import type { OwnCluster } from '../sign-in/issuer.ts';
import { freshClusters } from '../sign-in/session.ts';

export interface ClustersOptions {
  readonly issuer?: string;
  readonly format: 'table' | 'json' | 'csv';
}

/** Namespaces in a cell of a table: the rest is a number. JSON and CSV have them all. */
const mostNamespaces = 6;

/** `tenantry clusters`: the clusters that the person who is signed in has, as the issuer says now. */
export async function clusters(io: Io, { issuer: named, format }: ClustersOptions): Promise<number> {
  const site = siteOf(io);
  const issuer = await issuerFor(io, site, named);
  const { user, clusters: own } = await asPerson(site, issuer, (login) => freshClusters(site, login));
  switch (format) {
    case 'json':
      io.out.write(jsonText({ formatVersion: 1, issuer, user, clusters: own }));
      break;
    case 'csv':
      io.out.write(csv(columns(Infinity), own));
      break;
    case 'table': {
      const { width } = io.out;
      if (own.length === 0) io.err.write('You have no cluster.\n');
      else
        io.out.write(
          table(columns(mostNamespaces), own, { style: styleOf(io.out), ...(width !== undefined && { width }) }),
        );
    }
  }
  return exit.clean;
}

function columns(most: number): readonly Column<OwnCluster>[] {
  return [
    { header: 'Cluster', cell: ({ name }) => name },
    { header: 'Server', cell: ({ server }) => server },
    { header: 'Namespaces', cell: ({ namespaces }) => shortened(namespaces, most) },
    { header: 'Default namespace', cell: ({ defaultNamespace }) => defaultNamespace ?? '', keep: true },
  ];
}

function shortened(names: readonly string[], most: number): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(' ')} and ${rest} more` : names.join(' ');
}
