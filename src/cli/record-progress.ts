/** The line that a terminal shows while a recording runs. */
import { isatty } from 'node:tty';
import type { Recording } from '../record/recording.js';
import { formatSize } from '../shared/size.js';
import { writeErr } from './output.js';

const EVERY_MS = 500;

/** ECMA-48: begin of line and erase it; red; default colour. Written to terminals only. */
const CLEAR_LINE = '\r\u001b[2K';
const RED = '\u001b[31m';
const PLAIN = '\u001b[39m';

/** Shows elapsed time, events a second by source, size and losses; gives what ends that. */
export function showProgress(recording: Recording, durationNs: number | null): () => void {
  if (!isatty(2)) return () => {};
  const began = Date.now();
  let before = recording.progress.rows;
  const timer = setInterval(() => {
    const { rows, lost, bytes } = recording.progress;
    const rates = recording.sources.map((name, index) => {
      const rate = ((rows[index] ?? 0) - (before[index] ?? 0)) / (EVERY_MS / 1000);
      const total = (rows[index] ?? 0).toLocaleString('en');
      return `${name} ${total} rows, ${Math.round(rate).toLocaleString('en')}/s`;
    });
    before = rows;
    const total = durationNs === null ? '' : ` of ${clock(durationNs / 1e9)}`;
    const words = [`${clock((Date.now() - began) / 1000)}${total}`, ...rates, formatSize(bytes)];
    writeErr(`${CLEAR_LINE}${words.join('  ')}  ${losses(lost)}`);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    writeErr(CLEAR_LINE);
  };
}

function losses(lost: number): string {
  if (lost === 0) return 'lost 0';
  const text = `lost ${lost.toLocaleString('en')}`;
  return process.env.NO_COLOR ? text : `${RED}${text}${PLAIN}`;
}

/** Seconds as `0:07`, `1:02:03`. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
