// The pull request that a run was for, from GitHub itself: what the run says of it is only a claim.
import { readFileSync } from 'node:fs';
import { request, Refusal } from './github.mjs';

/** The pull request of this number. */
export async function pullRequest(number) {
  if (!/^[1-9][0-9]{0,9}$/.test(String(number))) throw new Refusal('that is no number of a pull request');
  return request('GET', `pulls/${number}`);
}

/** Whether a pull request's branch is in the repository itself. */
export function ofSameRepository(pull) {
  return pull.head.repo?.full_name === pull.base.repo.full_name;
}

/** The files that make the program, as base.sh reads them too. */
const programPaths = readFileSync(new URL('program-paths', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const isBelow = (file, folder) => file === folder || file.startsWith(`${folder}/`);

/** Whether a changed file is the program's. */
export const isProgram = (file) => programPaths.some((path) => isBelow(file, path));
/** Whether a changed file is part of what runs on GitHub. CODEOWNERS is generated, and checked like dist/. */
export const isAutomation = (file) => isBelow(file, '.github') && file !== '.github/CODEOWNERS';
