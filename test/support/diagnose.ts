import { readConfigFiles, sourcesOf } from '../../src/config/reading/files.ts';
import type { ConfigFiles } from '../../src/config/reading/files.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import type { Diagnostic } from '../../src/source/diagnostic.ts';
import { placeDiagnostics } from '../../src/source/diagnostic.ts';
import { exampleDay, exampleFiles } from './examples.ts';
import { rules } from '../../src/rules/index.ts';
import type { ExampleFiles } from './examples.ts';
import { checkConfig } from '../../src/rules/run.ts';
import { parseYaml, yamlLocator } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';

interface Options {
  /** Default: the day of the rules' examples. */
  readonly asOf?: string;
  /** Only the rules whose code begins so. */
  readonly codes?: string;
  /** The code of the rule whose notes are wanted, too. Default: `codes`. Others are left out: they may be added any time. */
  readonly notes?: string;
}

/** What all rules say about the example organization with `files` laid over it. */
export async function diagnose(files: ExampleFiles, options: Options = {}): Promise<Diagnostic[]> {
  return check(await read(files), options);
}

/** The same in the order and at the places that people see: `tenants/solar.yaml:12:18 TEN101 message`. */
export async function diagnosePlaced(files: ExampleFiles, options: Options = {}): Promise<string[]> {
  const config = await read(files);
  const locate = (source: Parameters<typeof yamlLocator>[0]) => Promise.resolve(yamlLocator(source));
  const placed = await placeDiagnostics(check(config, options), sourcesOf(config), locate);
  return placed.map(({ code, message, primary: { file, span } }) => {
    const place = span ? `:${span.start.line}:${span.start.column}` : '';
    return `${file}${place} ${code} ${message}`;
  });
}

function check(files: ConfigFiles, { asOf = exampleDay, codes = 'TEN', notes = codes }: Options): Diagnostic[] {
  const found = checkConfig(rules, { files, desired: resolve(files), asOf });
  return found.filter(({ code, severity }) => code.startsWith(codes) && (severity !== 'note' || code === notes));
}

function read(files: ExampleFiles): Promise<ConfigFiles> {
  return readConfigFiles(memoryTree(exampleFiles({ files })), (file, text) => Promise.resolve(parseYaml(file, text)));
}
