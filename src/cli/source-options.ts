/** The options of `record` that the sources declare. */
import type { Command } from 'commander';
import type { Globals } from '../record/session.js';
import type { Source } from '../schema/define-source.js';
import { reason, TracecapError } from '../shared/errors.js';
import { SOURCES } from '../sources/index.js';

export function addSourceOptions(command: Command): void {
  for (const { options } of SOURCES) for (const { flag, doc } of options) command.option(flag, doc);
}

/** What the options that were given set in the objects of the sources, by their names. */
export function sourceGlobals(
  command: Command,
  recorded: readonly Source[],
): Readonly<Record<string, Globals>> {
  const globals: Record<string, Globals> = {};
  for (const { source, flag, text, toGlobals } of givenOptions(command)) {
    const option = flag.split(' ')[0];
    if (!recorded.includes(source)) {
      throw new TracecapError('usage', `${option}: ${source.name} is not among the --sources`);
    }
    try {
      globals[source.name] = { ...globals[source.name], ...toGlobals(text === true ? '' : text) };
    } catch (error) {
      throw new TracecapError('usage', `${option}: ${reason(error)}`);
    }
  }
  return globals;
}

/** The options that were given, by their names, as they were typed. */
export function sourceOptionWords(command: Command): Record<string, string> {
  return Object.fromEntries(
    givenOptions(command).map(({ flag, text }) => [flag.replace(/^--| .*/g, ''), String(text)]),
  );
}

/** text: true of an option that takes none. */
function givenOptions(command: Command) {
  return SOURCES.flatMap((source) =>
    source.options.flatMap(({ flag, globals }) => {
      const option = command.options.find(({ flags }) => flags === flag);
      const text: string | true | undefined =
        option && command.getOptionValue(option.attributeName());
      return text === undefined ? [] : [{ source, flag, text, toGlobals: globals }];
    }),
  );
}
