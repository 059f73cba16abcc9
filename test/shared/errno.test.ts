import { expect, test } from 'vitest';
import { errnoName } from '../../src/shared/errno.js';

test.each([
  [1, 'EPERM'],
  [2, 'ENOENT'],
  [11, 'EAGAIN'],
  [13, 'EACCES'],
  [24, 'EMFILE'],
  [36, 'ENAMETOOLONG'],
  [40, 'ELOOP'],
  [42, 'ENOMSG'],
  [57, 'EBADSLT'],
  [59, 'EBFONT'],
  [95, 'EOPNOTSUPP'],
  [110, 'ETIMEDOUT'],
  [111, 'ECONNREFUSED'],
  [115, 'EINPROGRESS'],
  [133, 'EHWPOISON'],
  [512, 'ERESTARTSYS'],
])('errno %i is %s', (errno, name) => {
  expect(errnoName(errno)).toBe(name);
});

test.each([0, 41, 58, 134, 4095])('errno %i has no name', (errno) => {
  expect(errnoName(errno)).toBe(`errno ${errno}`);
});
