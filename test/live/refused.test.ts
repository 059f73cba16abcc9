/** Each source loads on its own: one that the kernel refuses never stops the others. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BpfAddon, loadBpfAddon } from '../../src/record/bpf-addon.js';
import { loadDecodeAddon } from '../../src/record/decode-addon.js';
import { commandTarget } from '../../src/record/filters.js';
import { decodePlan } from '../../src/schema/define-source.js';
import { TracecapError } from '../../src/shared/errors.js';
import { SOURCES } from '../../src/sources/index.js';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { openSession, prepare } from './session.js';

/** No source without which there would be no recording. */
const NONE: ReadonlySet<string> = new Set();
const LOG = 'map creation\nthe reason';

/** The kernel's addon, which refuses to load or to attach one source. */
function refusing(source: string, step: 'load' | 'attach'): BpfAddon {
  const addon = loadBpfAddon();
  const refuse = () => {
    throw Object.assign(new Error(`${step} ${source}`), { errno: 22, log: LOG });
  };
  class Refusing extends addon.BpfObject {
    readonly #refused: boolean;
    #attached = 0;

    constructor(bytes: Uint8Array, name: string) {
      super(bytes, name);
      this.#refused = name === source;
    }

    override load(): void {
      if (this.#refused && step === 'load') refuse();
      super.load();
    }

    override attach(program: string): void {
      this.#attachOne();
      super.attach(program);
    }

    override attachTracepoint(program: string, id: number): void {
      this.#attachOne();
      super.attachTracepoint(program, id);
    }

    /** Its first hook is attached, so that there is something to be detached again. */
    #attachOne(): void {
      if (this.#refused && step === 'attach' && this.#attached++ > 0) refuse();
    }
  }
  return { ...addon, BpfObject: Refusing };
}

describeLive('a source that is refused', () => {
  const folder = publicFolder();
  let actor = '';
  beforeAll(() => {
    actor = buildWorkload('actor', folder.path);
  });
  afterAll(folder.remove);

  describe.each(['load', 'attach'] as const)('when it is to %s', (step) => {
    test.each(SOURCES.map(({ name }) => name))(
      '%s is left out, the others record',
      async (name) => {
        const command = await prepare(['sh', '-c', `echo act | ${actor} >/dev/null`]);
        const session = openSession(
          SOURCES,
          [commandTarget(command.pid)],
          refusing(name, step),
          NONE,
        );
        try {
          session.attach();
          command.run();
          expect(await command.ended).toMatchObject({ exitStatus: 0 });
          session.stop();
          session.detach();
          expect(session.refused).toEqual([
            { name, why: expect.stringContaining(`${step} ${name}`), verifier_log: LOG },
          ]);
          const others = SOURCES.filter((source) => source.name !== name).map((each) => each.name);
          expect(session.started.map((started) => started.name)).toEqual(others);
          const bytes = loadBpfAddon().drainRaw(session.rings);
          const plans = session.sources.map(decodePlan);
          const batches = loadDecodeAddon()?.decodeRecords(plans, bytes, 0n) ?? [];
          const withRows = session.sources.filter((_, n) => (batches[n]?.rows ?? 0) > 0);
          expect(withRows.map((source) => source.name)).toEqual(expect.arrayContaining(others));
        } finally {
          session.close();
        }
      },
    );

    test('one that was asked for by name is an error', () => {
      const [{ name } = { name: '' }] = SOURCES;
      const begin = () => {
        const session = openSession(SOURCES, [], refusing(name, step), new Set([name]));
        try {
          session.attach();
        } finally {
          session.close();
        }
      };
      expect(begin).toThrow(TracecapError);
      expect(begin).toThrow(`cannot record ${name}: ${step} ${name}`);
    });
  });

  test('all of them leave nothing to record', () => {
    const [source] = SOURCES.slice(0, 1);
    const begin = () =>
      openSession([source as never], [], refusing(source?.name ?? '', 'load'), NONE);
    expect(begin).toThrow(`cannot record ${source?.name}: load ${source?.name}`);
  });
});
