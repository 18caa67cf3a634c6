import { at, listAt } from '../control-plane/client.ts';

/** An Application as Argo CD sees it, as far as tests ask. */
export interface ApplicationState {
  /** `Synced`, `OutOfSync` or `Unknown`, and the commit that was compared. */
  readonly sync: string;
  readonly revision: string;
  readonly health: string;
  /** The operation that runs or ran last. */
  readonly operation: OperationState | undefined;
  /** An operation is asked for or runs. */
  readonly isBusy: boolean;
  /** What Argo CD has to say against it, such as a `ComparisonError`. */
  readonly conditions: readonly { readonly type: string; readonly message: string }[];
  /** The objects that it manages, by `Kind namespace/name`: `Synced` or `OutOfSync`; `prune` marks those to go. */
  readonly resources: Readonly<Record<string, string>>;
  /** When it was compared last, as Argo CD writes it. */
  readonly reconciledAt: string;
}

export interface OperationState {
  /** `Running`, `Succeeded`, `Failed`, `Error` or `Terminating`. */
  readonly phase: string;
  readonly message: string;
  readonly revision: string;
  /** How often it was tried again. */
  readonly retries: number;
  /**
   * What became of each object, by `Kind namespace/name`, such as `Pruned: pruned`. A self-heal may follow on a sync at
   * once, with results of its own: only those of a failed sync stay.
   */
  readonly results: Readonly<Record<string, string>>;
}

/** Reads an Application's status, of which everything may be absent. */
export function readApplication(object: unknown): ApplicationState {
  const status = at(object, 'status');
  const operation = at(status, 'operationState');
  const phase = text(operation, 'phase');
  return {
    sync: text(status, 'sync', 'status'),
    revision: text(status, 'sync', 'revision'),
    health: text(status, 'health', 'status'),
    operation:
      operation === undefined
        ? undefined
        : {
            phase,
            message: text(operation, 'message'),
            revision: text(operation, 'syncResult', 'revision'),
            retries: Number(at(operation, 'retryCount') ?? 0),
            results: byName(listAt(operation, 'syncResult', 'resources'), (one) =>
              [text(one, 'status'), text(one, 'message')].join(': '),
            ),
          },
    isBusy: at(object, 'operation') !== undefined || phase === 'Running' || phase === 'Terminating',
    conditions: listAt(status, 'conditions').map((one) => ({ type: text(one, 'type'), message: text(one, 'message') })),
    resources: byName(listAt(status, 'resources'), (one) =>
      at(one, 'requiresPruning') === true ? `${text(one, 'status')}, prune` : text(one, 'status'),
    ),
    reconciledAt: text(status, 'reconciledAt'),
  };
}

function byName(objects: readonly unknown[], value: (one: unknown) => string): Record<string, string> {
  return Object.fromEntries(
    objects.map((one) => {
      const namespace = text(one, 'namespace');
      return [`${text(one, 'kind')} ${namespace === '' ? '' : `${namespace}/`}${text(one, 'name')}`, value(one)];
    }),
  );
}

function text(value: unknown, ...path: string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}
