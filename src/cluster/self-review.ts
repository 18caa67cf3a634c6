import { codeOf, exchange } from './http.ts';

/** What an API server says of a token: that it takes it, that it does not, or nothing that says either. */
export type Shown = 'taken' | 'refused' | { readonly unknown: string };

/** One that takes longer is not reached: others are waiting to be shown that a key has gone. */
const times = { connect: 5_000, begin: 10_000, end: 10_000 };

/**
 * Shows a token to an API server, at its declared address and by its declared certificate authority (PEM; undefined where
 * it is publicly trusted): nobody else ever sees it.
 */
export async function showToken(
  { server, certificateAuthority }: { readonly server: string; readonly certificateAuthority?: string },
  token: string,
): Promise<Shown> {
  const url = new URL(`${server.replace(/\/+$/, '')}/apis/authentication.k8s.io/v1/selfsubjectreviews`);
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  try {
    const { status } = await exchange(
      url,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
        ...(certificateAuthority !== undefined && { ca: certificateAuthority }),
      },
      { contentType: 'application/json', body: JSON.stringify(review), times },
    );
    if (status === 401) return 'refused';
    // Whoever may not ask who he is has been recognized all the same.
    return status === 201 || status === 403 ? 'taken' : { unknown: `it answered with ${status}` };
  } catch (error) {
    return { unknown: codeOf(error) };
  }
}
