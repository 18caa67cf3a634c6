import { atFile } from '../../../source/diagnostic.ts';
import type { ChangeRule } from '../../rule.ts';
import { hasBase } from '../sides.ts';

export const roleRefChanged: ChangeRule = {
  level: 'change',
  code: 'TEN516',
  name: 'role-ref-changed',
  severity: 'error',
  summary: 'A binding in `dist/` keeps its role: another role is another binding (S11).',
  why: 'The API server refuses to change the `roleRef` of a binding. Argo CD would try again for ever, the old role would stay as long as it does, and nobody would be told. So the names of bindings hold their roles, and this does not happen unless a name or a file was edited by hand.',
  *check(context) {
    if (!hasBase(context)) return;
    for (const { path, kind, name, before, after } of context.bindings) {
      if (before === after) continue;
      yield {
        message: `${kind} \`${name}\` goes from \`${before}\` to \`${after}\`, but Kubernetes cannot change the role of a binding`,
        at: atFile(`dist/${path}`),
        help: 'run `tenantry synth`, which gives the binding of another role another name, and commit what it writes',
      };
    }
  },
};
