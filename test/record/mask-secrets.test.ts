import { expect, test } from 'vitest';
import { maskArguments } from '../../src/record/mask-secrets.js';

/** Commands, words apart by blanks, and what becomes of them. */
const MASKED: readonly (readonly [command: string, masked: string])[] = [
  // options with their value in the same word
  ['db --password=hunter2', 'db --password=***'],
  ['db --passwd=hunter2 --pwd=x1 --pass=x2', 'db --passwd=*** --pwd=*** --pass=***'],
  ['x --token=a --secret=b --api-key=c', 'x --token=*** --secret=*** --api-key=***'],
  ['x --apikey=a --access-key=b', 'x --apikey=*** --access-key=***'],
  ['x --auth=a --authorization=b', 'x --auth=*** --authorization=***'],
  ['x --credential=a --credentials=b', 'x --credential=*** --credentials=***'],
  ['x --private-key=a --secret_key=b', 'x --private-key=*** --secret_key=***'],
  ['x --db-password=hunter2', 'x --db-password=***'],
  ['x --password=a=b&c;d', 'x --password=***'],
  ['x --PASSWORD=a', 'x --PASSWORD=***'],
  ['java -Dspring.datasource.password=a', 'java -Dspring.datasource.password=***'],
  ['java -Djavax.net.ssl.trustStorePassword=a', 'java -Djavax.net.ssl.trustStorePassword=***'],
  // variables
  ['env AWS_SECRET_ACCESS_KEY=abc/def+g= aws', 'env AWS_SECRET_ACCESS_KEY=*** aws'],
  ['env PGPASSWORD=x MYSQL_PWD=y SSHPASS=z', 'env PGPASSWORD=*** MYSQL_PWD=*** SSHPASS=***'],
  ['env GITHUB_TOKEN=x accessToken=y', 'env GITHUB_TOKEN=*** accessToken=***'],
  ['x token=abc', 'x token=***'],
  ['docker run -e DB_PASSWORD=x -eTOKEN=y', 'docker run -e DB_PASSWORD=*** -eTOKEN=***'],
  ['systemd-run --setenv=TOKEN=abc', 'systemd-run --setenv=TOKEN=***'],
  // values in the next word
  ['x --password hunter2 y', 'x --password *** y'],
  ['x --token abc --secret def', 'x --token *** --secret ***'],
  ['keytool -storepass changeit -keypass k', 'keytool -storepass *** -keypass ***'],
  ['x --db-password hunter2', 'x --db-password ***'],
  // who and where
  ['psql postgres://bob:hunter2@db/x', 'psql postgres://bob:***@db/x'],
  ['git clone https://bob:p:w@h.example/x.git', 'git clone https://bob:***@h.example/x.git'],
  ['x --url=redis://:hunter2@cache:6379/0', 'x --url=redis://:***@cache:6379/0'],
  ['x a://u:p@h,b://v:q@i', 'x a://u:***@h,b://v:***@i'],
  ['mongo bob:hunter2@db.example:27017/x', 'mongo bob:***@db.example:27017/x'],
  ['x root:hunter2@localhost', 'x root:***@localhost'],
  ['x root:a@b@10.0.0.1', 'x root:***@10.0.0.1'],
  // queries
  ['curl https://h/p?token=abc&x=1', 'curl https://h/p?token=***&x=1'],
  ['curl https://h/p?x=1&api_key=abc#top', 'curl https://h/p?x=1&api_key=***'],
  ['curl -d user=bob&password=abc h', 'curl -d user=bob&password=*** h'],
  // behind a colon
  ['openssl rsa -passin pass:hunter2', 'openssl rsa -passin pass:***'],
  ['x token:abcdef password:hunter2', 'x token:*** password:***'],
  ['x api_key:abc123 /password:hunter2', 'x api_key:*** /password:***'],
  ['x secret:abcdef auth:a1b2c3 token:1234567', 'x secret:*** auth:*** token:***'],
  ['x dbpass:changeme db_pass:changeme', 'x dbpass:*** db_pass:***'],
  ['x {user:bob,password:"hunter2",n:1}', 'x {user:bob,password:"***",n:1}'],
  // more than one
  ['x tokens=abc --api-tokens=a,b --tokens abc', 'x tokens=*** --api-tokens=*** --tokens ***'],
];

