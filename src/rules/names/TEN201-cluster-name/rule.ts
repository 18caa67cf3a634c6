import type { FileRule } from '../../rule.ts';
import { nameLocation } from '../prefix.ts';

export const clusterName: FileRule = {
  level: 'file',
  code: 'TEN201',
  name: 'cluster-name',
  severity: 'error',
  summary: "A cluster's name holds only lowercase letters and digits, at most 63 (S20).",
  why: "The name is a folder of `dist/`. Other folders there have a hyphen in their names (`argo-cd`, `api-server`), so that no cluster's manifests can ever be mixed up with them, and names that differ only in letter case would be one folder on some machines.",
  *check({ file }) {
    if (file.kind !== 'Cluster') return;
    const { path, stem, extension, checked } = file;
    const wrong = !/^[a-z0-9]+$/.test(stem);
    if (!wrong && stem.length <= 63) return;
    const fitting = stem.toLowerCase().replace(/[^a-z0-9]/g, '');
    yield {
      message: wrong
        ? `cluster name \`${stem}\` holds something other than lowercase letters and digits`
        : `cluster name \`${stem}\` has ${stem.length} characters, more than 63`,
      at: nameLocation(path, stem, checked?.file?.metadata.name),
      help:
        wrong && fitting !== ''
          ? `rename the file to clusters/${fitting}.${extension}, and the cluster in it to \`${fitting}\``
          : 'give the file and the cluster in it a shorter name',
    };
  },
};
