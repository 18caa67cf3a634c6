import type { Tenant } from '../config/model/desired-state.ts';
import type { ConfigFile } from '../config/reading/files.ts';
import { configFilesOf } from '../config/reading/files.ts';
import type { SharedWith } from '../values/shared.ts';
import { areShared, isShared, withoutShared } from '../values/shared.ts';
import type { ConfigRule, Finding, Platform, Rule, RuleContext } from './rule.ts';

/** What rules about the config are led through: each gets the things of its level, one at a time. */
export interface Walk {
  readonly whole: RuleContext;
  readonly platform: Platform;
  readonly files: readonly ConfigFile[];
  readonly tenants: readonly Tenant[];
  /** Whether the organization and the clusters are looked at, and not only what stands on them. */
  readonly looksAtPlatform: boolean;
}

/** Whether a rule is about the config itself, not about a change, what is rendered or exceptions. */
export function isConfigRule(rule: Rule): rule is ConfigRule {
  return rule.level !== 'change' && rule.level !== 'rendered' && rule.level !== 'exceptions';
}

/** Through all that there is. */
export function walkOf(whole: RuleContext): Walk {
  const { files, desired, asOf } = whole;
  const { organization, clusters, tenants, unreadable } = desired;
  const platform = { organization, clusters, unreadableClusters: unreadable.clusters, files, asOf };
  return { whole, platform, files: configFilesOf(files), tenants, looksAtPlatform: true };
}

/** What a rule finds on a walk. */
export function findingsOn(walk: Walk, rule: ConfigRule): Finding[] {
  const { whole, platform, files, tenants, looksAtPlatform } = walk;
  const found: Finding[] = [];
  const add = (findings: Iterable<Finding>): void => {
    for (const finding of findings) found.push(finding);
  };
  switch (rule.level) {
    case 'file':
      if (looksAtPlatform && rule.checkPlatform) add(rule.checkPlatform(platform));
      for (const file of files) add(rule.check({ file, platform }));
      break;
    case 'tenant':
      if (looksAtPlatform && rule.checkPlatform) add(rule.checkPlatform(platform));
      for (const tenant of tenants) add(rule.check({ tenant, platform }));
      break;
    case 'cluster':
      if (looksAtPlatform) for (const cluster of platform.clusters) add(rule.check({ cluster, platform }));
      break;
    case 'organization':
      if (looksAtPlatform) add(rule.check(platform));
      break;
    case 'whole':
      add(rule.check(whole));
  }
  return found;
}

/**
 * Through what is not shared with `other`, where nothing is to be found, and in all that there is for rules that
 * compare tenants. Where anything but tenants differs, nothing is left out: what rules say of one depends on it.
 */
export function walkBeside(other: SharedWith<RuleContext>, whole: RuleContext): Walk {
  const walk = walkOf(whole);
  if (!isOnSharedPlatform(whole, other)) return walk;
  return {
    ...walk,
    files: withoutShared(whole.files.tenants, other.files.tenants),
    tenants: withoutShared(walk.tenants, other.desired.tenants),
    looksAtPlatform: false,
  };
}

/** Whether both sides share all but tenants, or say the same there. */
function isOnSharedPlatform({ files, desired, asOf }: RuleContext, other: SharedWith<RuleContext>): boolean {
  return (
    asOf === other.asOf &&
    isShared(desired.organization, other.desired.organization) &&
    areShared(desired.clusters, other.desired.clusters) &&
    areShared(files.organization, other.files.organization) &&
    areShared(files.clusters, other.files.clusters) &&
    haveSameTexts(Array.from(desired.unreadable.clusters), Array.from(other.desired.unreadable.clusters)) &&
    haveSameTexts(Array.from(files.certificates).flat(), Array.from(other.files.certificates).flat()) &&
    haveSameTexts(described(files.strays), described(other.files.strays))
  );
}

function described(strays: RuleContext['files']['strays']): string[] {
  return strays.map(({ path, entry }) => `${entry} ${path}`);
}

function haveSameTexts(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((text, i) => text === others[i]);
}
