import { Type } from '@sinclair/typebox';
import type { Static, TSchema } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import type { Snapshot } from './snapshot.ts';

/** A Snapshot as it is written to a file. The file may come from anywhere, so every text in it has an end. */

const text = () => Type.String({ maxLength: 10_000 });
const list = <T extends TSchema>(items: T) => Type.Array(items, { maxItems: 1_000_000 });
const texts = () => Type.Record(Type.String({ maxLength: 317 }), Type.String({ maxLength: 300_000 }));
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
const object = <T extends Parameters<typeof Type.Object>[0]>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });
const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] });

const metadata = {
  name: text(),
  uid: text(),
  createdAt: text(),
  resourceVersion: text(),
  labels: texts(),
  annotations: texts(),
  deletedAt: optional(text()),
  finalizers: list(text()),
  otherManagers: optional(list(object({ manager: text(), fields: list(text()) }))),
};

const rule = object({
  apiGroups: optional(list(text())),
  resources: optional(list(text())),
  resourceNames: optional(list(text())),
  nonResourceURLs: optional(list(text())),
  verbs: list(text()),
});

const node = object({ ...metadata, cpu: text(), memory: text(), isReady: Type.Boolean() });
const namespace = object({
  ...metadata,
  phase: text(),
  conditions: list(object({ type: text(), status: text(), message: text() })),
});
const binding = object({
  ...metadata,
  namespace: optional(text()),
  role: object({ kind: text(), name: text() }),
  subjects: list(object({ kind: text(), name: text(), namespace: optional(text()) })),
});
const clusterRole = object({ ...metadata, rules: list(rule), isAggregated: Type.Boolean() });
const role = object({ ...metadata, namespace: text(), rules: list(rule) });
const other = object({ ...metadata, namespace: optional(text()), spec: Type.Unknown() });

const application = object({
  ...metadata,
  namespace: optional(text()),
  spec: Type.Unknown(),
  applied: optional(text()),
  refused: list(object({ kind: text(), name: text(), namespace: optional(text()), message: text() })),
  errors: list(text()),
});

const state = Type.Union([
  object({ kind: Type.Literal('ok') }),
  object({ kind: oneOf(['partial', 'forbidden']), missing: list(object({ resource: text(), why: text() })) }),
  object({ kind: oneOf(['unreachable', 'untrusted', 'unauthorized', 'not-in-kubeconfig']), why: text() }),
]);

const shape = object({
  formatVersion: Type.Literal(1),
  takenAt: text(),
  clusters: list(
    object({
      cluster: text(),
      server: text(),
      state,
      readAt: text(),
      version: optional(text()),
      objects: object({
        nodes: optional(list(node)),
        namespaces: optional(list(namespace)),
        rolebindings: optional(list(binding)),
        clusterrolebindings: optional(list(binding)),
        clusterroles: optional(list(clusterRole)),
        roles: optional(list(role)),
        resourcequotas: optional(list(other)),
        limitranges: optional(list(other)),
        networkpolicies: optional(list(other)),
        validatingadmissionpolicies: optional(list(other)),
        validatingadmissionpolicybindings: optional(list(other)),
        applications: optional(list(application)),
        appprojects: optional(list(other)),
      }),
      own: optional(
        object({
          user: text(),
          namespaces: list(
            object({ name: text(), namespace: optional(namespace), rolebindings: optional(list(binding)) }),
          ),
        }),
      ),
    }),
  ),
});

/** Reads a Snapshot back, or says why the text is none. */
export function readSnapshot(written: string): { readonly snapshot: Snapshot } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const validate = new Ajv({ strict: true, strictTypes: false }).compile<Static<typeof shape>>(shape);
  if (validate(value)) return { snapshot: value };
  const [error] = validate.errors ?? [];
  return { problem: error ? `${error.instancePath || 'it'} ${error.message ?? 'is wrong'}` : 'it has another shape' };
}
