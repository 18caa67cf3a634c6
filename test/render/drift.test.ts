import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { marked } from 'marked';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Drift } from '../../src/drift/drift.ts';
import { humanDrift } from '../../src/render/drift/human.ts';
import { jsonDrift } from '../../src/render/drift/json.ts';
import { markdownDrift } from '../../src/render/drift/markdown.ts';
import { sarifDrift } from '../../src/render/drift/sarif.ts';
import type { PlaceOf } from '../../src/render/drift/summary.ts';
import { plainStyle } from '../../src/render/style.ts';
import { formatPath } from '../../src/source/diagnostic.ts';
import { spanAt } from '../../src/source/source.ts';
import { at, listAt, textAt } from '../../src/values/json.ts';
import { cases } from '../support/cases.ts';
import { liveBinding, liveNamespace, takenAt } from '../support/live-snapshot.ts';
import { dangerous, nasty } from '../support/problems.ts';
import type { Estate, Plant } from '../drift/estate.ts';
import { add, change, driftIn, drop, estate, files, onCluster, planted, together } from '../drift/estate.ts';

let inSync: Estate;
beforeAll(async () => {
  inSync = await estate({
    'tenants/green.yaml': String(files['tenants/green.yaml']).replace(
      'namespaces: [{ name: prod }]',
      'namespaces: [{ name: prod, annotations: { example.com/owner: joy } }]',
    ),
  });
});

const cluster = 'prodcluster01';
/** Each origin in the third line: where it is in a file is for others to say. */
const placeOf: PlaceOf = (origin) => ({
  file: origin.file,
  path: formatPath(origin),
  span: spanAt('a\nb\nc: d\n', 4, 5),
});

function drifted(plant: Plant, withUnknown = false): Drift {
  const snapshot = planted(inSync.snapshot, cluster, plant);
  return driftIn(
    inSync,
    withUnknown
      ? onCluster(snapshot, 'owncluster02', (one) => ({
          ...one,
          state: { kind: 'unreachable', why: 'no answer within 5 s' },
          objects: {},
        }))
      : snapshot,
    [{ kind: 'RoleBinding', name: 'nowhere', cluster, reason: 'a test' }],
  );
}

const formats = {
  human: (drift: Drift) => humanDrift(drift, placeOf, plainStyle),
  markdown: (drift: Drift) => markdownDrift(drift, placeOf),
  json: (drift: Drift) => jsonDrift(drift, placeOf),
  sarif: (drift: Drift) => sarifDrift(drift, { placeOf, version: '1.2.3' }),
};

const some = together(
  add('rolebindings', liveBinding('rogue', 'ClusterRole/view', [{ kind: 'User', name: 'mallory' }], 'ruby-prod')),
  add('rolebindings', liveBinding('mine', 'ClusterRole/view', [{ kind: 'User', name: 'user:uma' }], 'ruby-prod')),
  drop('validatingadmissionpolicies', 'managed-objects.tenantry.dev'),
  drop('rolebindings', 'solar-prod/tenantry:group:solar-sre:edit'),
);

