import { describe, expect, it } from 'vitest';
import { reportOf } from '../../src/plan/report-of.ts';
import type { ReportVerdict } from '../../src/plan/report.ts';
import { humanPlan } from '../../src/render/plan/human.ts';
import { markdownPlan } from '../../src/render/plan/markdown.ts';
import { plainStyle } from '../../src/render/style.ts';
import { repeatedByItem } from '../../src/rules/index.ts';
import type { NamedPlace } from '../../src/values/gathered-places.ts';
import { gatherPlaces } from '../../src/values/gathered-places.ts';
import { changeBetween, plainSide } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleCertificate } from '../support/examples.ts';

/** What many items say together names what it is about: nothing hides behind a number. */

const place = (
  name: string,
  tenant: string,
  production = false,
  cluster = production ? 'prod' : 'one',
): NamedPlace => ({
  cluster,
  namespace: `${tenant}-${name}`,
  tenant,
  production,
});

/** `*-dev of 9 tenants, and team4-prod on one`, for each set of clusters. */
function told(places: readonly NamedPlace[]): string[] {
  return gatherPlaces(places).groups.map(({ names, clusters }) => {
    const text = names.map((word) => (typeof word === 'string' ? word : word.name)).join('');
    return `${text} on ${clusters.map((on) => on.name).join(', ')}`;
  });
}

const teams = (count: number): string[] => Array.from({ length: count }, (_, i) => `team${i + 1}`);

describe('places that are gathered', () => {
  it('are told by name where they are few', () => {
    const all = [...teams(6).map((team) => place('dev', team)), place('prod', 'team4')];
    expect(told(all)).toEqual(['team1-dev, team2-dev, team3-dev, team4-dev, team4-prod, team5-dev, team6-dev on one']);
  });

  it('are told by patterns and their exceptions where they are many', () => {
    const all = [...teams(27).map((team) => place('dev', team)), place('prod', 'team4')];
    expect(told(all)).toEqual(['*-dev of 27 tenants, and team4-prod on one']);
    expect(gatherPlaces(all)).toMatchObject({ namespaces: 28, isShort: false });
  });

  it('hide nothing that fits no pattern', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'prod'];
    expect(told(names.map((name) => place(name, 'team1')))).toEqual([
      `${names.map((name) => `team1-${name}`).join(', ')} on one`,
    ]);
    const numbered = teams(12).map((_, i) => place(`pr-${i}`, 'shop'));
    expect(told([...numbered, place('prod', 'shop')])).toEqual(['12 shop-pr-*, and shop-prod on one']);
  });

  it('are always told by name where they are of production, and first', () => {
    const production = teams(30).map((team) => place('prod', team, true));
    const all = [...teams(30).map((team) => place('dev', team)), ...production];
    const [first = '', second] = told(all);
    for (const { namespace } of production) expect(first).toMatch(new RegExp(`\\b${namespace}\\b`));
    expect(second).toBe('*-dev of 30 tenants on one');
  });

  it('show the one that is on another cluster', () => {
    const all = [...teams(20).map((team) => place('dev', team)), place('dev', 'team7', false, 'two')];
    expect(told(all)).toEqual(['*-dev of 19 tenants on one', 'team7-dev on one, two']);
  });

  it('say whose a namespace is whose name does not, and count one on two clusters once', () => {
    const ci = (tenant: string, cluster: string) => ({ cluster, namespace: 'ci', tenant, production: false });
    expect(told([ci('blue', 'one'), ci('red', 'two')])).toEqual([
      'ci of tenant blue on one',
      'ci of tenant red on two',
    ]);
    expect(gatherPlaces([ci('blue', 'one'), ci('blue', 'two'), ci('red', 'three')]).namespaces).toBe(2);
  });
});

const group = (name: string, members?: string[]) => ({ name, ...(members && { members }) });

/** Teams with `dev` and `test` on one cluster and `prod` on that of production; `blue` is given admin in some. */
function organization(count: number, given: (team: string) => readonly string[], groups: readonly object[]) {
  const names = groups.map((one) => ('name' in one ? one.name : ''));
  const sharedWith = names.map((name) => ({ group: name, namespace: false }));
  return {
    'organization.yaml': organizationFile({ groups }),
    'clusters/one.yaml': clusterFile('one', { sharedWith }),
    'clusters/two.yaml': clusterFile('two', { labels: { environment: 'production' }, sharedWith }),
    'clusters/example-ca.pem': exampleCertificate,
    ...Object.fromEntries(
      teams(count).map((team) => [
        `tenants/${team}.yaml`,
        tenantFile(team, {
          owners: [{ kind: 'Group', name: 'red' }],
          namespaces: ['dev', 'test', 'prod'].map((name) => ({
            name,
            clusters: [name === 'prod' ? 'two' : 'one'],
            ...(given(team).includes(name) && { sharedWith: [{ group: 'blue', role: 'admin' }] }),
          })),
        }),
      ]),
    ),
  };
}

