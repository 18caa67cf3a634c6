import { describe, expect, it } from 'vitest';
import {
  isDnsLabel,
  isDnsSubdomain,
  isInDomain,
  isLabelKey,
  isLabelValue,
  isPathSegment,
  serviceAccountOf,
  serviceAccountUserName,
} from '../../src/kubernetes/names.ts';

const long = (length: number): string => 'a'.repeat(length);

describe('names of Kubernetes', () => {
  it.each([
    [isDnsLabel, ['a', '0', 'solar-prod', long(63)], ['', '-a', 'a-', 'A', 'a_b', 'a.b', 'a\n', long(64)]],
    [isDnsSubdomain, ['a', 'a.b-c.d', long(253)], ['', '.a', 'a.', 'a..b', 'a.-b', 'A.b', long(254)]],
    [isPathSegment, ['tenantry:group:x', 'A B', '...'], ['', '.', '..', 'a/b', 'a%b']],
    [
      isLabelKey,
      ['a', 'A.b_c-D', 'example.com/a', `${long(253)}/${long(63)}`],
      ['', '-a', 'a-', 'a b', '/a', 'a/', 'Example.com/a', 'a/b/c', long(64), `${long(254)}/a`],
    ],
    [isLabelValue, ['', 'a', 'A.b_c-D', long(63)], ['-a', 'a-', 'a/b', 'a b', long(64)]],
  ])('%o', (allows, good, bad) => {
    expect(good.filter((text) => !allows(text))).toEqual([]);
    expect(bad.filter(allows)).toEqual([]);
  });

  it('tell in which domain a key of a label is', () => {
    expect(isInDomain('k8s.io/a', 'k8s.io')).toBe(true);
    expect(isInDomain('x.k8s.io/a', 'k8s.io')).toBe(true);
    expect(isInDomain('xk8s.io/a', 'k8s.io')).toBe(false);
    expect(isInDomain('k8s.io', 'k8s.io')).toBe(false);
  });
});

describe('the user name of a service account', () => {
  it('is read back, and that of nobody else', () => {
    const name = serviceAccountUserName('ci', 'deployer');
    expect(name).toBe('system:serviceaccount:ci:deployer');
    expect(serviceAccountOf(name)).toEqual({ namespace: 'ci', name: 'deployer' });
    for (const other of ['user:sam', 'system:serviceaccount:ci', 'xsystem:serviceaccount:a:b', `${name}:x`]) {
      expect(serviceAccountOf(other)).toBeUndefined();
    }
  });
});
