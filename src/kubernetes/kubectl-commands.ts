/** A request as RBAC sees it, of what kubectl does by a command of its own. */
export interface CommandRequest {
  readonly verb: string;
  /** Undefined where the command works on any resource. */
  readonly resource?: string;
  /** What follows the resource: `exec` of `pods/exec`. */
  readonly subresource?: string;
}

const ofPods = (verb: string, subresource: string): CommandRequest => ({ verb, resource: 'pods', subresource });

/**
 * Commands of kubectl that people take for verbs, with what they ask for. Where a command asks for several things, the one
 * that few roles allow. See https://kubernetes.io/docs/reference/kubectl/.
 */
export const kubectlCommands: ReadonlyMap<string, CommandRequest> = new Map([
  ['exec', ofPods('create', 'exec')],
  ['attach', ofPods('create', 'attach')],
  ['port-forward', ofPods('create', 'portforward')],
  ['portforward', ofPods('create', 'portforward')],
  ['log', ofPods('get', 'log')],
  ['logs', ofPods('get', 'log')],
  ['debug', ofPods('patch', 'ephemeralcontainers')],
  ['evict', ofPods('create', 'eviction')],
  ['drain', ofPods('create', 'eviction')],
  ['scale', { verb: 'patch', subresource: 'scale' }],
  ['edit', { verb: 'patch' }],
  ['apply', { verb: 'patch' }],
  ['describe', { verb: 'get' }],
]);
