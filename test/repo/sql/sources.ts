import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The files below sql/ by their path there, as a migration includes them: `booking/api/book_slot.sql`. */
export function sqlFiles(): Map<string, string> {
  const paths = readdirSync('sql', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.sql'))
  return new Map(paths.sort().map((path) => [path.replaceAll('\\', '/'), readFileSync(join('sql', path), 'utf8')]))
}

/** SQL text without its comments. Quoted text is kept, provided that it does not contain `--`. */
export const withoutComments = (sql: string): string => sql.replace(/--.*$/gm, '')

/** The part of a function's file before the comment on the function. */
export const bodyOf = (sql: string): string => withoutComments(sql).split(/^comment on/m)[0] ?? ''

/** The committed migrations, one after another, and the one being written. */
export function migrations(): { committed: string; current: string } {
  const folder = 'migrations/committed'
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  return {
    committed: files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n'),
    current: readFileSync('migrations/current.sql', 'utf8'),
  }
}

/** The files that a migration includes: only lines that graphile-migrate itself accepts as an include. */
export const includesOf = (migration: string): string[] =>
  [...migration.matchAll(/^--![ \t]*include[ \t]+(.*\.sql)[ \t]*$/gm)].map(([, path]) => path as string)

/** Lines that were meant as an include, but that graphile-migrate would silently ignore. */
export const malformedIncludesOf = (migration: string): string[] =>
  migration.split(/\r?\n/).filter((line) => /--.*\binclude\b.*\.sql\b/i.test(line) && includesOf(line).length === 0)

/** The text of each included file as last committed. */
export function lastIncludedCopies(committed: string): Map<string, string> {
  const copies = committed.matchAll(/^--! Included (\S+)\n([\s\S]*?)\n?^--! EndIncluded \1$/gm)
  return new Map([...copies].map(([, path, text]) => [path as string, text as string]))
}
