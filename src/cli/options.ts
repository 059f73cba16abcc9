/** Options that several commands share. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { TracecapError } from '../shared/errors.js';

const FORMATS = ['table', 'json', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

export interface FormatOptions {
  readonly format?: Format;
  readonly json?: true;
}

export function addFormatOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'how the answer is written (default: table)').choices(
        FORMATS,
      ),
    )
    .option('--json', 'the same as --format json');
}

export function formatOf({ format, json }: FormatOptions): Format {
  if (json && format && format !== 'json') {
    throw new TracecapError('usage', `--json and --format ${format} contradict each other`);
  }
  return json ? 'json' : (format ?? 'table');
}

/** A parser for commander: a whole number from 0 on. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError(`'${text}' is no whole number from 0 on`);
  }
  return number;
}
