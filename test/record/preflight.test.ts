import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { preflight } from '../../src/record/preflight.js';
import { TracecapError } from '../../src/shared/errors.js';
import { temporaryFolder } from '../helpers/sample-capture.js';

const SYS_ADMIN = 1n << 21n;
const PERFMON = 1n << 38n;
const BPF = 1n << 39n;

/** A machine that can record, with what is said of it different. */
function machine({
  capabilities = SYS_ADMIN,
  btf = true,
  lockdown = '[none] integrity confidentiality\n' as string | null,
} = {}) {
  const folder = temporaryFolder();
  const paths = { status: 'status', btf: 'btf', lockdown: 'lockdown' };
  const place = (name: keyof typeof paths, content: string) =>
    writeFileSync(join(folder, paths[name]), content);
  place(
    'status',
    `Name:\tnode\nCapPrm:\t0000000000000000\nCapEff:\t${capabilities.toString(16).padStart(16, '0')}\n`,
  );
  if (btf) place('btf', '');
  if (lockdown !== null) place('lockdown', lockdown);
  return {
    status: join(folder, 'status'),
    btf: join(folder, 'btf'),
    lockdown: join(folder, 'lockdown'),
  };
}

function refusal(paths: ReturnType<typeof machine>, platform = 'linux'): string {
  try {
    preflight(platform, paths);
  } catch (error) {
    expect(error).toBeInstanceOf(TracecapError);
    expect((error as TracecapError).exitStatus).toBe(5);
    return (error as Error).message;
  }
  return 'none';
}

test.each([
  ['root', { capabilities: (1n << 41n) - 1n }],
  ['CAP_SYS_ADMIN', {}],
  ['CAP_BPF and CAP_PERFMON', { capabilities: BPF | PERFMON }],
  ['no lockdown file', { lockdown: null }],
  ['lockdown for integrity', { lockdown: 'none [integrity] confidentiality\n' }],
])('nothing stands in the way of %s', (_, what) => {
  expect(refusal(machine(what))).toBe('none');
});

test.each([
  [0n, 'CAP_BPF and CAP_PERFMON'],
  [BPF, 'CAP_PERFMON'],
  [PERFMON, 'CAP_BPF'],
])('capabilities %x: what is missing is named', (capabilities, missing) => {
  expect(refusal(machine({ capabilities }))).toBe(
    `recording needs root (missing ${missing}); run: sudo tracecap record`,
  );
});

test('without BTF the message names the file and the option that makes it', () => {
  const paths = machine({ btf: false });
  expect(existsSync(paths.btf)).toBe(false);
  expect(refusal(paths)).toMatch(
    `this kernel has no BTF (${paths.btf}); one built with CONFIG_DEBUG_INFO_BTF`,
  );
});

test('a kernel that is locked down for confidentiality is told from others', () => {
  expect(refusal(machine({ lockdown: 'none integrity [confidentiality]\n' }))).toMatch(
    /^the kernel is locked down \(confidentiality\).*; boot with lockdown=integrity or without Secure Boot$/,
  );
});

test('another system than Linux is told what works there, before anything is looked at', () => {
  const nowhere = { status: '/nowhere', btf: '/nowhere', lockdown: '/nowhere' };
  expect(refusal(nowhere, 'darwin')).toBe(
    'recording needs Linux, and this is darwin; captures can be read here: tracecap analyze FILE',
  );
});
