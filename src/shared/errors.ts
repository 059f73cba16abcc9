/** Every way tracecap can fail, with the exit status that design and users know it by. */
const EXIT_STATUS = {
  /** A check that the user asked for does not hold. */
  violated: 1,
  /** The words of the command line are wrong. */
  usage: 2,
  /** Not a capture, a damaged one, or one from a newer tracecap. */
  'bad-capture': 3,
  /** The capture is incomplete and --require-complete was given. */
  incomplete: 4,
  /** A privilege or a feature of the kernel is missing. */
  unsupported: 5,
  /** The output exists or cannot be written. */
  output: 6,
} as const;

export type ErrorCode = keyof typeof EXIT_STATUS;

/** The status of a fault that is ours (sysexits.h: EX_SOFTWARE). */
export const EXIT_BUG = 70;

/**
 * A failure that a user can do something about: one line that says what is wrong, where, and
 * what to do. Anything else that is thrown is a bug of ours.
 */
export class TracecapError extends Error {
  override readonly name = 'TracecapError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get exitStatus(): number {
    return EXIT_STATUS[this.code];
  }
}

/** The text of anything thrown, for the tail of a message of ours. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
