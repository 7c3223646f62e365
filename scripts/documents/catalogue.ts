import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClientBase } from 'pg'

const header = `-- What the database has of ours, from PostgreSQL's catalogue. Made by \`npm run catalogue\`; do not edit.
-- A migration shows here as what it does to the database. Bodies of functions are in sql/, here only their md5.
`

/**
 * catalogue.txt: roles, schemas, types, tables and functions of a migrated database, with constraints, indexes, triggers,
 * policies and grants, sorted, so that two databases are the same when their texts are. Without the
 * owner and anything else that differs between machines.
 */
export async function catalogue(client: ClientBase): Promise<string> {
  const statement = await readFile(join(import.meta.dirname, 'catalogue.sql'), 'utf8')
  await client.query('begin; set local search_path = pg_catalog')
  try {
    const { rows } = await client.query<{ text: string }>(statement)
    return `${header}\n${rows.map(({ text }) => text).join('\n\n')}\n`
  } finally {
    await client.query('rollback')
  }
}
