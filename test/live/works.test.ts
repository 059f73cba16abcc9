/** Says, in tracecap's own words, why all the other live tests fail where it cannot record. */
import { expect, test } from 'vitest';
import { describeLive, tryToRecord } from '../helpers/live.js';

describeLive('live tests', () => {
  test('recording works on this machine', () => {
    expect(tryToRecord()).toBe(null);
  });
});
