import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { ANALYSES } from '../../analyze/analyses.js';
import { type Analysis, runAnalysis } from '../../analyze/analysis.js';
import { captureFacts } from '../../analyze/capture-facts.js';
import {
  type Completeness,
  completenessOf,
  endWords,
  isComplete,
  lostWords,
} from '../../analyze/completeness.js';
import {
  type AnswerToRender,
  answerCsv,
  answerJson,
  answerTable,
} from '../../analyze/render/answer.js';
import { type Capture, openCapture } from '../../capture/open.js';
import { assetPath } from '../../shared/assets.js';
import { TracecapError } from '../../shared/errors.js';
import { openCaptureArgument } from '../capture-argument.js';
import {
  addFormatOptions,
  type Format,
  type FormatOptions,
  formatOf,
  wholeNumber,
} from '../options.js';
import { writeOutAll } from '../output.js';
import { tableWidth } from '../terminal-width.js';
import { noteTrust } from '../trust.js';

const DEFAULT_LIMIT = 20;

interface AnalyzeOptions extends FormatOptions {
  readonly limit: number;
  readonly sort?: string;
  readonly demo?: true;
  readonly requireComplete?: true;
  /** The analyses' own flags. */
  readonly [flag: string]: unknown;
}

export function analyzeCommand(): Command {
  const command = new Command()
    .argument('[capture]', 'a .tcap file (default: the newest in this folder)')
    .action(analyze);
  for (const { name, question } of ANALYSES) command.option(`--${name}`, question);
  command
    .option('--limit <n>', 'rows at most; 0 for all', wholeNumber, DEFAULT_LIMIT)
    .option('--sort <key>', `what comes first: ${ANALYSES.flatMap((a) => a.sortKeys).join(', ')}`)
    .option('--demo', 'read the capture that ships with tracecap')
    .option('--require-complete', 'exit with status 4 unless nothing is missing from the capture');
  return addFormatOptions(command);
}

function analyze(path: string | undefined, options: AnalyzeOptions): void {
  const analysis = chosen(options);
  const format = formatOf(options);
  const capture = options.demo ? openDemo(path) : openCaptureArgument(path);
  const completeness = completenessOf(capture, Object.keys(analysis.reads));
  if (options.requireComplete) requireComplete(capture, completeness);
  const { limit, sort } = options;
  const answer = runAnalysis(analysis, capture, { limit, ...(sort !== undefined && { sort }) });
  noteTrust(completeness);
  const facts = captureFacts(capture);
  writeOutAll(rendered({ analysis, capture: facts, completeness, answer }, format));
}

function chosen(options: AnalyzeOptions): Analysis {
  const [analysis] = ANALYSES.filter(({ name }) => options[camelCase(name)] === true);
  if (analysis) return analysis;
  const flags = ANALYSES.map(({ name }) => `--${name}`).join(', ');
  throw new TracecapError('usage', `no analysis chosen; name one of: ${flags}`);
}

/** As commander names options. */
function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function openDemo(path: string | undefined): Capture {
  if (path !== undefined) {
    throw new TracecapError('usage', `--demo reads its own capture, so ${path} cannot be read too`);
  }
  const demo = assetPath('demoCapture');
  if (!existsSync(demo)) {
    throw new TracecapError('bad-capture', `the demo capture is not in this installation: ${demo}`);
  }
  return openCapture(demo);
}

function requireComplete({ path }: Capture, completeness: Completeness): void {
  const missing = completeness.not_recorded.map((name) => `${name} not recorded`);
  if (isComplete(completeness) && missing.length === 0) return;
  const why = [endWords(completeness), lostWords(completeness), ...missing].join(', ');
  throw new TracecapError('incomplete', `${path} is not complete: ${why}`);
}

function rendered(answer: AnswerToRender, format: Format): Iterable<string> {
  switch (format) {
    case 'json':
      return [answerJson(answer)];
    case 'csv':
      return answerCsv(answer);
    case 'table':
      return answerTable(answer, tableWidth());
  }
}