describe('humanDrift', () => {
  it('says what is so of each cluster, then what differs, with the lines that say otherwise', () => {
    expect(humanDrift(drifted(some, true), placeOf, plainStyle)).toBe(
      `Drift as of 2026-01-15, read at ${takenAt}
3 differences on 1 of 2 clusters; 1 of 2 clusters not or not wholly known

CLUSTER         STATE         DIFFERENCES   NOT APPLIED   EXPECTED   UNKNOWN   READ AT
owncluster02    unreachable             0             0          0        10   ${takenAt}
prodcluster01   differs                 3             0          0         0   ${takenAt}

owncluster02
  ? not known: namespaces, rolebindings, clusterrolebindings, clusterroles, roles, resourcequotas, limitranges, networkpolicies, validatingadmissionpolicies, validatingadmissionpolicybindings: no answer within 5 s

prodcluster01
  ! ValidatingAdmissionPolicy managed-objects.tenantry.dev is not there: what it forbids is let through
      organization.yaml:3
  + user mallory, whom Git does not name, has view in ruby-prod, and Git gives nothing there
      by RoleBinding rogue in ruby-prod
  - group solar-sre (sue, sam) lacks edit in solar-prod, which Git gives
      would be by RoleBinding tenantry:group:solar-sre:edit in solar-prod
      tenants/solar.yaml:3
  Bound by admins of namespaces themselves, as the organization lets them
    user user:uma has view by RoleBinding mine in ruby-prod

Expected, and nowhere
  RoleBinding nowhere in prodcluster01: a test
`,
    );
  });

  it('says once what is so in several namespaces, and names some of them', () => {
    const inAll = ['ruby-prod', 'ruby-ci', 'solar-prod', 'solar-dev', 'green-prod', 'old-data'];
    const rogue = (namespace: string) =>
      add(
        'rolebindings',
        liveBinding('rogue', 'ClusterRole/admin', [{ kind: 'Group', name: 'system:authenticated' }], namespace),
      );
    const drift = drifted(
      together(
        ...inAll.map(rogue),
        add('rolebindings', liveBinding('other', 'ClusterRole/view', [{ kind: 'User', name: 'mallory' }], 'ruby-ci')),
        drop('networkpolicies', 'ruby-ci/tenantry'),
        drop('networkpolicies', 'ruby-prod/tenantry'),
      ),
    );
    expect(drift.clusters.flatMap(({ findings }) => findings)).toHaveLength(9);
    const text = humanDrift(drift, placeOf, plainStyle);
    expect(text.split('\n').filter((line) => /^ {2}[+-]|^ {6}by/.test(line))).toEqual([
      '  + group system:authenticated (everybody who has signed in) has admin in green-prod, old-data, ruby-ci, ruby-prod, solar-dev and 1 more, and Git gives nothing there',
      '      by RoleBinding rogue',
      '  + user mallory, whom Git does not name, has view in ruby-ci, and Git gives nothing there',
      '      by RoleBinding other in ruby-ci',
      '  - NetworkPolicy tenantry in ruby-ci, ruby-prod is not there',
    ]);
    // For programs, each is one.
    const findings = listAt(JSON.parse(jsonDrift(drift, placeOf)), 'clusters').flatMap((one) =>
      listAt(one, 'findings'),
    );
    expect(findings).toHaveLength(9);
  });

  it('says that all is in step only where all is known', () => {
    const headline = (drift: Drift): string | undefined => formats.human(drift).split('\n')[1];
    const nothing: Plant = (objects) => objects;
    expect(headline(drifted(nothing))).toBe('2 of 2 clusters in step');
    expect(headline(drifted(nothing, true))).toBe('1 of 2 clusters in step; 1 of 2 clusters not or not wholly known');
  });
});

describe('markdownDrift', () => {
  it('has a row for each cluster and an entry for each difference', () => {
    const text = markdownDrift(drifted(some, true), placeOf);
    expect(text).toContain(
      '### tenantry drift: 3 differences on 1 of 2 clusters; 1 of 2 clusters not or not wholly known',
    );
    expect(text).toContain('| `owncluster02` | ❔ unreachable | 0 | 0 | 0 | 10 |');
    expect(text).toContain('| `prodcluster01` | ❌ differs | 3 | 0 | 0 | 0 |');
    expect(text).toContain(
      '- ➖ group `solar-sre` (`sue`, `sam`) lacks `edit` in `solar-prod`, which Git gives — `tenants/solar.yaml:3`',
    );
  });

  it('is cut between entries before it is too long', () => {
    const many = Array.from({ length: 2000 }, (_, i) =>
      add('rolebindings', liveBinding(`r${i}`, 'ClusterRole/view', [{ kind: 'User', name: `m${i}` }], 'ruby-prod')),
    );
    const text = markdownDrift(drifted(together(...many)), placeOf);
    expect(Buffer.byteLength(text)).toBeLessThan(65_000);
    expect(text).toMatch(/… and \d+ more\n$/);
  });
});

describe('jsonDrift', () => {
  it('says whether all is in step, and whether all is known', () => {
    const read = (drift: Drift): unknown => JSON.parse(jsonDrift(drift, placeOf));
    const now = read(drifted(some, true));
    expect([at(now, 'inStep'), at(now, 'complete')]).toEqual([false, false]);
    const findings = listAt(now, 'clusters', 1, 'findings');
    expect(findings.map((one) => [textAt(one, 'kind'), at(one, 'because')])).toEqual([
      ['unprotected', ['organization.yaml:3']],
      ['more', []],
      ['less', ['tenants/solar.yaml:3']],
    ]);
    expect(findings[2]).toMatchObject({
      direction: 'loses',
      scope: { kind: 'Namespace', namespace: 'solar-prod' },
      subject: { kind: 'Group', name: 'solar-sre' },
      members: ['sue', 'sam'],
      git: [{ kind: 'ClusterRole', name: 'edit' }],
      live: [],
      message: 'group `solar-sre` (`sue`, `sam`) lacks `edit` in `solar-prod`, which Git gives',
    });
    const then = read(drifted((objects) => objects));
    expect([at(then, 'inStep'), at(then, 'complete')]).toEqual([true, true]);
  });
});

