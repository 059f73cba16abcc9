/** The commands, each loaded only when it is the one that runs. */
import type { Command } from 'commander';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** In the order in which help shows them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'record',
    summary: 'record what this machine does into a capture (root)',
    load: async () => (await import('./commands/record.js')).recordCommand(),
  },
  {
    name: 'info',
    summary: 'tell what a capture is: who, where, when, how complete',
    load: async () => (await import('./commands/info.js')).infoCommand(),
  },
  {
    name: 'analyze',
    summary: 'answer a question about a capture',
    load: async () => (await import('./commands/analyze.js')).analyzeCommand(),
  },
  {
    name: 'query',
    summary: 'ask a capture in SQL',
    load: async () => (await import('./commands/query.js')).queryCommand(),
  },
];
