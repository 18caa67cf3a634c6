import type { ConfigFile, FileFailure } from '../../../config/reading/files.ts';
import { atFile } from '../../../source/diagnostic.ts';
import { systemReason } from '../../../values/system-error.ts';
import type { FileRule, Finding } from '../../rule.ts';
import { firstOfFile } from '../problems.ts';

export const notReadable: FileRule = {
  level: 'file',
  code: 'TEN001',
  name: 'not-readable',
  severity: 'error',
  summary: 'Every config file is a plain file that can be read, of at most 1 MiB.',
  why: 'What cannot be read must not pass for something that nobody wrote. Links are not followed, because they can lead out of what was reviewed, and the largest real config files are a small part of a mebibyte.',
  check({ file }) {
    return firstOfFile(file.failure ? unreadable(file, file.failure) : []);
  },
};

function unreadable({ path }: ConfigFile, { kind, detail }: FileFailure): Finding[] {
  switch (kind) {
    case 'too-large':
      return [
        {
          message: 'the file is larger than 1 MiB',
          at: atFile(path),
          help: 'take out what is no config; the largest tenants need a few hundred lines',
        },
      ];
    case 'unreadable':
      return [
        {
          message: `the file cannot be read: ${systemReason(detail)}`,
          at: atFile(path),
          help: 'make it readable for the user that runs tenantry',
        },
      ];
    case 'not-a-file':
      return [
        {
          message: `there is ${entries[detail] ?? 'something else'} where a config file should be`,
          at: atFile(path),
          help: 'put the file itself in its place, or give it a name that does not end in `.yaml` or `.ts`',
        },
      ];
    // Other rules say what is wrong with these.
    case 'not-utf8':
    case 'typescript-forbidden':
      return [];
  }
}

const entries: Readonly<Record<string, string>> = {
  symlink: 'a symbolic link, which is not followed,',
  directory: 'a folder',
  other: 'a pipe, a socket or a device',
};
