/** Tokens that give themselves away by their form, wherever in a text they stand. */
import type { Span } from './secret-text.js';

/** Their beginnings stand for nothing else. Forms as gitleaks has them (config/gitleaks.toml). */
const DISTINCT = [
  // AWS access key ids
  '(?:AKIA|ASIA)[A-Z0-9]{16,}',
  // GitHub
  'gh[oprsu]_[A-Za-z0-9]{36,}',
  'github_pat_[A-Za-z0-9]{20,}\\w*',
  // GitLab: newer ones have dots
  'glpat-[\\w.-]{20,}',
  // Slack: tokens, and what is secret in the URL of a webhook
  'xox[abprs]-[A-Za-z0-9-]{10,}',
  '(?<=hooks\\.slack\\.com/services/)T\\w+/B\\w+/\\w+',
  // Google
  'AIza[\\w-]{35,}',
  'npm_[A-Za-z0-9]{36,}',
];

/** Their beginnings end longer names, too: `disk-…`, `l10n-sk-…`. */
const PLAIN = [
  // OpenAI, Anthropic; but not what ssh calls its keys on devices: sk-ssh-ed25519-cert-v01
  'sk-(?!ssh-|ecdsa-)[\\w-]{20,}',
  // Stripe
  '[rs]k_live_[A-Za-z0-9]{10,}',
];

/** A name ends there all the same: `-pTOKEN`, `%3DTOKEN`, `\nTOKEN` as JSON has it. */
const NO_NAME = '(?<=(?:^|[\\s"\'])-[A-Za-z]|%[0-9A-Fa-f]{2}|\\\\[nrt])';

const FORMS = new RegExp(
  `(?:(?<![A-Za-z0-9])|${NO_NAME})(?:${DISTINCT.join('|')})` +
    `|(?:(?<![\\w-])|${NO_NAME})(?:${PLAIN.join('|')})`,
  'g',
);

/**
 * RFC 7519, with what stands before in the same run of characters: to begin anywhere within one
 * would take time in proportion to its square.
 */
const JWT = /(?<![\w-])(?=[\w-]*?eyJ)[\w-]+\.eyJ[\w-]+\.[\w-]*/g;

/** RFC 7468; what was cut off has no end. Not the first line alone, as one searches for it. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----[\s\\]*[\w+/][\s\S]*?(?:-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----|$)/g;

/**
 * In any text that tokenSecrets() finds something in, also with others right before and behind. Mere
 * beginnings, as they take a quarter of the time that the forms take.
 */
export const TOKEN_HINT =
  /AKIA|ASIA|gh[oprsu]_|github_pat_|glpat-|xox[abprs]-|hooks\.slack\.com|AIza|npm_|sk-[\w-]{20}|[rs]k_live_|\.eyJ|-----BEGIN /;

/**
 * Where such tokens lie; they may overlap. AWS, GitHub, GitLab, Slack, Google, npm, OpenAI, Anthropic,
 * Stripe, JWT, private keys in PEM. Takes time in proportion to the text.
 */
export function tokenSecrets(text: string): Span[] {
  if (!TOKEN_HINT.test(text)) return [];
  return [
    ...[...text.matchAll(FORMS), ...text.matchAll(PRIVATE_KEY)].map((found) => spanOf(found, 0)),
    ...[...text.matchAll(JWT)].map((found) => spanOf(found, found[0].indexOf('eyJ'))),
  ];
}

function spanOf({ 0: found, index }: RegExpExecArray, skipped: number): Span {
  return { from: index + skipped, to: index + found.length };
}
