/** Secrets that the words of a command give away by standing where they stand. */
import { isNumberOfTokens, isSecretKey } from './secret-key.js';
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
  /** Its habit behind `login`, if that is its first word. */
  readonly login?: Habit;
  /** Every word that is no option is one, unless it looks like this. */
  readonly wordsBut?: RegExp;
  /** Its options that have other values in the next word. */
  readonly valued?: RegExp;
}

/** curl(1); mysql(1): `-p` takes its value without a blank; sshpass(1). */
const CURL: Habit = {
  option: /^(?:-[A-Za-z]*[uU]|--user|--proxy-user)$/,
  prefix: /^(?:-[uU]|--user=|--proxy-user=)/,
  withUser: true,
};
const MYSQL: Habit = { prefix: /^-p(?=.)/ };
const SSHPASS: Habit = { option: /^-p$/, prefix: /^-p(?=.)/, runs: true };
/** redis-cli --help; redis-benchmark and Valkey's have taken it over. */
const REDIS: Habit = { option: /^-a$/ };
/** docker-login(1), podman-login(1) and others after them. */
const DOCKER: Habit = { login: { option: /^-p$/, prefix: /^-p(?=.)/ } };
/** `vault login -h`: a token, or fields of another method; in a text, also where the output goes. */
const VAULT: Habit = {
  login: {
    wordsBut: /=|[<>]|^\//,
    valued:
      /^--?(?:(?:agent-)?address|ca-cert|ca-path|client-cert|client-key|field|format|header|method|mfa|namespace|ns|path|tls-server-name|unlock-key|wrap-ttl)$/,
  },
};

function habitOf(program: string): Habit | null {
  if (program === 'curl') return CURL;
  if (program === 'sshpass') return SSHPASS;
  if (program === 'vault' || program === 'bao') return VAULT;
  if (/^(?:redis|valkey)-(?:cli|benchmark)$/.test(program)) return REDIS;
  if (/^(?:docker|podman|nerdctl|buildah|skopeo)$/.test(program)) return DOCKER;
  return /^(?:mysql|mariadb)[\w-]*$/.test(program) ? MYSQL : null;
}

/** `--password`, `-storepass`: an option that has its value in the next word. */
const OPTION = /^-[\w.-]+$/;

/** Reads a command word by word. */
export class SecretWords {
  /** Of the last program that has one. */
  #habit: Habit | null = null;
  /** What the word before says of the next. */
  #next: 'secret' | 'user and secret' | 'no secret' | null = null;
  /** The option before it, if there is one. */
  #after = '';

  /** The secrets in the next word. */
  secretsOf(word: string): Span[] {
    const announced = this.#next;
    const option = this.#after;
    this.#next = null;
    this.#after = '';
    if (word.startsWith('-')) return this.#option(word);
    if (announced === 'no secret') return [];
    if (announced === 'secret') return isCount(option, word) ? [] : [whole(word)];
    if (announced) return behindUser(word, 0);
    const { wordsBut } = this.#habit ?? {};
    if (wordsBut) return wordsBut.test(word) ? [] : [whole(word)];
    this.#habit = habitOf(word.slice(word.lastIndexOf('/') + 1)) ?? this.#lasting(word, option);
    const bare = bareSecret(word);
    return bare ? [bare] : [];
  }

  #option(word: string): Span[] {
    const { option, prefix, withUser, valued } = this.#habit ?? {};
    this.#after = word;
    const before = prefix?.exec(word)?.[0].length;
    if (option?.test(word)) this.#next = withUser ? 'user and secret' : 'secret';
    else if (OPTION.test(word) && isSecretKey(word)) this.#next = 'secret';
    else if (valued?.test(word)) this.#next = 'no secret';
    else if (before !== undefined) {
      return withUser ? behindUser(word, before) : [{ from: before, to: word.length }];
    }
    return [];
  }

  /** The habit that goes on with a word that is no option, but may be the value of the one before. */
  #lasting(word: string, option: string): Habit | null {
    const { runs, login } = this.#habit ?? {};
    if (!login) return runs ? null : this.#habit;
    if (word === 'login') return login;
    return option === '' || option.includes('=') ? null : this.#habit;
  }
}

/** `ffmpeg -pass 1`: which of two. */
function isCount(option: string, word: string): boolean {
  return /^\d$/.test(word) || isNumberOfTokens(option, word);
}

function whole(word: string): Span {
  return { from: 0, to: word.length };
}

/** From the first colon on: `user:password`. */
function behindUser(word: string, from: number): Span[] {
  const colon = word.indexOf(':', from);
  return colon === -1 ? [] : [{ from: colon + 1, to: word.length }];
}
