/** Names and numbers of users, as the host's name service knows them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { TracecapError } from '../shared/errors.js';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** The user with this name or number; throws a usage error where there is none. */
export function findUser(nameOrId: string): User {
  const user = lookUp([nameOrId])[0];
  if (user) return user;
  throw new TracecapError('usage', `no user '${nameOrId}' on this host`);
}

/** A uid to filter by: a number need not belong to anybody. */
export function findUid(nameOrId: string): number {
  return /^\d+$/.test(nameOrId) && Number(nameOrId) < 2 ** 32
    ? Number(nameOrId)
    : findUser(nameOrId).uid;
}

/** Names of those of the uids that have one. */
export function userNames(uids: Iterable<number>): Record<string, string> {
  const wanted = [...uids].map(String);
  if (wanted.length === 0) return {};
  return Object.fromEntries(lookUp(wanted).map(({ uid, name }) => [String(uid), name]));
}

/** getent(1) asks LDAP and the like, too; without it there is /etc/passwd. */
function lookUp(keys: readonly string[]): User[] {
  const getent = spawnSync('getent', ['passwd', '--', ...keys], {
    encoding: 'utf8',
    timeout: 5000,
  });
  const text = getent.error ? readFileSync('/etc/passwd', 'utf8') : getent.stdout;
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([name = '', , uid = '']) => name && (keys.includes(name) || keys.includes(uid)))
    .map(([name = '', , uid, gid, , home = '/']) => ({
      name,
      uid: Number(uid),
      gid: Number(gid),
      home,
    }));
}