test.each(MASKED)('%s', (command, masked) => {
  expect(maskArguments(command.split(' '))).toEqual(masked.split(' '));
});

/** Arguments with blanks in them. */
const TEXTS: readonly (readonly [args: readonly string[], masked: readonly string[]])[] = [
  [
    ['x', '--password=two words'],
    ['x', '--password=***'],
  ],
  [
    ['env', 'TOKEN=two words'],
    ['env', 'TOKEN=***'],
  ],
  [
    ['x', '--password', 'two words'],
    ['x', '--password', '***'],
  ],
  [
    ['curl', '-H', 'Authorization: Bearer abc.def', 'h'],
    ['curl', '-H', 'Authorization: ***', 'h'],
  ],
  [
    ['curl', '-HX-Api-Key: abc', '--header=cookie: a=b; c=d'],
    ['curl', '-HX-Api-Key: ***', '--header=cookie: ***'],
  ],
  [
    ['curl', '-H', 'X-Auth-Token:abc'],
    ['curl', '-H', 'X-Auth-Token:***'],
  ],
  [
    ['curl', '-d', '{"user": "bob", "password": "hunter2", "n": 1}'],
    ['curl', '-d', '{"user": "bob", "password": "***", "n": 1}'],
  ],
  [
    ['sh', '-c', 'mysql --password=foo -e "select 1"'],
    ['sh', '-c', 'mysql --password=*** -e "select 1"'],
  ],
  [
    ['sh', '-c', 'TOKEN=abc ./run --fast'],
    ['sh', '-c', 'TOKEN=*** ./run --fast'],
  ],
  [
    ['bash', '-lc', "PASSWORD='a b' x && y --token 'c d' z"],
    ['bash', '-lc', "PASSWORD='***' x && y --token '***' z"],
  ],
  [
    ['sh', '-c', 'curl -u bob:hunter2 h | mysql -proot; ssh -p22 h'],
    ['sh', '-c', 'curl -u bob:*** h | mysql -p***; ssh -p22 h'],
  ],
  [
    ['sh', '-c', 'curl -H "Authorization: Bearer abc" https://u:p@h/x'],
    ['sh', '-c', 'curl -H "Authorization: ***" https://u:***@h/x'],
  ],
  [
    ['ssh', 'h', 'x --secret "a b" c'],
    ['ssh', 'h', 'x --secret "***" c'],
  ],
  [
    ['psql', "host=h password = 'a b' user=bob", 'password =\tabc port = 1'],
    ['psql', "host=h password = '***' user=bob", 'password =\t*** port = 1'],
  ],
  [
    ['x', '"token" = "abc"', 'tokens = abc', 'db.password =abc'],
    ['x', '"token" = "***"', 'tokens = ***', 'db.password =***'],
  ],
  [
    ['x', 'it has the password:hunter2 still'],
    ['x', 'it has the password:*** still'],
  ],
  [
    ['sh', '-c', 'redis-cli -a abc ping; vault login "abc" >/dev/null && docker login -pabc h'],
    ['sh', '-c', 'redis-cli -a *** ping; vault login "***" >/dev/null && docker login -p*** h'],
  ],
];

test.each(TEXTS)('%j', (args, masked) => {
  expect(maskArguments(args)).toEqual(masked);
});

