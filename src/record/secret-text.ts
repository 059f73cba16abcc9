/** Secrets that a text itself gives away: `key=value`, headers, `user:password@host`. */
import { isNumberOfTokens, isSecretKey } from './secret-key.js';

/** From the first character to behind the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What ends a value that is not quoted, in a command or a query. */
const VALUE_END = /[\s;&|"'`]|$/g;
const LINE_END = /[\r\n]|$/g;
const KEY_CHARACTER = /[\w.-]/;
const QUOTES = new Set(['"', "'"]);
const HEADER = /^(?:(?:proxy-)?authorization|(?:set-)?cookie)$/i;

/** No secret, but whether there is one: `-DUSE_AUTH=1`. */
const SWITCH = /^(?:\d|true|false|yes|no|on|off)$/i;

/** No key is longer (secret-key.ts); looking back ends there. */
const LONGEST_KEY = 130;

/**
 * Where values lie that are secrets by the name before them; in order, apart. `whole`: what begins
 * the text as `--key=` or `KEY=` has all the rest as its value. Takes time in proportion to the text.
 */
export function namedSecrets(text: string, whole: boolean): Span[] {
  const spans: Span[] = [];
  const separators = /[=:]/g;
  for (let found = separators.exec(text); found; found = separators.exec(text)) {
    const span = secretAfter(text, found.index, whole);
    if (!span) continue;
    spans.push(span);
    separators.lastIndex = span.to;
  }
  return spans;
}

/** Passwords between `//user:` and `@`, in order, apart. */
export function urlSecrets(text: string): Span[] {
  const authorities = /:\/\/([^\s/?#"']*)@/g;
  return [...text.matchAll(authorities)].flatMap(({ index, 1: userinfo = '' }) => {
    const colon = userinfo.indexOf(':');
    const begin = index + '://'.length;
    return colon === -1 || colon === userinfo.length - 1
      ? []
      : [{ from: begin + colon + 1, to: begin + userinfo.length }];
  });
}

/** What is no user: schemes that need no `//`, aliases of packages. */
const NO_USER = new Set(['acct', 'file', 'jsr', 'link', 'mailto', 'npm', 'sip', 'sips', 'xmpp']);

/** The password of a word that is `user:password@host`; not `image:tag@sha256:…`. */
export function bareSecret(word: string): Span | null {
  const [, user = '', password = '', host = ''] =
    /^([\w.%+-]+):([^\s/"']+)@([A-Za-z0-9[][\w.\-[\]:]*)(?:\/|$)/.exec(word) ?? [];
  if (host === '' || NO_USER.has(user) || /^sha\d+:/.test(host)) return null;
  return { from: user.length + 1, to: user.length + 1 + password.length };
}

/** The value behind the separator at `at`, if what stands before it is the name of a secret. */
function secretAfter(text: string, at: number, whole: boolean): Span | null {
  const equals = text[at] === '=';
  const nameEnd = equals ? backOverBlanks(text, at) : at;
  const spaced = nameEnd < at;
  if (spaced && /[=~>]/.test(text[at + 1] ?? '')) return null;
  const quoted = QUOTES.has(text[nameEnd - 1] ?? '');
  const keyEnd = quoted ? nameEnd - 1 : nameEnd;
  const keyBegin = beginOfKey(text, keyEnd);
  const key = text.slice(keyBegin, keyEnd);
  if (key === '') return null;
  // `KEY= command` is a variable without a value.
  const value = equals && !spaced ? at + 1 : skipBlanks(text, at + 1);
  const before = text.slice(Math.max(0, keyBegin - 2), keyBegin);
  const to = equals
    ? endAfterEquals(text, key, value, whole && keyBegin === 0 && !spaced)
    : endAfterColon(text, quoted ? { key } : { header: key, before }, value);
  if (to === null || to <= value || isNoSecret(key, text, value, to)) return null;
  return QUOTES.has(text[value] ?? '') && to > value + 1 && text[to - 1] === text[value]
    ? { from: value + 1, to: to - 1 }
    : { from: value, to };
}

function isNoSecret(key: string, text: string, from: number, to: number): boolean {
  return (
    SWITCH.test(text.slice(from, Math.min(to, from + 6))) ||
    isNumberOfTokens(key, text.slice(from, to))
  );
}

function beginOfKey(text: string, end: number): number {
  let begin = end;
  while (begin > 0 && end - begin < LONGEST_KEY && KEY_CHARACTER.test(text[begin - 1] as string)) {
    begin--;
  }
  return begin;
}

function endAfterEquals(text: string, key: string, value: number, whole: boolean): number | null {
  if (!isSecretKey(key)) return null;
  return whole ? text.length : endOfValue(text, value);
}

/** Behind a quoted key, as JSON has them, or a header. */
function endAfterColon(
  text: string,
  name: { key: string } | { header: string; before: string },
  value: number,
): number | null {
  if ('key' in name) return isSecretKey(name.key) ? endOfValue(text, value) : null;
  const header = name.header.replace(/^-+H?/, '');
  // openssl-passphrase-options(1)
  if (header === 'pass') return endOfValue(text, value);
  if (!isSecretHeader(header)) return endOfBareValue(text, header, name.before, value);
  // A path behind it: a volume, or a file on another host.
  if (text.startsWith(':/', value - 1)) return null;
  const quote = name.before.at(-1) ?? '';
  const closing = QUOTES.has(quote) ? text.indexOf(quote, value) : -1;
  return closing === -1 ? next(LINE_END, text, value) : closing;
}

/** Authorization, Cookie, X-Api-Key: one word alone is more often prose. */
function isSecretHeader(name: string): boolean {
  return HEADER.test(name) || (name.includes('-') && isSecretKey(name));
}

/** Paths, ports, times, versions and tags of images, `name::space`. */
const PLACE = /[/:]|~\/|\.\.?\/|v?\d{1,5}(?:[.:/?#]|(?![^\s;&|"'`]))|latest(?!\w)/y;
/** `credentials:decrypt`, `auth:deploy`: what rake and npm call their tasks. */
const TASKS = /^auth$|(?:cookie|credential|password|secret|token)s$/i;
const TASK = /[a-z][a-z:_-]{0,63}(?![^\s;&|"'`])/y;
/** Behind a colon, what is shorter is more often something else. */
const SHORTEST = 6;

/** `token:VALUE`. What is ruled out is so by few characters: a long value is looked at once. */
function endOfBareValue(text: string, key: string, before: string, value: number): number | null {
  if (text[value - 1] !== ':' || !isSecretKey(key)) return null;
  // What the name is part of: an image or an URL, a host, an ARN. Not `/password:X` as an option.
  if (/\S\/$|[@:]$/.test(before) || matchesAt(PLACE, text, value)) return null;
  if (TASKS.test(key) && matchesAt(TASK, text, value)) return null;
  const end = endOfValue(text, value);
  // A user and its group.
  const same = end - value === key.length && text.startsWith(key, value);
  return end - value < SHORTEST || same ? null : end;
}

function matchesAt(sticky: RegExp, text: string, at: number): boolean {
  sticky.lastIndex = at;
  return sticky.test(text);
}

/** Behind the closing quote, where there are quotes. */
function endOfValue(text: string, begin: number): number {
  const quote = text[begin] ?? '';
  if (!QUOTES.has(quote)) return next(VALUE_END, text, begin);
  const closing = text.indexOf(quote, begin + 1);
  return closing === -1 ? text.length : closing + 1;
}

function backOverBlanks(text: string, end: number): number {
  let at = end;
  while (text[at - 1] === ' ' || text[at - 1] === '\t') at--;
  return at;
}

function skipBlanks(text: string, from: number): number {
  return next(/[^ \t]|$/g, text, from);
}

/** Where the next match begins; all of these match at the end at the latest. */
function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
