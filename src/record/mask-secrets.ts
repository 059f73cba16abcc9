/** Secrets in the arguments of programs, made unreadable before anything is written. */

import { namedSecrets, type Span, urlSecrets } from './secret-text.js';
import { SecretWords } from './secret-words.js';
import { tokenSecrets } from './token-forms.js';

/** What stands in a secret's place. */
const MASK = '***';

/**
 * The arguments of one program, as many as were given, with `***` for what looks like a secret:
 * `--password=…` and the like, the argument after `--password`, `user:password@host`, headers, what
 * curl, mysql, sshpass, redis-cli, `docker login` and `vault login` take, tokens of a well-known form,
 * and all of that inside of longer texts, as `sh -c` has them. It goes by names and forms: a secret
 * that bears neither stays.
 */
export function maskArguments(args: readonly string[]): string[] {
  const words = new SecretWords();
  return args.map((arg, index) => {
    // Behind -c a command begins: the value of its first word ends with that.
    const whole = !/^-[a-z]*c$/.test(args[index - 1] ?? '');
    const spans = [
      ...words.secretsOf(arg),
      ...namedSecrets(arg, whole),
      ...urlSecrets(arg),
      ...tokenSecrets(arg),
    ];
    return masked(arg, /\s/.test(arg) ? [...spans, ...secretsInside(arg)] : spans);
  });
}

/** A word with its quotes, or what ends a command. */
const WORDS = /[;&|\n]+|(?:[^\s;&|"']+|"[^"]*"|'[^']*'|["'])+/g;

/** Of a text that may be a command, word by word. */
function secretsInside(text: string): Span[] {
  let words = new SecretWords();
  const spans: Span[] = [];
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    if (/^[;&|\n]/.test(word)) words = new SecretWords();
    const quotes = /^["']/.test(word) && word.length > 1 && word.at(-1) === word[0] ? 1 : 0;
    const at = index + quotes;
    for (const { from, to } of words.secretsOf(word.slice(quotes, word.length - quotes))) {
      spans.push({ from: at + from, to: at + to });
    }
  }
  return spans;
}

function masked(text: string, spans: readonly Span[]): string {
  let result = '';
  let done = 0;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    if (from >= done && to > from) result += text.slice(done, from) + MASK;
    done = Math.max(done, to);
  }
  return result + text.slice(done);
}
