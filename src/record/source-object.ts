/** One source's object: checked against its declaration, configured, loaded, attached. */
import type { EndIterator, Hook, Source } from '../schema/define-source.js';
import { layoutDifference, layoutFromBtf } from '../schema/layout.js';
import type { BpfObject } from './bpf-addon.js';
import { possibleCpus } from './cpus.js';
import type { Globals } from './session.js';
import type { TracepointIds } from './tracefs.js';

/** A hook with the id of its tracepoint on this kernel; null for hooks that have none to look up. */
export interface FoundHook extends Hook {
  readonly id: number | null;
}

export interface LoadedSource {
  readonly source: Source;
  readonly object: BpfObject;
  /** File name of the object. */
  readonly file: string;
  /** The hooks that this kernel has. */
  readonly hooks: readonly FoundHook[];
  /** The iterators for the end that this kernel has. */
  readonly atEnd: readonly EndIterator[];
}

export interface LoadOptions {
  /** Opens an object by its file name. */
  readonly open: (file: string) => BpfObject;
  readonly tracepoints: TracepointIds;
  readonly shared: readonly (readonly [map: string, fd: number])[];
  readonly globals: Globals;
}

/**
 * Loads a source: its object, or where the kernel refuses that, the one for older kernels. On an
 * error, which is of the object that was tried last, nothing of it stays loaded.
 */
export function loadSource(source: Source, options: LoadOptions): LoadedSource {
  const hooks = findHooks(source, options.tracepoints);
  let refusal: unknown;
  for (const file of new Set([source.object, compatObject(source.object)])) {
    const object = configure(file, source, hooks, options);
    try {
      object.load();
      return { source, object, file, hooks, atEnd: runnableAtEnd(source, object) };
    } catch (error) {
      object.close();
      refusal = error;
    }
  }
  throw refusal;
}

/** What bpf/Makefile builds of the same source for kernels before 5.17. */
export function compatObject(object: string): string {
  return object.replace(/^(\w+)\.bpf\.o$/, '$1.compat.bpf.o');
}

/** Attaches one hook of a loaded source. */
export function attachHook(object: BpfObject, { program, id }: FoundHook): void {
  if (id === null) object.attach(program);
  else object.attachTracepoint(program, id);
}

/** A loaded source's hooks as the manifest has them: `program@tracepoint`, `program@map`. */
export function hookNames({ hooks, atEnd }: Pick<LoadedSource, 'hooks' | 'atEnd'>): string[] {
  return [
    ...hooks.map(({ program, tracepoint }) =>
      tracepoint === undefined ? program : `${program}@${tracepoint}`,
    ),
    ...atEnd.map(({ program, map }) => `${program}@${map}`),
  ];
}

/** Tries each: nothing is attached yet, so its map is empty, and it sends nothing. */
function runnableAtEnd({ atEnd = [] }: Source, object: BpfObject): EndIterator[] {
  return atEnd.filter(({ program, map }) => {
    try {
      object.runIterator(program, map);
      return true;
    } catch {
      return false;
    }
  });
}

/** An object that is ready to be loaded. */
function configure(
  file: string,
  source: Source,
  hooks: readonly FoundHook[],
  { open, shared, globals }: LoadOptions,
): BpfObject {
  const object = open(file);
  try {
    checkLayout(object, file, source);
    for (const [map, fd] of shared) object.shareMap(map, fd);
    for (const [name, value] of Object.entries(globals)) object.setGlobal(name, value);
    for (const { name, valueBytes } of source.cpuMaps ?? []) {
      object.setMapEntries(name, possibleCpus());
      object.setMapValueBytes(name, valueBytes(globals));
    }
    disableOthers(object, source, hooks);
    return object;
  } catch (error) {
    object.close();
    throw error;
  }
}

function checkLayout(object: BpfObject, file: string, source: Source): void {
  const loaded = layoutFromBtf(object.describeStruct(source.layout.struct));
  const difference = layoutDifference(source.layout, loaded);
  if (difference === null) return;
  throw new Error(
    `${file} and this tracecap do not belong together: ${source.layout.struct}, ${difference}; run 'npm run build'`,
  );
}

function findHooks(source: Source, tracepoints: TracepointIds): FoundHook[] {
  const found: FoundHook[] = [];
  for (const hook of source.hooks) {
    const id = hook.tracepoint === undefined ? null : tracepoints(hook.tracepoint);
    if (hook.tracepoint === undefined || id !== null) found.push({ ...hook, id });
    else if (!hook.optional) {
      throw new Error(`this kernel has no tracepoint ${hook.tracepoint} (CONFIG_FTRACE_SYSCALLS)`);
    }
  }
  return found;
}

function disableOthers(object: BpfObject, source: Source, hooks: readonly FoundHook[]): void {
  const used = new Set(hooks.map(({ program }) => program));
  for (const { program } of source.hooks) if (!used.has(program)) object.disable(program);
}