const LEFT = [
  'x --password-file=/etc/x --password-file /etc/x',
  'x --token-file=/etc/x --secret-name=y --auth-method=z',
  'x --password --verbose',
  'x --password=',
  'rsync --pass-through --passive 1',
  'git log --author=bob@example.com --author bob',
  'x tokenizer=fast --tokenizer fast --max-tokens=5 --max-tokens 5',
  'x --no-password h',
  'docker login --password-stdin h',
  'make -j4',
  'gcc -pass-exit-codes a.c',
  'ffmpeg -i a -pass 1 b',
  'gcc -DNEED_AUTH=1 x --auth=false --password=no',
  'env SSH_AUTH_SOCK=/tmp/x XAUTHORITY=/home/me/.Xauthority',
  'git -c credential.helper=store fetch',
  'ls /srv/a:b@c/d ./x@y',
  'docker run -u 1000:1000 --user root:root image:tag@sha256:0123abcd',
  'git clone git@github.com:a/b.git',
  'ssh -J bob@gate bob@host',
  'npm i x@npm:y@1.2.3 npm:y@1.2.3',
  'x mailto:bob@example.com',
  'curl http://h:8080/a@b',
  'env PWD=/x OLDPWD=/y KEYBOARD=de MONKEY=1',
  'x --key=value --monkey=1 --compass=north --bypass=1',
  'docker run -v db-secret:/run/x image',
  'x secret token password',
  'kubectl get secrets',
  'x 12:30 a=b c:d "e": \'f\'',
  'x --tokens=512 --tokens 512 max_tokens=5 --n-tokens 5 tokens=7',
  'x auth:/x auth:./x secret:../x auth:~/x token:a password:abc12 password: abcdef',
  'x auth:12:30:00 auth:8080 secret.example.com:8443/abc secret:65535?x=1',
  'docker run auth:1.2.3-alpine auth:v2.0.1 token:latest ghcr.io/a/auth:main-0123abcd',
  'chown bob:secrets x secret:secret token:token',
  'scp x bob@secret:backups ssh:secret:abcdef',
  'x --arn arn:aws:secretsmanager:eu-west-1:1:secret:db-AbCdEf',
  'rails credentials:decrypt secrets:rotate auth:clear-resets',
  'x Token::Parser::parse key:abcdefgh monkey:abcdefgh author:abcdefgh tokenizer:abcdef',
  '',
];

test.each(LEFT)('nothing is a secret in: %s', (command) => {
  expect(maskArguments(command.split(' '))).toEqual(command.split(' '));
});

test('prose is left alone', () => {
  for (const text of [
    'drop the token: it is old',
    'the password is elsewhere',
    'PASSWORD abcdef',
    'if token == other, or token =~ x; password => y',
    'true; PASSWORD= ./run',
    "don't",
  ]) {
    expect(maskArguments(['git', 'commit', '-m', text])).toEqual(['git', 'commit', '-m', text]);
  }
});

test('arguments stay apart, as many as there were', () => {
  expect(maskArguments([])).toEqual([]);
  expect(maskArguments(['', '--password', '', 'x'])).toEqual(['', '--password', '', 'x']);
});

test.each([
  '=',
  ':',
  '://',
  'a=',
  'a:',
  '--password=',
  "password='",
  '"Authorization:',
  'x://a:b@',
  '://a',
  'a:b@',
  ' -p',
  "'",
  '"\'',
  ' ',
  '-',
  'a',
  ';',
  '": "',
  'cookie:\n',
  "'cookie:\n",
  'pass:"',
  'a-b_c.',
  'auth:',
  'auth:/',
  'auth:a ',
  'secrets:a-',
  'password:"',
  'password = ',
  'tokens=1',
  'token\t=',
  'vault login ',
])('128 KiB of %j take as many steps as any', (piece) => {
  const hostile = piece.repeat(2 ** 17 / piece.length);
  for (const args of [[hostile], ['--password', hostile], ['sh', '-c', `curl ${hostile}`]]) {
    // A quadratic search would not end within the test's time.
    for (let n = 0; n < 3; n++) expect(maskArguments(args)).toHaveLength(args.length);
  }
});
