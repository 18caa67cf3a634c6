/**
 * The syntax of labels: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */

const labelName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const domainName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether `key` can be the key of a label: a name, after a domain and `/` or without. */
export function isLabelKey(key: string): boolean {
  const [name = '', domain, ...rest] = key.split('/').reverse();
  return rest.length === 0 && isLabelName(name) && (domain === undefined || isDomain(domain));
}

/** Whether `value` can be the value of a label. */
export function isLabelValue(value: string): boolean {
  return value === '' || isLabelName(value);
}

/** Whether the key's domain is `domain` or one below it. */
export function isInDomain(key: string, domain: string): boolean {
  const slash = key.indexOf('/');
  return slash !== -1 && `.${key.slice(0, slash)}`.endsWith(`.${domain}`);
}

function isLabelName(text: string): boolean {
  return text.length <= 63 && labelName.test(text);
}

function isDomain(text: string): boolean {
  return text.length <= 253 && domainName.test(text);
}
