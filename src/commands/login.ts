import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { issuerFor, siteOf, timeText } from '../app/person.ts';
import { prose } from '../render/text.ts';
import { NotSignedIn } from '../sign-in/issuer.ts';
import { saidBy } from '../sign-in/said.ts';
import { freshClusters, login as signIn, remaining } from '../sign-in/session.ts';
import { counted } from '../source/text.ts';
import { Failure } from '../values/failure.ts';

export interface LoginOptions {
  readonly issuer?: string;
  readonly device?: true;
  readonly provider?: string;
  readonly sharedProvider?: true;
}

/** `tenantry login`: signs somebody in once for all of his clusters (S27). */
export async function login(io: Io, options: LoginOptions): Promise<number> {
  const { issuer: named, device, provider, sharedProvider } = options;
  const site = siteOf(io);
  const issuer = await issuerFor(io, site, named);
  const made = await signIn(site, issuer, {
    occasion: 'asked',
    isByDevice: device === true,
    isShared: sharedProvider === true,
    ...(provider !== undefined && { provider }),
  });
  const until = timeText(site.machine.wallClock() + remaining(site, made));
  try {
    const { user, clusters } = await freshClusters(site, made);
    const renewed =
      made.refreshToken === undefined ? `until ${until}` : 'and stay so until the identity provider ends it';
    io.out.write(`${prose(`You are signed in as ${user} ${renewed}, with ${counted(clusters.length, 'cluster')}.`)}\n`);
    return exit.clean;
  } catch (error) {
    if (!(error instanceof NotSignedIn)) throw error;
    throw new Failure('sign-in', `${issuer} does not take your login: ${saidBy(error.message)}`, {
      help: 'the identity provider knows you, and the issuer does not: show this to your platform team',
    });
  }
}
