/** Starts bin/tracecap for live tests, waits for what it says, and reads what it recorded. */
import { type ChildProcess, spawn } from 'node:child_process';
import { captureInfo, type Info } from '../../src/analyze/info.js';
import { openQuery } from '../../src/analyze/query/query.js';
import { jsonRows } from '../../src/analyze/render/json.js';
import { openCapture } from '../../src/capture/open.js';
import { tracecap } from '../helpers/build.js';
import { TRACECAP } from '../helpers/live.js';

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs beside the test. */
export class Running {
  /** It has gone, and so have all who could write to its stdout and stderr. */
  readonly ended: Promise<Ended>;
  /** It has gone; what it started may live on. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #said = { stdout: '', stderr: '' };
  readonly #listeners: (() => void)[] = [];
  /** It has ended, and all that it said has been read. */
  #silent = false;

  constructor(program: string, words: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#child = spawn(program, words, { env });
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        this.#said[stream] += text;
        this.#tell();
      });
    }
    // One that has gone reads no more.
    this.#child.stdin?.on('error', () => {});
    this.exited = new Promise((resolve) => this.#child.on('exit', () => resolve()));
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (status, signal) => {
        this.#silent = true;
        resolve({ status, signal, ...this.#said });
        this.#tell();
      });
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Resolves with the match when it has said that; rejects if it ends without. */
  says(what: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const { stdout, stderr } = this.#said;
        const match = what.exec(stdout) ?? what.exec(stderr);
        if (match) resolve(match);
        else if (this.#silent) reject(new Error(`ended without ${what}: ${stdout}${stderr}`));
      };
      this.#listeners.push(look);
      look();
    });
  }

  /** Writes a line to its stdin, and ends that. */
  go(): void {
    this.#child.stdin?.end('go\n');
  }

  /** Writes a line to its stdin, and waits until it says that it has done that. */
  async tell(line: string): Promise<void> {
    this.#child.stdin?.write(`${line}\n`);
    await this.says(new RegExp(`^done ${line.replace('+', '[+]')}$`, 'm'));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** For cleaning up: kills it if it still runs. */
  stop(): void {
    this.#child.kill('SIGKILL');
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Starts `tracecap record` with these words. */
export function startRecording(words: readonly string[], env?: NodeJS.ProcessEnv): Running {
  return new Running(TRACECAP, ['record', ...words], env);
}

/** No recorder outlives a test that fails. */
const AT_MOST = ['-d', '60s'];

/** Starts a recording of what already runs, and waits until every probe is live. */
export async function startedRecording(words: readonly string[]): Promise<Running> {
  const recording = startRecording([...AT_MOST, ...words]);
  await recording.says(/tracecap: recording .* into/);
  return recording;
}

/** Runs `tracecap record` with these words to its end, its stdin empty. */
export function record(words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  const recording = startRecording(words, env);
  recording.go();
  return recording.ended;
}

/** Whether there is such a process. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A row of an answer; numbers beyond 2^53 must be asked for as text. */
export type Row = Readonly<Record<string, string | number | null>>;

/** The rows of `tracecap query --json`. */
export function queryByCommand(capture: string, sql: string): Row[] {
  return JSON.parse(read('query', capture, '--json', sql));
}

/** The rows that `tracecap query --json` prints, without the start of another Node. */
export async function query(capture: string, sql: string): Promise<Row[]> {
  const opened = openCapture(capture);
  const answer = await openQuery(opened, sql);
  const text = [...jsonRows(answer.columns, answer.rows())].join('');
  answer.close();
  opened.close();
  return JSON.parse(text);
}

/** What `tracecap info --json` says. */
export function info(capture: string): Info {
  const opened = openCapture(capture);
  const facts = captureInfo(opened);
  opened.close();
  return facts;
}

function read(...words: string[]): string {
  const { status, stdout, stderr } = tracecap(words);
  if (status !== 0) throw new Error(`tracecap ${words.join(' ')}: status ${status}: ${stderr}`);
  return stdout;
}
