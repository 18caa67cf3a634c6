import type { ConfigFile } from '../../../config/reading/files.ts';
import { isDnsLabel } from '../../../kubernetes/names.ts';
import { at } from '../../../source/diagnostic.ts';
import { fileOrigin, originAt } from '../../../source/source.ts';
import type { FileRule, Finding } from '../../rule.ts';
import { clipped } from '../problems.ts';

export const misnamedFile: FileRule = {
  level: 'file',
  code: 'TEN011',
  name: 'misnamed-file',
  severity: 'error',
  summary: "The `metadata.name` of a tenant or a cluster is its file's name.",
  why: 'Review by path (CODEOWNERS) rests on it: whoever may change tenants/solar.yaml must not be able to declare another tenant in it.',
  check({ file }) {
    return file.kind === 'Organization' ? [] : misnamed(file);
  },
};

function misnamed({ path, stem, extension, kind, checked }: ConfigFile): Finding[] {
  const name = checked?.file?.metadata.name;
  if (name === undefined || name === stem) return [];
  // A file whose own name cannot stand is to be renamed: the rules about names say how.
  if (!(kind === 'Cluster' ? /^[a-z0-9]{1,63}$/.test(stem) : isDnsLabel(stem))) return [];
  // Only what can be a file's name is offered as one: the name may hold slashes.
  const rename = /^[a-z0-9][a-z0-9-]*$/.test(name)
    ? `, or rename the file to ${path.slice(0, path.indexOf('/') + 1)}${name}.${extension}`
    : '';
  return [
    {
      message: `${kind.toLowerCase()} \`${clipped(name)}\` is declared in a file named \`${stem}.${extension}\``,
      at: at(originAt(fileOrigin(path), 'metadata', 'name')),
      mend: stem,
      help: `write \`name: ${stem}\`${rename}`,
    },
  ];
}
