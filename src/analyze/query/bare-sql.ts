/** A token of SQLite in which words mean nothing: a comment, a text, a quoted name. */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/g;

/** SQL without comments and the contents of texts, so that its words can be searched for. */
export function bareSql(sql: string): string {
  return sql.replace(TOKEN, (token) => {
    if (token.startsWith("'")) return "''";
    return token.startsWith('--') || token.startsWith('/*') ? ' ' : token;
  });
}
