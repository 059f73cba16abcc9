/** One source's object: checked against its declaration, configured, loaded, attached. */
import type { Hook, Source } from '../schema/define-source.js';
import { layoutDifference, layoutFromBtf } from '../schema/layout.js';
import type { BpfObject } from './bpf-addon.js';
import type { Globals } from './session.js';
import type { TracepointIds } from './tracefs.js';

/** A hook with the id of its tracepoint on this kernel; null for hooks that have none to look up. */
export interface FoundHook extends Hook {
  readonly id: number | null;
}

/** Loads a source and gives the hooks that this kernel has. On an error nothing of it stays loaded. */
export function loadSource(
  object: BpfObject,
  source: Source,
  tracepoints: TracepointIds,
  shared: readonly (readonly [map: string, fd: number])[],
  globals: Globals,
): FoundHook[] {
  try {
    checkLayout(object, source);
    for (const [map, fd] of shared) object.shareMap(map, fd);
    for (const [name, value] of Object.entries(globals)) object.setGlobal(name, value);
    const hooks = findHooks(source, tracepoints);
    disableOthers(object, source, hooks);
    object.load();
    return hooks;
  } catch (error) {
    object.close();
    throw error;
  }
}

/** Attaches one hook of a loaded source. */
export function attachHook(object: BpfObject, { program, id }: FoundHook): void {
  if (id === null) object.attach(program);
  else object.attachTracepoint(program, id);
}

/** A hook as the manifest has it: `program@tracepoint`. */
export function hookName({ program, tracepoint }: Hook): string {
  return tracepoint === undefined ? program : `${program}@${tracepoint}`;
}

function checkLayout(object: BpfObject, source: Source): void {
  const loaded = layoutFromBtf(object.describeStruct(source.layout.struct));
  const difference = layoutDifference(source.layout, loaded);
  if (difference === null) return;
  throw new Error(
    `${source.object} and this tracecap do not belong together: ${source.layout.struct}, ${difference}; run 'npm run build'`,
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
