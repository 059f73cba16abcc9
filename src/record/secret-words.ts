/** Secrets that the words of a command give away by standing where they stand. */
import { isSecretKey } from './secret-key.js';
import { bareSecret, type Span } from './secret-text.js';

/** How a program takes passwords, where no name tells. */
interface Habit {
  /** The word before one. */
  readonly option?: RegExp;
  /** What stands before it in the same word. */
  readonly prefix?: RegExp;
  /** It is `user:password`. */
  readonly withUser?: true;
  /** Its options end with the first word that is none: another program. */
  readonly runs?: true;
}

/** curl(1); mysql(1): `-p` takes its value without a blank; sshpass(1). */
const CURL: Habit = {
  option: /^(?:-[A-Za-z]*[uU]|--user|--proxy-user)$/,
  prefix: /^(?:-[uU]|--user=|--proxy-user=)/,
  withUser: true,
};
const MYSQL: Habit = { prefix: /^-p(?=.)/ };
const SSHPASS: Habit = { option: /^-p$/, prefix: /^-p(?=.)/, runs: true };

function habitOf(program: string): Habit | null {
  if (program === 'curl') return CURL;
  if (program === 'sshpass') return SSHPASS;
  return /^(?:mysql|mariadb)[\w-]*$/.test(program) ? MYSQL : null;
}

/** `--password`, `-storepass`: an option that has its value in the next word. */
const OPTION = /^-[\w.-]+$/;

/** Reads a command word by word. */
export class SecretWords {
  /** Of the last program that has one. */
  #habit: Habit | null = null;
  /** What the word before says of the next. */
  #next: 'secret' | 'user and secret' | null = null;

  /** The secrets in the next word. */
  secretsOf(word: string): Span[] {
    const announced = this.#next;
    this.#next = null;
    if (word.startsWith('-')) return this.#option(word);
    if (announced === 'secret') return isCount(word) ? [] : [{ from: 0, to: word.length }];
    if (announced) return behindUser(word, 0);
    this.#habit = habitOf(word.slice(word.lastIndexOf('/') + 1)) ?? this.#lasting();
    const bare = bareSecret(word);
    return bare ? [bare] : [];
  }

  #option(word: string): Span[] {
    const { option, prefix, withUser } = this.#habit ?? {};
    const before = prefix?.exec(word)?.[0].length;
    if (option?.test(word)) this.#next = withUser ? 'user and secret' : 'secret';
    else if (OPTION.test(word) && isSecretKey(word)) this.#next = 'secret';
    else if (before !== undefined) {
      return withUser ? behindUser(word, before) : [{ from: before, to: word.length }];
    }
    return [];
  }

  /** The habit that goes on behind a word that is no option. */
  #lasting(): Habit | null {
    return this.#habit?.runs ? null : this.#habit;
  }
}

/** `ffmpeg -pass 1`: which of two. */
function isCount(word: string): boolean {
  return /^\d$/.test(word);
}

/** From the first colon on: `user:password`. */
function behindUser(word: string, from: number): Span[] {
  const colon = word.indexOf(':', from);
  return colon === -1 ? [] : [{ from: colon + 1, to: word.length }];
}
