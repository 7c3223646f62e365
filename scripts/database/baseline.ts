import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { calculateHash } from 'graphile-migrate/dist/hash.js'
import { compileIncludes, serializeMigration } from 'graphile-migrate/dist/migration.js'

const migrationsFolder = resolve(import.meta.dirname, '../../migrations')

/** What sql/contents.sql lists, in full: everything that a database consists of. */
export async function baselineBody(): Promise<string> {
  const contents = await readFile(join(migrationsFolder, 'fixtures/contents.sql'), 'utf8')
  return compileIncludes({ migrationsFolder } as Parameters<typeof compileIncludes>[0], contents, new Set())
}

/**
 * Writes the only committed migration anew from sql/. Allowed until the first release, because there are no databases yet
 * that have to be kept; from then on migrations are only added.
 */
export async function writeBaseline(): Promise<void> {
  const folder = join(migrationsFolder, 'committed')
  for (const file of await readdir(folder)) await rm(join(folder, file))
  const body = await baselineBody()
  const headers = { Previous: '-', Hash: calculateHash(body, null), Message: 'baseline' }
  await writeFile(join(folder, '000001-baseline.sql'), serializeMigration(body, headers))
}
