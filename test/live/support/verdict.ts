import { at, waitFor } from '../../control-plane/client.ts';
import type { Answer } from '../../control-plane/client.ts';

/**
 * What an API server said, in a line that tests compare: `allowed`; `<policy>: <message>` from a policy; `RBAC: …`;
 * `RBAC escalation: …`; or the status and the message.
 */
export function verdict({ status, body }: Answer): string {
  if (status < 300) return 'allowed';
  const message = String(at(body, 'message') ?? body);
  const [, policy, , reason] =
    /ValidatingAdmissionPolicy '([a-z-]+)\.([a-z0-9.-]+)' with binding '\1\.\2' denied request: ([^]*)$/.exec(
      message,
    ) ?? [];
  if (policy !== undefined && reason !== undefined) return `${policy}: ${reason}`;
  if (status === 403 && message.includes(' is attempting to grant RBAC permissions not currently held')) {
    return `RBAC escalation: ${message}`;
  }
  if (status === 403 && / cannot [a-z:-]+ resource /.test(message)) return `RBAC: ${message}`;
  return `${status} ${message}`;
}

/** The verdict once RBAC has nothing against it any more: it takes a moment to learn what has just been granted. */
export async function verdictPastRbac(attempt: () => Promise<Answer>): Promise<string> {
  return await waitFor('RBAC to let it through', async () => {
    const found = verdict(await attempt());
    return found.startsWith('RBAC: ') ? Promise.reject(new Error(found)) : found;
  });
}
