import { afterEach, describe, expect, test, vi } from 'vitest';
import { findUid, findUser, userNames } from '../../src/record/users.js';
import { TracecapError } from '../../src/shared/errors.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each([
  ['with getent', () => {}],
  ['without getent, by /etc/passwd', () => void vi.stubEnv('PATH', '/nowhere')],
])('%s', (_, prepare) => {
  test('users are found by name and by number', () => {
    prepare();
    expect(findUser('root')).toMatchObject({ name: 'root', uid: 0, gid: 0 });
    expect(findUser('0')).toMatchObject({ name: 'root', uid: 0 });
    expect(findUid('root')).toBe(0);
  });

  test.each(['nobody-of-that-name', '', '-', '--help', 'root:x', 'r.ot', '4294967294'])(
    'there is no user %j',
    (name) => {
      prepare();
      expect(() => findUser(name)).toThrow(
        new TracecapError('usage', `no user '${name}' on this host`),
      );
    },
  );

  test('numbers get the names that they have', () => {
    prepare();
    expect(userNames([0, 4_294_967_294])).toEqual({ 0: 'root' });
    expect(userNames([])).toEqual({});
  });
});

test('a uid to filter by need not belong to anybody, but must be one', () => {
  expect(findUid('4294967295')).toBe(2 ** 32 - 1);
  for (const odd of ['4294967296', '-1', '1.5', '0x0'])
    expect(() => findUid(odd)).toThrow('no user');
});
