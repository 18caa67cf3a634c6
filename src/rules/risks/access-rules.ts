import { describeSubject } from '../../config/model/desired-state.ts';
import type { ChangeRule, ExampleFiles } from '../rule.ts';
import { accessItems, givenBy, isAdmin, isLonger, lines, newRoles, placesText, sentence } from './access.ts';
import { cluster, tenant } from './example.ts';

const shares = (...shared: readonly string[]): ExampleFiles =>
  tenant(`  namespaces:
    - name: prod
      sharedWith:
${shared.map((share) => `        - ${share}\n`).join('')}`);

export const productionWidened: ChangeRule = {
  level: 'change',
  code: 'TEN520',
  name: 'production-widened',
  severity: 'note',
  summary: 'Nobody can do more on a production cluster.',
  why: 'On production a wrong line reaches customers and their data. The plan shows such lines first, with who gets what. In a namespace that is new, those who have as much in the same tenant on the same cluster are not named again; nor is who has a custom role that allows no more under its new name.',
  bad: {
    before: { ...cluster('production'), ...shares('{ group: solar-sre, role: view }') },
    after: shares('{ group: solar-sre, role: edit }'),
  },
  good: {
    before: { ...cluster('production'), ...shares('{ group: solar-sre, role: edit }') },
    after: shares('{ group: solar-sre, role: view }'),
  },
  *check({ plan }) {
    for (const { item, places: all } of givenBy(plan)) {
      const places = all.filter(({ production }) => production);
      if (places.length === 0 || isLonger(item)) continue;
      yield {
        message: `on production, ${sentence(item.subject, item)} ${placesText(places)}`,
        ...lines(places),
        items: [item.id],
        ...(newRoles(item).some(isAdmin) && {
          help: '`admin` reads and writes secrets and gives access to others: is a lesser role enough?',
        }),
      };
    }
  },
};

export const adminGiven: ChangeRule = {
  level: 'change',
  code: 'TEN521',
  name: 'admin-given',
  severity: 'note',
  summary: 'Nobody becomes `admin` of a namespace.',
  why: 'An `admin` reads every secret of the namespace, runs anything in it, and lets others in. Where that is on production, TEN520 says it.',
  bad: {
    before: shares('{ group: solar-sre, role: view }'),
    after: shares('{ group: solar-sre, role: admin }'),
  },
  good: {
    before: shares('{ group: solar-sre, role: view }'),
    after: shares('{ group: solar-sre, role: edit }'),
  },
  *check({ plan }) {
    for (const { item, places } of givenBy(plan)) {
      if (places.some(({ production }) => production) || !newRoles(item).some(isAdmin)) continue;
      yield {
        message: `${sentence(item.subject, item)} ${placesText(places)}`,
        ...lines(places),
        items: [item.id],
        help: '`admin` reads and writes secrets and gives access to others: is a lesser role enough?',
      };
    }
  },
};

export const expiryRemoved: ChangeRule = {
  level: 'change',
  code: 'TEN525',
  name: 'expiry-removed',
  severity: 'note',
  summary: 'A share does not last for longer than it did.',
  why: 'Somebody chose a last day, because the need was to pass. Moving it is giving the access a second time.',
  bad: {
    before: shares('{ group: solar-sre, role: edit, until: "2026-03-01" }'),
    after: shares('{ group: solar-sre, role: edit }'),
  },
  good: {
    before: shares('{ group: solar-sre, role: edit }'),
    after: shares('{ group: solar-sre, role: edit, until: "2026-03-01" }'),
  },
  *check({ plan }) {
    for (const item of accessItems(plan.items)) {
      if (!isLonger(item)) continue;
      for (const { role, until } of item.after) {
        const was = item.before.find(({ role: old }) => old.kind === role.kind && old.name === role.name)?.until;
        if (was === undefined || was === until) continue;
        const now = until === undefined ? 'now has no end' : `now lasts until ${until}`;
        const production = item.places.some((place) => place.production) ? 'on production too, ' : '';
        yield {
          message: `${production}\`${role.name}\` of ${describeSubject(item.subject)} ${placesText(item.places)} was to end on ${was} and ${now}`,
          ...lines(item.places),
          items: [item.id],
        };
      }
    }
  },
};
