import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assertCheckedOut } from '../app/checkout.ts';
import { neededGrants } from '../app/grants.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { organizationTree, readTree, styleOf } from '../app/organization.ts';
import { organizationFile } from '../config/reading/files.ts';
import { prose } from '../render/text.ts';
import type { WantedGrant } from '../rules/rule.ts';
import { flowText, withValueAt } from '../source/splice.ts';
import { counted } from '../source/text.ts';
import { replaceFile } from '../synth/replace-file.ts';
import { Failure } from '../values/failure.ts';
import { onSystem } from '../values/system-error.ts';

export interface GrantOptions {
  readonly fromCurrent: true;
  readonly tenant?: string;
  readonly dryRun?: true;
}

/**
 * `tenantry grant --from-current`: writes into `organization.yaml` what tenants have and have not been granted, so that
 * an organization from before there were grants stays as it is. What stands in the file already stays, to the byte.
 */
export async function grant(io: Io, options: GrantOptions): Promise<number> {
  const tree = organizationTree(io);
  await assertCheckedOut(io);
  const read = await readTree(io, tree, io.today);
  const { organization } = read.desired;
  if (!organization.complete) {
    throw new Failure('not-understood', `${organizationFile} cannot be read in full, so nobody knows what is granted`, {
      help: 'mend what `tenantry validate` says of it first',
    });
  }
  const needed = neededGrants(read).filter(({ tenant }) => options.tenant === undefined || tenant === options.tenant);
  if (needed.length === 0) {
    io.out.write('No tenant needs a grant: none goes beyond what the organization allows.\n');
    return exit.clean;
  }
  const path = join(io.dir, organizationFile);
  const text = onSystem(`read ${path}`, () => readFileSync(path, 'utf8'));
  const granted = needed.reduce<string | undefined>(withGrant, text);
  if (granted === undefined) {
    throw new Failure('not-understood', `${organizationFile} is not written so that grants can be put into it`, {
      help: `put them under \`spec\` yourself: ${flowText({ grants: Object.fromEntries(needed.map(({ tenant, values }) => [tenant, values])) })}`,
    });
  }
  if (!options.dryRun)
    replaceFile(
      path,
      granted,
      onSystem(`look at ${path}`, () => statSync(path).mode & 0o777),
    );
  const style = styleOf(io.out);
  const verb = options.dryRun ? 'would be granted' : 'granted';
  io.out.write(`${counted(needed.length, 'tenant')} ${verb} what ${needed.length === 1 ? 'it has' : 'they have'}:\n`);
  for (const { tenant, values } of needed) {
    for (const [key, value] of Object.entries(values)) {
      io.out.write(`  ${style.bold(prose(tenant))}  ${key}: ${prose(flowText(value))}\n`);
    }
  }
  if (!options.dryRun) io.out.write(`Read what ${organizationFile} grants now, and take back what should not be.\n`);
  return exit.clean;
}

function withGrant(text: string | undefined, { tenant, values }: WantedGrant): string | undefined {
  return Object.entries(values).reduce(
    (at, [key, value]) => at && withValueAt(at, ['spec', 'grants', tenant, key], value),
    text,
  );
}
