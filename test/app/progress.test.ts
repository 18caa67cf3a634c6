import { describe, expect, it } from 'vitest';
import { progressLine } from '../../src/app/progress.ts';
import { tenantry } from '../support/cli.ts';

describe('progress', () => {
  it('is silent for a second, then says what the run is at, on one line that it takes away', () => {
    const written: string[] = [];
    let now = 0;
    const { say, clear } = progressLine(
      (text) => written.push(text),
      () => now,
    );
    say('reading the files');
    clear();
    expect(written).toEqual([]);

    now = 1500;
    say('checking 10 tenants');
    say('rendering 2 clusters');
    clear();
    clear();
    expect(written).toEqual(['\r\u001b[Kchecking 10 tenants …', '\r\u001b[Krendering 2 clusters …', '\r\u001b[K']);
  });

  it('writes nothing where nobody is looking', async () => {
    const { code, stderr } = await tenantry(['validate', '--dir', '.']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