describe('sarifDrift', () => {
  const schema: unknown = createRequire(import.meta.url)('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  if (typeof schema !== 'object' || schema === null) throw new Error('the SARIF schema is no object');
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  const isSarif = ajv.compile(
    Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== 'id')),
  );

  it('is valid, and has each finding at the line that says otherwise', () => {
    const log: unknown = JSON.parse(sarifDrift(drifted(some, true), { placeOf, version: '1.2.3' }));
    expect([isSarif(log), isSarif.errors]).toEqual([true, null]);
    const results = listAt(log, 'runs', 0, 'results');
    const uri = (result: unknown): string | undefined =>
      textAt(result, 'locations', 0, 'physicalLocation', 'artifactLocation', 'uri');
    expect(results.slice(-3).map((one) => [textAt(one, 'ruleId'), textAt(one, 'level'), uri(one)])).toEqual([
      ['drift/unprotected', 'error', 'organization.yaml'],
      ['drift/more', 'error', 'clusters/prodcluster01.yaml'],
      ['drift/less', 'warning', 'tenants/solar.yaml'],
    ]);
    expect(results.length).toBe(13);
  });
});

const secret = `ghp_${'a1B2'.repeat(9)}`;

describe.each(Object.entries(formats))('whatever live objects hold: %s', (format, rendered) => {
  it('shows no secret, and no value of an annotation that is not ours', () => {
    const annotated = (key: string, value: string): Plant =>
      change('namespaces', 'green-prod', (one) => ({ ...one, annotations: { ...one.annotations, [key]: value } }));
    const text = rendered(
      drifted(
        together(
          annotated('example.com/owner', 'hunter2'),
          annotated('example.com/other', 'hunter3'),
          annotated('tenantry.dev/token', secret),
          add('rolebindings', liveBinding(secret, `Role/${secret}`, [{ kind: 'User', name: secret }], 'ruby-prod')),
          add('namespaces', {
            ...liveNamespace('solar-x'),
            phase: 'Terminating',
            finalizers: [secret],
            conditions: [{ type: 'Held', status: 'True', message: `by https://joe:${secret}@example.com/` }],
          }),
        ),
      ),
    );
    expect(text).toContain('example.com/owner');
    expect(text).not.toMatch(/hunter/);
    expect(text).not.toContain(secret);
    expect(text).not.toContain('example.com/other');
  });

  it('shows nothing that a terminal obeys or hides, and no command of a CI system', () => {
    fc.assert(
      fc.property(nasty, nasty, (one, other) => {
        const text = rendered(
          drifted(
            together(
              add(
                'rolebindings',
                liveBinding(`::error::${one}`, `Role/${other}`, [{ kind: 'User', name: one }], 'old-data'),
              ),
              add('namespaces', {
                ...liveNamespace('solar-x'),
                phase: 'Terminating',
                finalizers: [other],
                conditions: [{ type: one, status: 'True', message: `##vso[task.setvariable]${other}` }],
              }),
              change('namespaces', 'green-prod', (ns) => ({
                ...ns,
                labels: { ...ns.labels, 'tenantry.dev/tenant': one },
              })),
            ),
          ),
        );
        expect(text).not.toMatch(dangerous);
        for (const line of text.split('\n')) expect(line).not.toMatch(/^\s*::|##(vso|teamcity)?\[/);
        if (format === 'markdown') {
          const html = marked.parse(text, { async: false });
          expect(html).not.toMatch(/<(script|img|a)\b/);
        }
      }),
      { numRuns: cases(25) },
    );
  });

  it('shows no Markdown, mention or link of theirs', () => {
    const name = '[x](https://evil.example.com) <img src=x> @admins ![y](z) `code`';
    const text = rendered(
      drifted(add('rolebindings', liveBinding(name, 'ClusterRole/view', [{ kind: 'User', name }], 'ruby-prod'))),
    );
    if (format !== 'markdown') return;
    const html = marked.parse(text, { async: false });
    expect(html).not.toMatch(/<(script|img|a)\b/);
  });
});
