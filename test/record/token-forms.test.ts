import { expect, test } from 'vitest';
import { maskArguments } from '../../src/record/mask-secrets.js';

const ALNUM = 'aB3dE6gH9'.repeat(5);

/** Of the forms as their issuers have them; in pieces, so that none looks for them in this file. */
const TOKENS: readonly string[] = [
  `AKIA${'Q3XN7ABCDEFGH2KL'}`,
  `ASIA${'Q3XN7ABCDEFGH2KL'}`,
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((kind) => `${kind}_${ALNUM.slice(0, 36)}`),
  `github_${'pat'}_${ALNUM.slice(0, 22)}_${ALNUM}`,
  `glpat-${'aB3_dE6-gH9xyzABCDEF'}`,
  `glpat-${ALNUM}.01.0w1abcdef`,
  ...['a', 'b', 'p', 'r', 's'].map((kind) => `xox${kind}-123456789012-${ALNUM.slice(0, 24)}`),
  `sk-${ALNUM.slice(0, 20)}`,
  `sk-${'proj'}-${ALNUM}_-${ALNUM}`,
  `sk-${'ant'}-api03-${ALNUM}-${ALNUM}AA`,
  `sk_${'live'}_${ALNUM.slice(0, 24)}`,
  `rk_${'live'}_${ALNUM.slice(0, 24)}`,
  `AIza${'aB3_-'.repeat(7)}`,
  `npm_${ALNUM.slice(0, 36)}`,
  `${'eyJ'}hbGciOiJIUzI1NiJ9.${'eyJ'}zdWIiOiIxIn0.aB3_-dE6`,
];

test.each(TOKENS)('%s', (token) => {
  for (const [before, behind] of [
    ['', ''],
    ['--x=', ''],
    ['-x', ''],
    ['https://h/p?x=', '&y=1#z'],
    ['https://h/p/', '/y'],
    ['https://h/p?x%3D', '&y'],
    ['https://', '@h/x.git'],
    ['{"x": "', '"}'],
    ['{"x": "a\\n', '"}'],
    ['export X=', '; y'],
    ["y -x '", "' | z"],
    ['two\n', '\nlines'],
  ]) {
    const args = ['sh', '-c', `${before}${token}${behind}`, 'z'];
    expect(maskArguments(args)).toEqual(['sh', '-c', `${before}***${behind}`, 'z']);
    expect(maskArguments(args.slice(2))).toEqual([`${before}***${behind}`, 'z']);
  }
  expect(maskArguments([`${token} ${token},${token}`])).toEqual(['*** ***,***']);
});

test('of the URL of a webhook, what is secret', () => {
  const url = 'https://hooks.slack.com/services/';
  const args = ['curl', `${url}T0ABC/B0DEF/${ALNUM.slice(0, 24)}`, '-d', '{"text": "x"}'];
  expect(maskArguments(args)).toEqual(['curl', `${url}***`, '-d', '{"text": "x"}']);
});

const KINDS = ['', 'RSA ', 'EC ', 'ENCRYPTED ', 'OPENSSH '].map((kind) => `${kind}PRIVATE KEY`);

test.each([...KINDS, 'PGP PRIVATE KEY BLOCK'])('-----BEGIN %s-----', (kind) => {
  const begin = `-----BEGIN ${kind}-----`;
  const end = `-----END ${kind}-----`;
  const lines = ['Proc-Type: 4,ENCRYPTED', '', 'MIIE+a/b', 'c=='];
  for (const newline of ['\n', '\r\n', '\\n', ' ']) {
    const key = [begin, ...lines, end].join(newline);
    expect(maskArguments([key])).toEqual(['***']);
    const texts = [`x '${key}' y '${key}' z`, `x "${begin}${newline}MIIE" y`];
    expect(maskArguments(['sh', '-c', ...texts])).toEqual([
      'sh',
      '-c',
      "x '***' y '***' z",
      'x "***',
    ]);
  }
  for (const text of [begin, `grep -q "${begin}" x`, `grep '^${begin}$' x; rm y`]) {
    expect(maskArguments(['sh', '-c', text])).toEqual(['sh', '-c', text]);
  }
});

/** What begins as a token does. */
const LEFT = [
  'x AKIA ASIA AKIA123 ASIAPACIFIC Asia/Tokyo akiaq3xn7abcdefgh2kl',
  'x XAKIAQ3XN7ABCDEFGH2KL ghp_abc github_pat_rotation_workflow_of_ours.yml',
  'x glpat-abc xoxb-1 xoxo-hugs-and-kisses-for-you https://hooks.slack.com/services/x',
  'x sk-SK sk-learn task-with-a-very-long-name-indeed disk-by-id-0123456789abcdef',
  'dnf install libreoffice-l10n-sk-24.8.1.2-lp160.1.1.noarch',
  'ssh -o HostKeyAlgorithms=sk-ssh-ed25519-cert-v01@openssh.com x',
  'ssh -Q sk-ecdsa-sha2-nistp256-cert-v01@openssh.com',
  'x sk_test_abcdefghijklmnop disk_live_migration0 sk_live_x AIza AIzawa',
  'x npm_config_registry npm_lifecycle_event npm_package_0123456789abcdef0123456789abcdef0123',
  'x eyJ eyJhbGciOiJIUzI1NiJ9 eyJhbGciOiJIUzI1NiJ9.x.y x.eyJhbGciOiJIUzI1NiJ9.y',
];

test.each(LEFT)('no token is in: %s', (command) => {
  expect(maskArguments(command.split(' '))).toEqual(command.split(' '));
});

test.each(['PUBLIC KEY', 'CERTIFICATE'])('-----BEGIN %s----- is public', (kind) => {
  const text = `-----BEGIN ${kind}-----\nMIIE\n-----END ${kind}-----`;
  expect(maskArguments(['x', text])).toEqual(['x', text]);
});

test.each([
  'eyJ',
  '-eyJ',
  'eyJ.',
  '.eyJ',
  'eyJa.eyJa',
  'sk-',
  ' sk-',
  ' -sk-a',
  'sk_live_',
  'AKIA',
  'ghp_',
  'github_pat_0',
  'glpat-',
  'xoxb-',
  'AIza',
  'npm_',
  'hooks.slack.com/services/T/B',
  '%3D',
  '-----',
  '-----BEGIN',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----\\ ',
  '-----BEGIN PRIVATE KEY-----a-----END ',
])('128 KiB of %j take as many steps as any', (piece) => {
  const hostile = piece.repeat(2 ** 17 / piece.length);
  for (const args of [[hostile], ['sh', '-c', `curl ${hostile}`]]) {
    // A quadratic search would not end within the test's time.
    for (let n = 0; n < 3; n++) expect(maskArguments(args)).toHaveLength(args.length);
  }
});
