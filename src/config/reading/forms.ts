import { dnsLabel, dnsSubdomain, roleName, serviceAccountPath } from '../../kubernetes/names.ts';
import { registryPrefix } from '../../settings/isolation.ts';
import { noSpaces, oneLine, oneLineOrNothing, wholeNumberPattern } from '../../settings/schema-parts.ts';

/** What a pattern of the schemas asks for, in words that complete "`name` must be". */
export interface Form {
  readonly mustBe: string;
  /** A value of the form that is near to one that is not, where one can be told. */
  readonly near?: (value: string) => string | undefined;
}

/** The words for a pattern of the schemas. A test sees to it that there are some for each. */
export function formOf(pattern: string): Form | undefined {
  return forms.get(pattern);
}

const imagePrefix = 'the beginning of image names up to a `/`, in lowercase and without a scheme';

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  [
    dnsLabel,
    {
      mustBe: 'lowercase letters, digits and hyphens, with a letter or digit at both ends',
      near: (value) => {
        const label = value
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .replace(/^-|-$/g, '');
        return label === '' || label.length > 63 ? undefined : label;
      },
    },
  ],
  [
    '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
    {
      mustBe: 'a day, as year, month and day: `2026-12-31`',
      near: (value) => /^\d{4}-\d\d-\d\d(?=T)/.exec(value)?.[0],
    },
  ],
  [
    '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$',
    {
      mustBe: 'a quantity as Kubernetes writes them, such as `500m`, `20` or `64Gi`',
      near: (value) =>
        withoutExponent(value) ?? /^(\d+(?:\.\d+)?) *([kmgtpe](?:i?b?))$/i.exec(value)?.slice(1).map(unitOf).join(''),
    },
  ],
  [wholeNumberPattern, { mustBe: 'a whole number, such as `200`' }],
  [`^${registryPrefix}$`, { mustBe: `${imagePrefix}, such as \`registry.example.com/solar/\``, near: nearRegistry }],
  [
    `^(\\*|${registryPrefix})$`,
    { mustBe: `\`*\`, or ${imagePrefix}, such as \`registry.example.com/solar/\``, near: nearRegistry },
  ],
  [
    dnsSubdomain,
    {
      mustBe:
        'a name as Kubernetes has them: lowercase letters, digits, `-` and `.`, with a letter or digit at both ends',
      near: (value) => {
        const account = /^system:serviceaccount:[^:]+:([^:]+)$/.exec(value)?.[1];
        const name = (account ?? value)
          .toLowerCase()
          .replace(/[^a-z0-9.]+/g, '-')
          .replace(/(^|\.)-+|-+(?=\.|$)/g, '$1')
          .replace(/\.{2,}/g, '.')
          .replace(/^\.|\.$/g, '');
        return new RegExp(dnsSubdomain).test(name) ? name : undefined;
      },
    },
  ],
  [
    noSpaces,
    {
      mustBe: 'without spaces',
      near: (value) => (/^\s*\S+\s*$/.test(value) ? value.trim() : undefined),
    },
  ],
  [
    oneLineOrNothing,
    {
      mustBe: 'on one line, without a space at its ends, or empty',
      near: (value) => (/[\n\r]/.test(value.trim()) ? undefined : value.trim()),
    },
  ],
  [
    oneLine,
    {
      mustBe: 'on one line, without a space at its ends',
      near: (value) => {
        const line = value.trim();
        return line === '' || /[\n\r]/.test(line) ? undefined : line;
      },
    },
  ],
  ['^[0-9]+(\\.[0-9]+)?$', { mustBe: 'a decimal number without separators, such as `120000` or `99.50`' }],
  [
    '^[A-Z]{3}$',
    {
      mustBe: 'a currency as three capital letters, such as `USD`',
      near: (value) => (/^[a-z]{3}$/i.test(value) ? value.toUpperCase() : undefined),
    },
  ],
  [
    '^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$',
    { mustBe: 'an https URL without user, query or fragment, such as `https://platform.example.com/api/oidc`' },
  ],
  ['^[A-Z][A-Za-z0-9]*$', { mustBe: 'a kind, such as `ClusterRoleBinding`' }],
  ['^[a-z0-9-]*\\*?$', { mustBe: "a namespace's name, or its beginning and `*`, such as `istio-*`" }],
  [
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$',
    { mustBe: 'a domain in lowercase letters, such as `tenantry.dev`' },
  ],
  [
    '^TEN[0-9]{3}$',
    {
      mustBe: 'the code of a rule, such as `TEN103`',
      near: (value) => (/^ten[0-9]{3}$/i.test(value) ? value.toUpperCase() : undefined),
    },
  ],
  [
    '^[A-Za-z0-9][A-Za-z0-9._-]*\\.(pem|crt)$',
    { mustBe: 'the name of a `.pem` or `.crt` file in the same folder, without a path' },
  ],
  [
    '^1\\.[0-9]{1,3}$',
    {
      mustBe: 'a minor version of Kubernetes, such as `1.36`',
      near: (value) => /^v?(1\.[0-9]{1,3})(?:[.+-]|$)/.exec(value)?.[1],
    },
  ],
  [
    '^[A-Za-z0-9][A-Za-z0-9._:/-]*$',
    { mustBe: 'letters, digits and any of `.`, `_`, `:`, `/` and `-`, beginning with a letter or digit' },
  ],
  [
    roleName,
    {
      mustBe: "a role's name: letters, digits and any of `-`, `.`, `_` and `:`, with a letter or digit at both ends",
      near: nearRole,
    },
  ],
  [
    serviceAccountPath,
    {
      mustBe: 'a service account as `namespace/name`, such as `kube-system/operator`',
      near: (value) => /^system:serviceaccount:([-a-z0-9]+):([-a-z0-9.]+)$/.exec(value)?.slice(1).join('/'),
    },
  ],
  [
    '^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$',
    {
      mustBe: 'a folder in the repository, without a slash before or after it, such as `platform/access`',
      near: (value) =>
        /^(?:\.?\/)*([A-Za-z0-9_][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)*)\/*$/.exec(value)?.[1],
    },
  ],
  [
    '^[A-Za-z0-9][A-Za-z0-9-]*$',
    {
      mustBe: 'the name of a GitHub organization: letters, digits and `-`',
      near: (value) => /^(?:https:\/\/github\.com\/|@)([A-Za-z0-9][A-Za-z0-9-]*)\/?$/.exec(value)?.[1],
    },
  ],
  [
    '^[A-Za-z0-9][A-Za-z0-9_.-]*$',
    {
      mustBe: 'the name of a GitHub team, as the address of its page has it: letters, digits, `-`, `_` and `.`',
      near: (value) => /^@?[A-Za-z0-9-]+\/([A-Za-z0-9][A-Za-z0-9_.-]*)$/.exec(value)?.[1],
    },
  ],
  [
    '^[A-Za-z0-9][A-Za-z0-9_-]*$',
    {
      mustBe: 'the name of a GitHub user: letters, digits, `-` and `_`',
      near: (value) => /^@([A-Za-z0-9][A-Za-z0-9_-]*)$/.exec(value)?.[1],
    },
  ],
]);

/** A part of a quantity: the unit as Kubernetes writes it, whatever its letters' case. Who writes `GB` mostly means `Gi`. */
function unitOf(part: string): string {
  const units = ['k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
  const unit = /[a-z]b$/i.test(part) ? part.replace(/i?b$/i, 'i') : part;
  return units.find((known) => known.toLowerCase() === unit.toLowerCase()) ?? part;
}

/** A registry without its scheme, and with one slash at the end. */
function nearRegistry(value: string): string | undefined {
  const path = value
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .toLowerCase()
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '');
  return new RegExp(`^${registryPrefix}$`).test(`${path}/`) ? `${path}/` : undefined;
}

/** An amount that is written with an exponent, which Kubernetes knows and few people read: `1e3` is `1000`. */
function withoutExponent(value: string): string | undefined {
  const [, whole = '', fraction = '', exponent] = /^(\d{1,9})(?:\.(\d{1,9}))?e\+?(\d{1,2})$/i.exec(value) ?? [];
  const zeros = Number(exponent) - fraction.length;
  return exponent === undefined || zeros < 0
    ? undefined
    : `${whole}${fraction}${'0'.repeat(zeros)}`.replace(/^0+(?=\d)/, '');
}

/** A role as it is called, without what it is or spaces around it: `ClusterRole/view` is `view`. */
function nearRole(value: string): string | undefined {
  const bare = value.trim().replace(/^(?:cluster)?role[/ ]/i, '');
  return new RegExp(roleName).test(bare) ? bare : undefined;
}
