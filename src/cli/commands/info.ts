import { Command } from 'commander';
import { captureInfo } from '../../analyze/info.js';
import { infoText } from '../../analyze/render/info.js';
import { jsonText } from '../../analyze/render/json.js';
import { programsText } from '../../analyze/render/programs.js';
import { schemaOf, schemaText } from '../../analyze/render/schema.js';
import type { Capture } from '../../capture/open.js';
import { TracecapError } from '../../shared/errors.js';
import { openCaptureArgument } from '../capture-argument.js';
import { KNOWN_TABLES } from '../known-tables.js';
import { writeOut, writeOutAll } from '../output.js';
import { noteLosses } from '../trust.js';

interface InfoOptions {
  readonly json?: true;
  readonly schema?: true;
  readonly programs?: true;
}

export function infoCommand(): Command {
  return new Command()
    .argument('[capture]', 'a .tcap file (default: the newest in this folder)')
    .option('--json', 'everything as JSON')
    .option('--schema', 'tables and columns, and what they mean')
    .option('--programs', 'what each BPF program cost while it recorded')
    .action(info);
}

function info(path: string | undefined, options: InfoOptions): void {
  const capture = openCaptureArgument(path);
  if (options.schema && options.programs) {
    throw new TracecapError('usage', '--schema and --programs cannot be had at once');
  }
  if (options.schema) writeSchema(capture, options);
  else if (options.programs) writePrograms(capture, options);
  else writeInfo(capture, options);
}

function writeInfo(capture: Capture, { json }: InfoOptions): void {
  const facts = captureInfo(capture);
  noteLosses(facts.completeness);
  writeOut(json ? `${jsonText(facts)}\n` : infoText(capture, facts));
}

function writePrograms(capture: Capture, { json }: InfoOptions): void {
  const facts = captureInfo(capture);
  noteLosses(facts.completeness);
  if (json) writeOut(`${jsonText({ programs: facts.cost.programs })}\n`);
  else writeOutAll(programsText(facts));
}

function writeSchema(capture: Capture, { json }: InfoOptions): void {
  const tables = schemaOf(capture, KNOWN_TABLES);
  if (json) writeOut(`${jsonText({ tables })}\n`);
  else writeOutAll(schemaText(tables));
}
