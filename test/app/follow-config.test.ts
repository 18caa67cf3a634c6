import { expect, it } from 'vitest';
import type { ConfigSource } from '../../src/app/follow-config.ts';
import { followConfig } from '../../src/app/follow-config.ts';
import type { Entitlements } from '../../src/issuer/entitlements.ts';

/** Following a branch whose server does not always answer. */

const entitlements = (asOf: string): Entitlements => ({
  asOf,
  issuer: 'https://platform.example.com/api/oidc',
  signIn: [{ issuer: 'https://login.example.com', clientID: 'tenantry', usernameClaim: 'name', scopes: ['openid'] }],
  workloads: [],
  admins: new Set(),
  groupsOf: new Map(),
  openGroups: new Set(),
  clusters: new Map(),
});

function following(refresh: () => Promise<void>) {
  const world = { day: '2026-01-15', clock: 0, kept: new Array<string>() };
  const source: ConfigSource = {
    refresh,
    commit: () => Promise.resolve({ id: 'a'.repeat(40), name: 'main' }),
    load: (_, asOf) => Promise.resolve({ entitlements: entitlements(asOf), errors: 0, firstErrors: [] }),
    keep: ({ id }) => Promise.resolve(void world.kept.push(id)),
  };
  const config = followConfig(source, {
    now: () => new Date(`${world.day}T12:00:00Z`),
    clock: () => world.clock,
    say: () => undefined,
  });
  return { world, config };
}

it('ends shares on their day, and says that it is late, while a server says nothing', async () => {
  let isSilent = false;
  const { world, config } = following(() => (isSilent ? new Promise(() => undefined) : Promise.resolve()));
  await config.look();
  expect(config.health()).toMatchObject({ status: 'ok', asOf: '2026-01-15', problems: [] });
  expect(world.kept).toEqual(['a'.repeat(40)]);

  isSilent = true;
  world.day = '2026-01-16';
  void config.look();
  await new Promise((resolve) => setImmediate(resolve));
  expect(config.published()?.entitlements.asOf).toBe('2026-01-16');

  world.clock += 181_000;
  expect(config.health()).toMatchObject({
    status: 'tokens are given by an older state',
    problems: ['the last look for a new commit has not ended'],
  });
});
