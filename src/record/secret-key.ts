/** Which names stand for secrets: of options, of variables, of fields in a query. */

/** Part of a word is enough: PGPASSWORD, trustStorePassword. */
const ANYWHERE = /passw(?:or)?d|passphrase|passcode|secret|credential|apikey|privatekey|accesskey/;
/** Of a word, its end: accessToken, but neither tokenizer nor max-tokens. */
const AT_ITS_END = /(?:token|[a-z]pwd)$/;
/** The last word, whole: --pass, but not --pass-through. */
const LAST = /^(?:pass|pwd|(?:db|key|ssh|store)pass|auth|authorization|cookie)$/;
/** Two words in the end: --api-key, but no other key. */
const LAST_TWO = /^(?:access|account|api|encryption|master|private|shared|signing) key$/;
/** Of more than one only by these names: not max-tokens. */
const TOKENS = /^(?:.* )?(?:access|api|auth|bearer|refresh|session) tokens$|^tokens$/;

/** What follows such a word where the value is about a secret, not the secret itself. */
const ABOUT = new Set(
  (
    'age algorithm audience backend cmd command count days dir directory endpoint env expiration expires ' +
    'expiry fd file format helper hint issuer length len lifetime limit manager max method min mode name ' +
    'namespace only path plugin policy prompt provider rotation server service size stdin store timeout ' +
    'ttl type uri url version'
  ).split(' '),
);
/** What comes before where there is no value: --no-password. */
const WITHOUT = new Set(['ask', 'disable', 'enable', 'no', 'prompt', 'skip', 'use', 'without']);

/** The shell's own: directories. */
const DIRECTORIES = new Set(['PWD', 'OLDPWD']);

/** One of these is in every such name: most are done with at once. */
const HINT = /pass|pwd|token|secret|credential|key|auth|cookie/i;

/** No name of a secret is longer; so that hostile text costs nothing. */
const LONGEST = 128;

/** Whether the value of such a name is a secret: `--db-password`, `AWS_SECRET_ACCESS_KEY`, `token`. */
export function isSecretKey(key: string): boolean {
  if (key.length > LONGEST || !HINT.test(key) || DIRECTORIES.has(key)) return false;
  const words = wordsOf(key);
  const last = words.at(-1) ?? '';
  if (ABOUT.has(last) || WITHOUT.has(words[0] ?? '')) return false;
  return (
    LAST.test(last) ||
    LAST_TWO.test(words.slice(-2).join(' ')) ||
    TOKENS.test(words.join(' ')) ||
    words.some((word) => ANYWHERE.test(word) || AT_ITS_END.test(word) || word === 'pwd')
  );
}

/** Whether it says how many tokens there are, as language models count them. */
export function isNumberOfTokens(key: string, value: string): boolean {
  return /tokens$/i.test(key) && /^\d+$/.test(value);
}

/** Lower-case words: of `--db-password`, `DB_PASSWORD`, `db.password` and `dbPassword` the same. */
function wordsOf(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_.]+/)
    .filter((word) => word !== '');
}
