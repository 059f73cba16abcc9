/** start.json: all that is known when a recording starts. */
import {
  type ArgumentsRecorded,
  type ClockReading,
  FORMAT_VERSION,
  type Start,
} from '../capture/format.js';
import { OWN_TABLES } from '../capture/own-tables.js';
import { tableOf } from '../schema/define-source.js';
import { version } from '../shared/assets.js';
import { readHost, type readPidNamespace } from './host.js';
import type { RecordingOptions } from './recording.js';
import type { Session } from './session.js';

export function describeStart(
  options: RecordingOptions,
  session: Session,
  clock: ClockReading,
  pid_namespace: ReturnType<typeof readPidNamespace>,
): Start {
  const { SUDO_USER, SUDO_UID } = process.env;
  return {
    format_version: FORMAT_VERSION,
    recorder: version(),
    command_line: options.commandLine,
    arguments: argumentsRecorded(options),
    note: options.note,
    labels: options.labels,
    requested_by: {
      uid: process.getuid?.() ?? 0,
      sudo_user: SUDO_USER ?? null,
      sudo_uid: SUDO_UID === undefined ? null : Number(SUDO_UID),
    },
    clock,
    host: readHost(),
    sources: session.started,
    refused: session.refused,
    filters: options.filterWords,
    pid_namespace,
    ring_bytes: options.ringBytes,
    tables: [...session.sources.map(tableOf), ...OWN_TABLES],
  };
}

function argumentsRecorded({ withArguments, maskSecrets }: RecordingOptions): ArgumentsRecorded {
  if (!withArguments) return 'none';
  return maskSecrets ? 'masked' : 'whole';
}
