/** The checkout's own files, for tests that hold the house rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export function readText(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}

/** Paths of the files under a folder of the checkout, built ones left out. */
export function filesUnder(folder: string, name = /./): string[] {
  if (!existsSync(ROOT + folder)) throw new Error(`no folder ${folder}`);
  return readdirSync(ROOT + folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`.replace(ROOT, ''))
    .filter((path) => !/(^|\/)(build|node_modules|dist)\//.test(path))
    .toSorted();
}

/** TypeScript or C without its comments; strings stay. */
export function withoutComments(code: string): string {
  const string = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|${'`'}(?:[^${'`'}\\]|\\.)*${'`'}`;
  const comment = String.raw`\/\*[\s\S]*?\*\/|(?<![:\\])\/\/[^\n]*`;
  return code.replace(new RegExp(`(${string})|${comment}`, 'g'), (_, kept) => kept ?? ' ');
}

export interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** What a module imports, statically or not; `to` is a path in the checkout or a package's name. */
export function importsOf(path: string): Import[] {
  const code = withoutComments(readText(path));
  const statics = code.matchAll(/\b(import|export)\s+(type\s)?[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/g);
  const bare = code.matchAll(/\bimport\s*\(?\s*['"]([^'"]+)['"]/g);
  return [
    ...[...statics].map(([, , type, to]) => ({ to: to ?? '', typeOnly: type !== undefined })),
    ...[...bare].map(([, to]) => ({ to: to ?? '', typeOnly: false })),
  ].map(({ to, typeOnly }) => ({ from: path, to: resolved(path, to), typeOnly }));
}

function resolved(from: string, to: string): string {
  if (!to.startsWith('.')) return to;
  return new URL(to, `file:///${from}`).pathname.slice(1).replace(/\.js$/, '.ts');
}
