/** Recording without root, by nobody with a few capabilities: docs/privileges.md says what this tries. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KindName } from '../../src/schema/kinds.js';
import { SOURCES } from '../../src/sources/index.js';
import { tracecap } from '../helpers/build.js';
import { describeLive, TRACECAP } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { type Ended, info, query, Running, record } from './recorder.js';

/** What is enough where tracefs is mounted. */
const ENOUGH = ['bpf', 'perfmon', 'dac_read_search'];

/** Kinds whose values are others in every run, or another user's. */
const OWN: ReadonlySet<KindName> = new Set<KindName>([
  ...(['tc_time_ns', 'tc_duration_ns', 'tc_pid', 'tc_uid', 'tc_bytes', 'tc_port'] as const),
]);

/** $@: runs it where tracefs is mounted, in a mount namespace of its own. */
const WITH_TRACEFS =
  'mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; exec "$@"';

describeLive('privileges', () => {
  const folder = publicFolder();
  const file = (name: string) => join(folder.path, name);
  let actor = '';
  beforeAll(() => {
    actor = buildWorkload('actor', folder.path);
  });
  afterAll(folder.remove);

  /** Records as nobody, with these capabilities alone. */
  async function recordWith(capabilities: readonly string[], words: string[]): Promise<Ended> {
    const only = ['-all', ...capabilities.map((name) => `+${name}`)].join(',');
    const unprivileged = [
      ...['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'],
      ...['--inh-caps', only, '--ambient-caps', only, '--bounding-set', only],
    ];
    const command = [...unprivileged, TRACECAP, 'record', ...words];
    const recording = new Running('unshare', ['-m', 'sh', '-c', WITH_TRACEFS, 'sh', ...command]);
    recording.go();
    return recording.ended;
  }

  const options = (name: string) => ['-o', file(name), '--buffer-size', '256KiB'];
  const workload = () => ['--', 'sh', '-c', `echo act | ${actor}`];

  /** The rows of every source, without what is another in every run. */
  async function rowsOf(name: string) {
    const tables = await Promise.all(
      SOURCES.map(async (source) => {
        const { members } = source.layout;
        const volatile = ([, { kind }]: [string, { kind: KindName }]) => OWN.has(kind);
        const left = new Set(
          Object.entries(members)
            .filter(volatile)
            .map(([member]) => member),
        );
        const rows = await query(file(name), `select * from ${source.name}`);
        const same = rows.map((row) =>
          Object.fromEntries(Object.entries(row).filter(([column]) => !left.has(column))),
        );
        return [source.name, same] as const;
      }),
    );
    return Object.fromEntries(tables);
  }

  test('three capabilities give the rows that root gets, of every source', async () => {
    expect(await record([...options('root'), ...workload()])).toMatchObject({ status: 0 });
    expect(await recordWith(ENOUGH, [...options('nobody'), ...workload()])).toMatchObject({
      status: 0,
    });
    const wanted = await rowsOf('root');
    for (const { name } of SOURCES) expect(wanted[name]?.length, name).toBeGreaterThan(0);
    // Each recorded process is in a mount namespace of its own.
    const namespaces = await query(file('nobody'), 'select distinct mntns from opensnoop');
    const found = JSON.stringify(await rowsOf('nobody'));
    const [root] = await query(file('root'), 'select distinct mntns from opensnoop');
    expect(JSON.parse(found.replaceAll(`${namespaces[0]?.mntns}`, `${root?.mntns}`))).toEqual(
      wanted,
    );
    expect(info(file('nobody')).manifest.refused).toEqual([]);
  });

  test.each(['bpf', 'perfmon'])('without CAP_%s nothing is recorded', async (name) => {
    const others = ENOUGH.filter((capability) => capability !== name);
    const { status, stderr } = await recordWith(others, [...options('none'), ...workload()]);
    expect({ status, stderr }).toEqual({
      status: 5,
      stderr: `tracecap: recording needs root (missing CAP_${name.toUpperCase()}); run: sudo tracecap record\n`,
    });
    expect(existsSync(file('none'))).toBe(false);
  });

  test('without CAP_DAC_READ_SEARCH sources with tracepoints of system calls are left out, and say why', async () => {
    const words = [...options('closed'), ...workload()];
    const { status, stderr } = await recordWith(['bpf', 'perfmon'], words);
    expect(status).toBe(0);
    const needy = SOURCES.filter(({ hooks }) => hooks.some(({ tracepoint }) => tracepoint));
    const others = SOURCES.filter((source) => !needy.includes(source)).map(({ name }) => name);
    const why =
      'cannot read tracepoints in /sys/kernel/tracing: EACCES; run as root, or with CAP_DAC_READ_SEARCH';
    for (const { name } of needy) {
      expect(stderr).toContain(`tracecap: ${name} is not recorded: ${why}\n`);
    }
    const { manifest } = info(file('closed'));
    const told = tracecap(['info', file('closed')]).stdout;
    for (const { name } of needy) expect(told).toContain(`refused   ${name}: ${why}\n`);
    expect(manifest.refused.map((refused) => [refused.name, refused.why])).toEqual(
      needy.map(({ name }) => [name, why]),
    );
    expect(manifest.sources.map(({ name, rows }) => [name, rows > 0])).toEqual(
      others.map((name) => [name, true]),
    );
    const named = await recordWith(
      ['bpf', 'perfmon'],
      [...[...options('none'), '-s', needy[0]?.name ?? ''], ...workload()],
    );
    expect(named).toMatchObject({ status: 5, stderr: expect.stringContaining(why) });
    expect(existsSync(file('none'))).toBe(false);
  });

  test('what each further capability adds: files of others, costs, paths of cgroups', async () => {
    const stranger = new Running('sleep', ['1000']);
    try {
      const seen = async (...capabilities: string[]) => {
        const name = ['with', ...capabilities].join('-');
        const words = [...options(name), '-d', '10ms', '-p', `${stranger.pid}`];
        expect(await recordWith([...ENOUGH, ...capabilities], words)).toMatchObject({ status: 0 });
        const rows = await query(
          file(name),
          `select distinct exe is not null as exe, cwd is not null as cwd, argv, path
           from processes join cgroups using (cgroup)`,
        );
        return { rows, counted: info(file(name)).cost.programs !== null };
      };
      const path = cgroupOf(stranger.pid);
      const row = { exe: 0, cwd: 0, argv: '["sleep","1000"]', path };
      expect(await seen()).toEqual({ rows: [row], counted: false });
      expect(await seen('sys_ptrace')).toEqual({
        rows: [{ ...row, exe: 1, cwd: 1 }],
        counted: false,
      });
      expect(await seen('sys_admin')).toEqual({ rows: [row], counted: true });
    } finally {
      stranger.stop();
    }
  });
});

/** The path of a process's cgroup (v2). */
function cgroupOf(pid: number): string | null {
  return /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? null;
}
