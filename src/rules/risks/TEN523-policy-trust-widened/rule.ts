import { noOrder } from '../../../settings/order.ts';
import type { ChangeRule } from '../../rule.ts';
import { changedSettings, findingsAbout, sayChange } from '../settings.ts';

export const policyTrustWidened: ChangeRule = {
  level: 'change',
  code: 'TEN523',
  name: 'policy-trust-widened',
  severity: 'note',
  summary: 'The policies hold whom they held, and clusters take their manifests from where they did.',
  why: 'Whoever may write to the repository decides on all access. Another label domain leaves what bears the old labels without protection until it has the new ones. What the admins of a namespace may bind themselves is not in any plan.',
  *check({ plan }) {
    const widened = changedSettings(plan).filter(
      // Who is let through by name is the matter of an error (TEN515).
      ({ setting: { setting, effect, before, after } }) =>
        setting.risk === 'trust' && (setting.order === noOrder ? before && after : effect === 'loosens'),
    );
    yield* findingsAbout(plan, widened, sayChange);
  },
};
