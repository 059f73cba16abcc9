import { constants } from 'node:os';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { refusalOf, ringRefusal } from '../../src/record/refusal.js';
import { TracecapError } from '../../src/shared/errors.js';

const { EACCES, EINVAL, ENOMEM, EPERM, ENOENT } = constants.errno;

const bpfError = (errno: number, log: string) =>
  Object.assign(new Error('load x: refused'), { errno, log });

const granted = vi.hoisted(() => ({ admin: true }));
vi.mock('../../src/record/capabilities.js', async (original) => ({
  ...(await original<typeof import('../../src/record/capabilities.js')>()),
  hasCapability: () => granted.admin,
}));
beforeEach(() => {
  granted.admin = true;
});

describe('refusalOf', () => {
  test.each([
    [
      'lockdown',
      bpfError(EPERM, 'Lockdown: use of bpf to read kernel RAM is restricted'),
      ': the kernel is locked down; boot with lockdown=integrity or without Secure Boot',
    ],
    ['no permission at all', bpfError(EPERM, ''), ': this kernel does not allow it, even to root'],
    [
      'the verifier',
      bpfError(EACCES, 'R1 invalid mem access\nprocessed 12 insns\n'),
      ": the kernel's verifier refused it; please report this with 'tracecap record -v'",
    ],
    ['no access', bpfError(EACCES, ''), ': not permitted; run as root'],
    ['no memory', bpfError(ENOMEM, ''), ': no memory; try a smaller --buffer-size'],
    ['anything else', bpfError(ENOENT, ''), ''],
  ])('says what to do about %s', (_, error, words) => {
    expect(refusalOf('x', error)).toMatchObject({ name: 'x', why: `load x: refused${words}` });
  });

  test.each([
    ['EPERM', EPERM],
    ['EACCES', EACCES],
  ])('without CAP_SYS_ADMIN %s is for want of it', (_, errno) => {
    granted.admin = false;
    const words = ': this kernel wants CAP_SYS_ADMIN for it; run as root';
    expect(refusalOf('x', bpfError(errno, '')).why).toBe(`load x: refused${words}`);
    expect(refusalOf('x', bpfError(errno, 'processed 1 insns')).why).toBe(
      errno === EACCES
        ? "load x: refused: the kernel's verifier refused it; please report this with 'tracecap record -v'"
        : `load x: refused${words}`,
    );
  });

  test('keeps the end of the log, where the verifier says why', () => {
    const log = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n');
    const kept = refusalOf('x', bpfError(EACCES, `${log}\n\n`)).verifier_log?.split('\n');
    expect(kept).toHaveLength(40);
    expect([kept?.[0], kept?.at(-1)]).toEqual(['line 60', 'line 99']);
    expect(refusalOf('x', bpfError(EACCES, ' \n')).verifier_log).toBeNull();
  });

  test('takes what is no error of BPF at its word', () => {
    const nothing = { name: 'x', verifier_log: null };
    expect(refusalOf('x', new Error('gone'))).toEqual({ ...nothing, why: 'gone' });
    expect(refusalOf('x', 'odd')).toEqual({ ...nothing, why: 'odd' });
  });
});

describe('ringRefusal', () => {
  test.each([ENOMEM, EINVAL])('errno %i at a ring is its size', (errno) => {
    const error = ringRefusal(bpfError(errno, "libbpf: map 'tc_flood': failed to create"), 2 ** 30);
    expect(error).toBeInstanceOf(TracecapError);
    expect(error).toMatchObject({
      exitStatus: 5,
      message: 'the kernel has no room for a buffer of 1024 MiB; try a smaller --buffer-size',
    });
  });

  test('what fails elsewhere is said as it is', () => {
    expect(ringRefusal(bpfError(EPERM, ''), 4096)).toMatchObject({
      exitStatus: 5,
      message: 'cannot record: load x: refused: this kernel does not allow it, even to root',
    });
    const bug = new TypeError('bug');
    expect(ringRefusal(bug, 4096)).toBe(bug);
  });
});
