import { expect, test } from 'vitest';
import { maskArguments } from '../../src/record/mask-secrets.js';

/** What programs take without a name; words apart by blanks. */
const MASKED: readonly (readonly [command: string, masked: string])[] = [
  ['curl -u bob:hunter2 https://h', 'curl -u bob:*** https://h'],
  ['/usr/bin/curl -su bob:hunter2 h', '/usr/bin/curl -su bob:*** h'],
  ['curl --user bob:hunter2 --proxy-user a:b h', 'curl --user bob:*** --proxy-user a:*** h'],
  ['sudo curl -ubob:hunter2 --user=a:b h', 'sudo curl -ubob:*** --user=a:*** h'],
  ['mysql -u root -phunter2 x', 'mysql -u root -p*** x'],
  ['mysqldump -phunter2', 'mysqldump -p***'],
  ['/opt/mariadb-dump -phunter2', '/opt/mariadb-dump -p***'],
  ['sshpass -p hunter2 ssh -p 22 h', 'sshpass -p *** ssh -p 22 h'],
  ['sshpass -phunter2 ssh -p22 h', 'sshpass -p*** ssh -p22 h'],
  ['redis-cli -h cache -a hunter2 get x', 'redis-cli -h cache -a *** get x'],
  ['docker exec c redis-cli --pass hunter2', 'docker exec c redis-cli --pass ***'],
  ['valkey-benchmark -a hunter2 -n 5', 'valkey-benchmark -a *** -n 5'],
  ['vault login hunter2', 'vault login ***'],
  ['vault login -no-print -path=x hunter2', 'vault login -no-print -path=x ***'],
  ['bao login -address https://h hunter2', 'bao login -address https://h ***'],
  ['vault login -method=github token=abc', 'vault login -method=github token=***'],
  ['docker login -u bob -p hunter2 h.example', 'docker login -u bob -p *** h.example'],
  ['docker login -u bob -phunter2 h.example', 'docker login -u bob -p*** h.example'],
  ['sudo docker --config /x -D login -p hunter2', 'sudo docker --config /x -D login -p ***'],
  ['/usr/bin/podman login -p hunter2 h', '/usr/bin/podman login -p *** h'],
];

test.each(MASKED)('%s', (command, masked) => {
  expect(maskArguments(command.split(' '))).toEqual(masked.split(' '));
  expect(maskArguments(['sh', '-c', `x; ${command}`])).toEqual(['sh', '-c', `x; ${masked}`]);
});

test.each([
  'curl -u bob h',
  'ssh -p8080 h',
  'ssh -p 8080 h',
  'redis-cli -h a -p 6379 get a ls -A',
  'ls -a x redis -a y',
  'vault login -method=oidc -path=x username=bob',
  'vault login -method userpass -',
  'vault read x vault kv get login x y',
  'docker login -u bob --password-stdin h',
  'docker run -p 80:80 -p8080:80 x login -p 1',
  'podman compose -p x up',
])('nothing is a secret in: %s', (command) => {
  expect(maskArguments(command.split(' '))).toEqual(command.split(' '));
  expect(maskArguments(['sh', '-c', `x; ${command}`])).toEqual(['sh', '-c', `x; ${command}`]);
});
