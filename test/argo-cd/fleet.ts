import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { at } from '../control-plane/client.ts';
import { minorVersions, testedMinor } from '../control-plane/binaries.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { startIssuer } from '../control-plane/issuer.ts';
import { allOnTestedVersion } from '../live/support/tested-version.ts';
import { tenantry } from '../support/cli.ts';
import { readFiles } from '../support/folders.ts';
import { startArgoCD } from './argo-cd.ts';
import type { ArgoCD } from './argo-cd.ts';
import type { ApplicationState } from './application.ts';
import type { Operator } from './guide.ts';
import { createRemote } from './repository.ts';
import type { Remote } from './repository.ts';

/** Config files of an organization by path. Undefined, of a change: the file is gone. */
export type Files = Readonly<Record<string, string | undefined>>;

export interface FleetOptions<Cluster extends string> {
  /** The organization, as it is committed first; its clusters are found by their `server`. */
  readonly organization: Readonly<Record<string, string>>;
  /** The clusters that are there; Argo CD lives in the first. */
  readonly clusters: readonly [Cluster, ...Cluster[]];
}

/** Clusters, one Argo CD that lives in the first, and the repository that it syncs from. */
export interface Fleet<Cluster extends string> {
  readonly planes: Readonly<Record<Cluster, ControlPlane>>;
  readonly argoCD: ArgoCD;
  readonly remote: Remote;
  readonly operator: Operator;
  /** The organization, with the repository and the servers that there really are. */
  readonly organization: Readonly<Record<string, string>>;
  /** What an organization's files would be if it had the fleet's servers. */
  readonly withServers: (files: Readonly<Record<string, string>>) => Record<string, string>;
  /** What is rendered at present, by path from the repository's root. */
  readonly dist: () => Readonly<Record<string, string>>;
  /** Merges a change of config files: `tenantry synth` renders, and all is pushed. Gives the commit's id. */
  readonly merge: (files: Files) => Promise<string>;
  /** Returns when each cluster has been given what the commit says, or has refused something of it. */
  readonly settled: (commit: string) => Promise<Record<Cluster, ApplicationState>>;
  /** A member of the group, by a token of the issuer for the cluster. */
  readonly memberOf: (group: string, cluster: Cluster) => Promise<{ readonly token: string }>;
  readonly stop: () => Promise<void>;
}

/** The name of a cluster's Application. */
export const applicationOf = (cluster: string): string => `tenantry-${cluster}`;

/** Starts a fleet, and pushes what the organization renders to. Nothing is applied anywhere yet. */
export async function startFleet<Cluster extends string>({
  organization: asWritten,
  clusters,
}: FleetOptions<Cluster>): Promise<Fleet<Cluster>> {
  // Where an old Kubernetes is asked for, its API servers read no file that is rendered for a new one.
  const files = testedMinor() === minorVersions().at(-1) ? asWritten : allOnTestedVersion(asWritten);
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-remote-'));
  const remote = createRemote(folder);
  const issuer = await startIssuer({ url: 'https://platform.example.com/api/oidc' });

  // The servers are known once they run, and what they accept as tokens before that: it depends on no server.
  remote.push(files);
  await synth(remote.folder);
  const authentication = readFiles(join(remote.folder, 'dist/api-server'));
  const configurationOf = (cluster: string) => authentication[`${cluster}/authentication-configuration.yaml`] ?? '';
  const started = await Promise.all(
    clusters.map(async (cluster) => {
      const plane = await startControlPlane({
        authenticationConfiguration: configurationOf(cluster),
        issuers: [issuer],
      });
      return [cluster, plane] as const;
    }),
  );
  const planes = Object.fromEntries(started) as Record<Cluster, ControlPlane>;
  const [home] = clusters;
  const argoCD = await startArgoCD({ controlPlane: planes[home], mayDo: 'nothing' });

  const servers = started.map(([cluster, { server }]) => [serverOf(files, cluster), server] as const);
  const withServers = (some: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(some).map(([path, text]) => [
        path,
        path === 'organization.yaml'
          ? following(text, remote.url, home)
          : servers.reduce(
              (result, [written, real]) => result.replaceAll(`server: ${written}\n`, `server: ${real}\n`),
              text,
            ),
      ]),
    );
  const organization = withServers(files);

  const fleet: Fleet<Cluster> = {
    planes,
    argoCD,
    remote,
    organization,
    withServers,
    operator: {
      folder: remote.folder,
      kubeconfigs: Object.fromEntries(started.map(([cluster, plane]) => [cluster, plane.kubeconfig()])),
      currentContext: home,
    },
    dist: () =>
      Object.fromEntries(
        Object.entries(readFiles(join(remote.folder, 'dist'))).map(([path, text]) => [`dist/${path}`, text]),
      ),
    async merge(changed) {
      remote.write(changed);
      await synth(remote.folder);
      return remote.push({});
    },
    async settled(commit) {
      const states = clusters.map(
        async (cluster) => [cluster, await argoCD.settled(applicationOf(cluster), commit)] as const,
      );
      return Object.fromEntries(await Promise.all(states)) as Record<Cluster, ApplicationState>;
    },
    async memberOf(group, cluster) {
      const audience = at(parse(configurationOf(cluster)), 'jwt', 0, 'issuer', 'audiences', 0);
      return { token: await issuer.sign({ sub: 'user:ada', aud: audience, groups: [group, 'cluster-scope'] }) };
    },
    async stop() {
      await argoCD.stop();
      await Promise.all([...started.map(([, plane]) => plane.stop()), issuer.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await fleet.merge(organization);
  return fleet;
}

/**
 * Renders anew, whatever was done to `dist/` by hand, and whatever the rules about changes would say: those are for pull
 * requests.
 */
async function synth(folder: string): Promise<void> {
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const { code, stdout, stderr } = await tenantry(['synth', '--as-of', '2026-06-15', '--dir', folder]);
  if (code !== 0) throw new Error(`tenantry synth ended with ${String(code)}:\n${stdout}${stderr}`);
}

function serverOf(files: Readonly<Record<string, string>>, cluster: string): string {
  return String(at(parse(files[`clusters/${cluster}.yaml`] ?? ''), 'spec', 'server'));
}

/** The organization's file, saying which repository is followed, by an Argo CD that lives in the cluster. */
function following(text: string, repository: string, cluster: string): string {
  const without = text.replace(/^ {2}argoCD:\n(?: {4}.*\n)*/m, '');
  return `${without.trimEnd()}\n  argoCD:\n    repoURL: ${repository}\n    cluster: ${cluster}\n`;
}
