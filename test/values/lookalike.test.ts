import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePoints, scriptsOf, skeleton, visible } from '../../src/values/lookalike.ts';
import { cases } from '../support/cases.ts';

describe('skeleton', () => {
  it.each([
    ['Cluster-Admins', 'letter case'],
    ['cluster_admins', 'underscore'],
    ['cluster.admins', 'dot'],
    ['cluster--admins', 'two hyphens'],
    [' cluster-admins ', 'spaces around'],
    ['cluster\u00a0admins', 'no-break space'],
    ['cluster\u2013admins', 'en dash'],
    ['clu\u200bster-admins', 'zero-width space'],
    ['\u202ecluster-admins', 'direction mark'],
    ['cluster-\u3164admins', 'Hangul filler'],
    ['cluster-admins\u{e0061}', 'tag character'],
    ['clu\u00adster-admins', 'soft hyphen'],
    ['cluster-\u0430dmins', 'Cyrillic a'],
    ['\u0421\u0406uster-admins', 'Cyrillic capitals'],
    ['\u0441luste\u0433-\u0430dm\u0456n\u0455', 'many Cyrillic letters'],
    ['cluster-\u03b1dm\u03b9ns', 'Greek alpha and iota'],
    ['clu\u0455ter-admi\u0578s', 'Armenian vo'],
    ['\u13df\u13deuster-admins', 'Cherokee capitals'],
    ['cluster-\ua4eedmins', 'Lisu A'],
    ['\uff43\uff4c\uff55\uff53\uff54\uff45\uff52\uff0d\uff41\uff44\uff4d\uff49\uff4e\uff53', 'full width'],
    ['\u{1d41c}luster-admins', 'mathematical bold c'],
    ['cluster-\u24d0dmins', 'circled a'],
    ['cl\u00fcster-admins', 'umlaut'],
    ['clu\u0301ster-admins', 'combining accent'],
    ['c1uster-adm1ns', 'ones'],
    ['cIuster-admins', 'capital I for l'],
    ['cluster-adrnins', 'rn for m'],
    ['c\u0142uster-a\u0111mins', 'l and d with stroke'],
    ['\u0187luster-admins', 'capital C with hook'],
    ['cluster-admin\u017f', 'long s'],
  ])('reads %j as cluster-admins (%s)', (name) => {
    expect(skeleton(name)).toBe(skeleton('cluster-admins'));
  });

  it.each([
    ['system:masters', 'system\uff1amasters'],
    ['system:masters', 's\u0443stem\u2236masters'],
    ['system:masters', '\u0405\u0423\u0405TEM\ua789masters'],
    ['solar0', 'SOLARO'],
  ])('reads %j and %j as the same', (one, other) => {
    expect(skeleton(one)).toBe(skeleton(other));
  });

  it.each([
    ['solar-sre', 'solar-dev'],
    ['team-2', 'team-3'],
    ['cluster-admins', 'cluster-admin'],
    ['a-b', 'ab'],
    ['github:audit', 'audit'],
    ['\u0441\u043e\u043b\u043d\u0446\u0435', 'solar'],
  ])('tells %j from %j', (one, other) => {
    expect(skeleton(one)).not.toBe(skeleton(other));
  });

  it('takes a letter for what it looks like in its own case: H for a capital eta, n for a small one', () => {
    expect(skeleton('\u0397')).toBe('h');
    expect(skeleton('\u03b7')).toBe('n');
  });

  it('takes a capital that looks like nothing else for its small letter', () => {
    expect(skeleton('\u0531')).toBe(skeleton('\u0561'));
  });

  it('is the same for a name and its skeleton, whatever the name', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 20 }), (points) => {
        const name = String.fromCodePoint(...points);
        expect(skeleton(skeleton(name))).toBe(skeleton(name));
      }),
    );
  });
});

describe('a name of ASCII', () => {
  it('is read the same with a character in it that is not seen', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (name, at) => {
        const place = at % (name.length + 1);
        const other = `${name.slice(0, place)}\u200b${name.slice(place)}`;
        expect(skeleton(other)).toBe(skeleton(name));
        expect([...scriptsOf(other)]).toEqual([...scriptsOf(name)]);
      }),
      { numRuns: cases(1000) },
    );
  });
});

describe('scriptsOf', () => {
  it('names the scripts of letters, each with the first letter', () => {
    expect([...scriptsOf('so\u043b\u0430r')]).toEqual([
      ['Latin', 's'],
      ['Cyrillic', '\u043b'],
    ]);
  });

  it.each(['solar-01', '\u0441\u043e\u043b\u043d\u0446\u0435_1', 'm\u00fcller', '\u592a\u967d-sre'])(
    'finds at most one in %j',
    (name) => {
      expect(scriptsOf(name).size).toBeLessThan(2);
    },
  );
});

describe('visible', () => {
  it.each([
    ['solar sre', 'solar sre'],
    ['solar\u200b', 'solar<U+200B>'],
    [' solar', '<U+0020>solar'],
    ['solar  ', 'solar<U+0020><U+0020>'],
    ['so\u00a0lar', 'so<U+00A0>lar'],
    ['so\tlar', 'so<U+0009>lar'],
    ['\u202erals', '<U+202E>rals'],
    ['m\u00fcller', 'm\u00fcller'],
  ])('writes %j as %j', (name, shown) => {
    expect(visible(name)).toBe(shown);
  });
});

describe('codePoints', () => {
  it('lists what is not plain ASCII, each once', () => {
    expect(codePoints('\u0430b \u0430\u{1d41c}')).toEqual(['U+0430', 'U+1D41C']);
    expect(codePoints('solar sre_01')).toEqual([]);
  });
});
