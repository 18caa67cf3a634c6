import { describe, expect, it } from 'vitest';
import type { HistoryStep } from '../../src/tree/git-history.ts';
import { openRepository } from '../../src/tree/git.ts';
import { maxFileSize } from '../../src/tree/tree.ts';
import type { TestRepository } from '../support/repositories.ts';
import { cloneOf, gitEnvironment, temporaryRepository } from '../support/repositories.ts';

/** What the steps hold: each as its date, and its files with their texts. */
async function historyIn({ folder }: Pick<TestRepository, 'folder'>, counts: (path: string) => boolean = () => true) {
  const repository = await openRepository(folder, gitEnvironment);
  const history = await repository.history(await repository.commit('HEAD'), ['top.yaml', 'tenants'], counts);
  const told = async (steps: Iterable<HistoryStep>) => {
    const all = [];
    for (const { committedAt, tree } of steps) {
      const paths = [...(await tree.list('')), ...(await tree.list('tenants'))].filter(
        ({ kind }) => kind !== 'directory',
      );
      const files = await Promise.all(
        paths.map(async ({ path }) => {
          const read = await tree.read(path);
          return [path, 'bytes' in read ? Buffer.from(read.bytes).toString() : read.detail];
        }),
      );
      all.push([committedAt, Object.fromEntries(files) as Record<string, string>] as const);
    }
    return all;
  };
  return { isCut: history.isCut, steps: await told(history.steps), again: await told(history.steps) };
}

const day = (n: number): string => `2026-02-0${n}T08:00:00Z`;

describe('a history', () => {
  it('has a step for each commit that changed the files, with all of them as it left them', async () => {
    const repo = temporaryRepository();
    repo.commit({ other: 'x' }, { date: day(1) });
    repo.commit({ 'tenants/a.yaml': 'a1', other: 'y' }, { date: day(2) });
    repo.commit({ 'tenants/b.yaml': 'b1', 'top.yaml': 't' }, { date: day(3) });
    repo.commit({ other: 'z', tenantsX: 'x' }, { date: day(4) });
    repo.commit({ 'tenants/a.yaml': undefined, 'tenants/c.yaml': 'a1' }, { date: day(5) });
    repo.commit({ 'tenants/b.yaml': 'b2' }, { date: day(6) });
    const { steps, again, isCut } = await historyIn(repo);
    expect(isCut).toBe(false);
    expect(steps).toEqual([
      [day(2), { 'tenants/a.yaml': 'a1' }],
      [day(3), { 'tenants/a.yaml': 'a1', 'tenants/b.yaml': 'b1', 'top.yaml': 't' }],
      [day(5), { 'tenants/b.yaml': 'b1', 'tenants/c.yaml': 'a1', 'top.yaml': 't' }],
      [day(6), { 'tenants/b.yaml': 'b2', 'tenants/c.yaml': 'a1', 'top.yaml': 't' }],
    ]);
    expect(again).toEqual(steps);
    expect((await historyIn(repo, (path) => path === 'tenants/b.yaml')).steps).toEqual([
      [day(3), { 'tenants/b.yaml': 'b1' }],
      [day(6), { 'tenants/b.yaml': 'b2' }],
    ]);
  });

  it('of files that no commit has is empty', async () => {
    const repo = temporaryRepository();
    repo.commit({ other: 'x' });
    expect(await historyIn(repo)).toEqual({ isCut: false, steps: [], again: [] });
  });

  it('has the files as they are where a shallow clone ends, though others changed them', async () => {
    const repo = temporaryRepository();
    repo.commit({ 'tenants/a.yaml': 'a1', 'tenants/b.yaml': 'b1' }, { date: day(1) });
    repo.commit({ 'tenants/b.yaml': 'b2' }, { date: day(2) });
    repo.commit({ 'tenants/b.yaml': 'b3' }, { date: day(3) });
    const { isCut, steps } = await historyIn(cloneOf(repo, '--depth=2'));
    expect(isCut).toBe(true);
    expect(steps.map(([date]) => date)).toEqual([day(2), day(3)]);
    expect(steps[0]?.[1]).toEqual({ 'tenants/a.yaml': 'a1', 'tenants/b.yaml': 'b2' });
    // The rest of this history is all there.
    expect((await historyIn(cloneOf(repo, '--depth=3'))).isCut).toBe(false);
  });

  it('does not read what is too large, and knows no date that no calendar has', async () => {
    const repo = temporaryRepository();
    repo.commit({ 'tenants/a.yaml': 'x'.repeat(maxFileSize + 1) }, { date: '@253402300800 +0000' });
    const { steps } = await historyIn(repo);
    expect(steps).toEqual([[undefined, { 'tenants/a.yaml': `more than ${maxFileSize} bytes` }]]);
  });

  it('of a partial clone is none: it says how to get what was left out', async () => {
    const repo = temporaryRepository();
    repo.git(['config', 'uploadpack.allowFilter', 'true']);
    repo.commit({ 'tenants/a.yaml': 'a1' });
    repo.commit({ 'tenants/a.yaml': 'a2' });
    const clone = cloneOf(repo, '--filter=blob:none');
    await expect(historyIn(clone)).rejects.toThrow('this clone is partial');
  });
});
