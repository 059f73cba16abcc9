/** The program: finds the command, loads only that, and turns what fails into a line and a status. */
import { Command, CommanderError } from 'commander';
import { version } from '../shared/assets.js';
import { EXIT_BUG, reason, TracecapError } from '../shared/errors.js';
import { escapeText } from '../shared/escape-text.js';
import { COMMANDS } from './commands.js';
import { note, StdoutClosed, writeErr, writeOut } from './output.js';
import { helpWidth } from './terminal-width.js';

const EXIT_USAGE = new TracecapError('usage', '').exitStatus;

process.on('uncaughtException', (error) => process.exit(exitStatus(error)));
process.exit(await run(process.argv.slice(2)));

async function run(words: readonly string[]): Promise<number> {
  try {
    const program = await programFor(words);
    await program.parseAsync(words, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return exitStatus(error);
  }
}

/** commander's program in which only the command that these words run is more than a line of help. */
async function programFor(words: readonly string[]): Promise<Command> {
  const program = new Command('tracecap')
    .description('tcpdump for what a machine does: record once as root, ask questions anywhere')
    .usage('<command> [options]')
    .version(`tracecap ${version()}`, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    .configureOutput({
      writeOut,
      writeErr,
      outputError: () => {},
      getOutHelpWidth: helpWidth,
      getErrHelpWidth: helpWidth,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  const wanted = commandNamed(words);
  for (const { name, summary, load } of COMMANDS) {
    const command = name === wanted ? await load() : new Command();
    program.addCommand(command.name(name).description(summary).copyInheritedSettings(program));
  }
  return program;
}

/** The program's own options take no values, so the first word that is none names the command. */
function commandNamed(words: readonly string[]): string | undefined {
  const [first, second] = words.filter((word) => !word.startsWith('-'));
  return first === 'help' ? second : first;
}

/** Tells what went wrong on stderr; the status to end with. */
function exitStatus(error: unknown): number {
  if (error instanceof StdoutClosed) return 0;
  if (error instanceof TracecapError) {
    note(error.message);
    return error.exitStatus;
  }
  if (error instanceof CommanderError) return usageStatus(error);
  const stack = error instanceof Error && error.stack ? error.stack : reason(error);
  writeErr(`${stack.split('\n').map(escapeText).join('\n')}\n`);
  note(`this is a bug in tracecap ${version()}: please report it with the lines above`);
  return EXIT_BUG;
}

function usageStatus({ code, exitCode, message }: CommanderError): number {
  if (exitCode === 0) return 0;
  // Without a command commander has printed the help, on stderr.
  if (code !== 'commander.help') note(message.replace(/^error: /, '').replaceAll('\n', ' '));
  return EXIT_USAGE;
}
