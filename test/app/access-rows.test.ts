import { describe, expect, it } from 'vitest';
import { subjectName } from '../../src/app/access-rows.ts';

describe('subjects in tables', () => {
  it('are named as in messages, a service account with its namespace', () => {
    expect(subjectName({ kind: 'Group', name: 'solar-sre' })).toBe('group solar-sre');
    expect(subjectName({ kind: 'User', name: 'alice' })).toBe('user alice');
    expect(subjectName({ kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' })).toBe(
      'service account ci/deployer',
    );
  });
});