async function textsOf(count: number, given: (team: string) => readonly string[], groups: readonly object[]) {
  const { context, found, verdicts } = await changeBetween(
    organization(count, () => [], groups),
    organization(count, given, groups),
  );
  const report = reportOf(context.plan, {
    base: plainSide,
    head: plainSide,
    onClusters: [],
    verdicts: verdicts.map(({ diagnostic: { code, rule, severity, message }, items }): ReportVerdict => ({
      code,
      rule,
      severity,
      message,
      help: null,
      at: 'x.yaml:1:1',
      related: [],
      waivedBy: null,
      items: [...items],
    })),
    lineOf: ({ file }) => file,
  });
  return {
    human: humanPlan(report, repeatedByItem, plainStyle),
    narrow: humanPlan(report, repeatedByItem, plainStyle, 80),
    markdown: markdownPlan(report, repeatedByItem).replaceAll('`', ''),
    messages: found.map(({ code, message }) => `${code} ${message}`),
  };
}

describe('a plan that gathers access', () => {
  const undeclared = [group('blue'), group('red')];

  it('says once that the members of no group are declared, and breaks lines between words', async () => {
    const { human, narrow } = await textsOf(6, () => ['dev'], undeclared);
    expect(human).not.toContain('(members not declared)');
    expect(human.split('says of no group who is in it').length).toBe(2);
    expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(narrow.split(/\s+/)).toEqual(human.split(/\s+/));
    const some = await textsOf(6, () => ['dev'], [group('blue'), group('red', ['rob'])]);
    expect(some.human).toContain('group blue (members not declared) gains');
  });

  it('names the one prod among the devs of 6 tenants', async () => {
    const { human, markdown } = await textsOf(6, (team) => (team === 'team4' ? ['dev', 'prod'] : ['dev']), undeclared);
    for (const text of [human, markdown]) expect(text).toMatch(/team4-prod.* on two \(production\)/);
  });

  it('names what stands out among 28 namespaces of 19 tenants', async () => {
    const given = (team: string): string[] => [
      'dev',
      ...(Number(team.slice(4)) <= 8 ? ['test'] : []),
      ...(team === 'team4' ? ['prod'] : []),
    ];
    const { human, markdown, messages } = await textsOf(19, given, undeclared);
    for (const text of [human, markdown]) {
      expect(text).toMatch(/\*-dev of 18 tenants, \*-test of 7 tenants/);
      expect(text).toMatch(/team4-prod on two \(production\); team4-dev, team4-test on one/);
    }
    expect(messages).toContain(
      'TEN520 on production, group `blue` gains `admin` in namespace `team4-prod` on cluster `two`',
    );
  });

  it('says once what a rule says of all, and names there what it is about', async () => {
    const some = [group('blue'), group('red', ['rob'])];
    const { human } = await textsOf(19, (team) => (team === 'team4' ? ['dev', 'prod'] : ['dev']), some);
    const lines = human.split('\n').filter((line) => line.includes('TEN522'));
    expect(lines[0]).toMatch(
      /^ {2}! TEN522 group `blue` is given access in 20 namespaces of 19 tenants on clusters `one` and `two`: `team4-prod` on cluster `two`; `\*-dev` of 19 tenants on cluster `one`, and organization\.yaml does not say who is in it$/,
    );
    for (const line of lines.slice(1)) expect(line).toMatch(/^ +(TEN\d+ [a-z-]+(, )?)+$/);
  });
});

describe('a refusal that is about many namespaces', () => {
  it('names those of production, wherever they stand, and what fits no pattern', async () => {
    const before = organization(19, () => [], [group('blue'), group('red', ['rob'])]);
    const without = Object.fromEntries(
      Object.entries(before).filter(([path]) => !path.startsWith('tenants/') || path === 'tenants/team4.yaml'),
    );
    const refused = async (after: Readonly<Record<string, string>>): Promise<string> =>
      (await changeBetween(before, after)).found.map(({ code, message }) => `${code} ${message}`).join('\n');
    const away = await refused(without);
    for (const team of teams(19).filter((one) => one !== 'team4')) {
      expect(away).toMatch(new RegExp(`TEN517 .*\`${team}-prod\``));
    }
    expect(away).toMatch(/TEN517 .*`team9-prod`; `\*-dev` of 18 tenants, `\*-test` of 18 tenants/);
    expect(away).not.toMatch(/and \d+ more/);

    const namespaces = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'prod'].map((name) => ({
      name,
      clusters: [name === 'prod' ? 'two' : 'one'],
    }));
    const big = {
      ...before,
      'tenants/big.yaml': tenantFile('big', { owners: [{ kind: 'Group', name: 'red' }], namespaces }),
    };
    const gone = (await changeBetween(big, before)).found.find(({ code }) => code === 'TEN504')?.message;
    expect(gone).toContain(': `big-prod`; `big-a`, `big-b`,');
    expect(gone).toMatch(/`big-k`$/);
  });
});
