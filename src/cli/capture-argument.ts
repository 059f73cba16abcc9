/** Which capture a command reads. */
import { lstatSync, readdirSync } from 'node:fs';
import { type Capture, openCapture } from '../capture/open.js';
import { reason, TracecapError } from '../shared/errors.js';
import { note } from './output.js';

/** Opens the capture named, or the newest `*.tcap` here, saying which. */
export function openCaptureArgument(path: string | undefined): Capture {
  return openCapture(path ?? newestHere());
}

function newestHere(): string {
  const found = capturesHere().sort((a, b) => b.mtime - a.mtime || (a.name < b.name ? -1 : 1));
  const [newest] = found;
  if (!newest) {
    throw new TracecapError(
      'usage',
      'no capture named, and no .tcap file in this folder; name one, or make one with tracecap record',
    );
  }
  const among = found.length > 1 ? ` of ${found.length}` : '';
  note(`no capture named: reading ${newest.name}, the newest${among} in this folder`);
  return newest.name;
}

function capturesHere(): { name: string; mtime: number }[] {
  try {
    return readdirSync('.', { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.tcap'))
      .flatMap(({ name }) => {
        const status = lstatSync(name, { throwIfNoEntry: false });
        return status ? [{ name, mtime: status.mtimeMs }] : [];
      });
  } catch (error) {
    const why = reason(error);
    throw new TracecapError('usage', `no capture named, and this folder cannot be read: ${why}`);
  }
}
