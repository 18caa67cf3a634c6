import { isInDomain, isLabelKey, isLabelValue } from '../../../kubernetes/names.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { FileRule } from '../../rule.ts';
import type { WrittenLabel } from '../../written.ts';
import { writtenLabels } from '../../written.ts';

/** Domains whose labels mean something to Kubernetes and to Argo CD. */
const reservedDomains = ['kubernetes.io', 'k8s.io', 'argoproj.io'];

export const labelNotAllowed: FileRule = {
  level: 'file',
  code: 'TEN214',
  name: 'label-not-allowed',
  severity: 'error',
  summary:
    "A tenant's labels are valid ones, and in no domain of tenantry, Kubernetes or Argo CD: `tenantry.dev`, `kubernetes.io`, `k8s.io`, `argoproj.io`. Nor is the label domain itself.",
  why: 'The labels of a Namespace decide whose it is, how strictly its pods are held (`pod-security.kubernetes.io/enforce`) and what Argo CD takes for its own (`app.kubernetes.io/instance`). A tenant may not say that about itself, and tenantry must not write what others take for their own.',
  *checkPlatform({ organization: { labelDomain, origin } }) {
    const domain = reservedDomains.find((reserved) => isInDomain(`${labelDomain}/`, reserved));
    if (domain === undefined) return;
    yield {
      message: `the label domain \`${labelDomain}\` is in the reserved domain \`${domain}\``,
      at: at(originAt(origin, 'spec', 'labelDomain')),
      help: 'write a domain of your own (`tenantry.example.com`), or remove `labelDomain`',
    };
  },
  *check({ file, platform }) {
    const { complete, labelDomain } = platform.organization;
    // In an organization that was read in part, the label domain may be another one.
    const reserved = complete ? [labelDomain, ...reservedDomains] : reservedDomains;
    for (const label of writtenLabels(file)) {
      const { key, value, origin, use } = label;
      const domain = use === 'namespace' ? reserved.find((d) => isInDomain(key, d)) : undefined;
      if (!isLabelKey(key)) {
        yield {
          message: `${noun(label)} \`${key}\` is not a key that Kubernetes allows`,
          at: atKey(origin),
          help: 'write at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; before it, if you like, a domain and `/`',
        };
      } else if (domain !== undefined) {
        yield {
          message: `label \`${key}\` is in the reserved domain \`${domain}\``,
          at: atKey(origin),
          help: 'remove it, or use a domain of your own (`example.com/…`)',
        };
      }
      if (!isLabelValue(value)) {
        yield {
          message: `${noun(label)} \`${key}\` has a value that Kubernetes does not allow`,
          at: at(origin),
          help: 'write at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, or nothing',
        };
      }
    }
  },
};

function noun({ use }: WrittenLabel): string {
  return use === 'node selector' ? 'node label' : 'label';
}
