import type { StrayEntry } from '../../../config/reading/files.ts';
import { namedCertificates } from '../../../config/reading/files.ts';
import { atFile } from '../../../source/diagnostic.ts';
import type { OrganizationRule, Platform } from '../../rule.ts';

export const strayFile: OrganizationRule = {
  level: 'organization',
  code: 'TEN013',
  name: 'stray-file',
  severity: 'error',
  summary: 'The config folders hold nothing that looks like config and that nobody reads.',
  why: 'Whoever adds tenants/lunar.yml believes that it is in force. Checks that look at `.yaml` alone have been passed by in this way. A README, the files of Git and what editors leave behind are no concern.',
  *check({ files }) {
    const pardoned = certificatesInDoubt(files);
    for (const stray of files.strays) {
      if (pardoned(stray.path)) continue;
      yield { ...worded(stray, files), at: atFile(stray.path) };
    }
  },
};

/**
 * Certificates that are in use, or may be: one that a cluster names and that cannot be read is for the rule about
 * certificate files to report, and of a cluster that could not be read nobody knows which one it names.
 */
function certificatesInDoubt({ clusters }: Platform['files']): (path: string) => boolean {
  const named = namedCertificates(clusters);
  const allRead = clusters.every(({ checked }) => checked?.file && checked.violations.length === 0);
  return (path) => named.has(path) || (!allRead && /^clusters\/[^/]+\.(?:pem|crt)$/.test(path));
}

function worded({ path, entry }: StrayEntry, files: Platform['files']): { message: string; help: string } {
  const slash = path.indexOf('/');
  return slash === -1
    ? wordedAtRoot(path, entry, files)
    : wordedInFolder(path.slice(0, slash), path.slice(slash + 1), entry);
}

function wordedAtRoot(
  path: string,
  entry: StrayEntry['entry'],
  files: Platform['files'],
): { message: string; help: string } {
  const lower = path.toLowerCase();
  if (lower === 'clusters' || lower === 'tenants') {
    return entry === 'directory'
      ? { message: `the folder \`${path}\` is not read`, help: `rename it to \`${lower}\`` }
      : {
          message: `\`${path}\` must be a folder, and is ${entry === 'symlink' ? 'a symbolic link, which is not followed' : 'none'}`,
          help: 'put the folder itself in its place',
        };
  }
  const isYaml = /\.ya?ml$/.test(lower);
  return {
    message: `\`${path}\` is not read`,
    help:
      files.organization.length > 0
        ? 'move what is needed from it to organization.yaml, and delete it'
        : isYaml || lower.endsWith('.json')
          ? 'rename it to organization.yaml'
          : 'write the organization in YAML, into organization.yaml',
  };
}

function wordedInFolder(folder: string, name: string, entry: StrayEntry['entry']): { message: string; help: string } {
  const path = `${folder}/${name}`;
  const kind = folder === 'clusters' ? 'cluster' : 'tenant';
  if (entry === 'directory') {
    return { message: `the folder \`${path}\` is not read`, help: `move its ${kind}s' files up into ${folder}/` };
  }
  if (entry !== 'file') {
    const what = entry === 'symlink' ? 'symbolic link' : 'pipe, socket or device';
    return { message: `the ${what} \`${path}\` is not read`, help: 'delete it' };
  }
  const [, stem, ending = ''] = /^([^._].*?)\.(ya?ml|json)$/i.exec(name) ?? [];
  if (stem !== undefined) {
    const why = ending.toLowerCase() === 'json' ? ' (JSON is YAML)' : '';
    return {
      message: `\`${path}\` is not read: the files of ${kind}s end in \`.yaml\` or \`.ts\``,
      help: `rename it to ${folder}/${stem}.yaml${why}, or delete it`,
    };
  }
  if (/^[._].*\.(?:yaml|ts)$/.test(name)) {
    return {
      message: `\`${path}\` is not read: its name begins with \`${name.charAt(0)}\``,
      help: `rename it to ${folder}/${name.replace(/^[._]+/, '')}, or delete it`,
    };
  }
  if (/\.(?:pem|crt|cer|key)$/i.test(name)) {
    return {
      message: `\`${path}\` is not read: no cluster names it as its certificate`,
      help:
        folder === 'clusters' && /\.(?:pem|crt)$/.test(name)
          ? `write \`certificateAuthority: { file: ${name} }\` in the cluster's file, or delete this one`
          : 'delete it; certificates lie in clusters/ and end in `.pem` or `.crt`',
    };
  }
  return { message: `\`${path}\` is not read`, help: `move it out of ${folder}/, or delete it` };
}
