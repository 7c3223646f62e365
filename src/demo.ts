import { join } from 'node:path'
import { Client } from 'pg'
import { readRoster } from './roster/read_roster.ts'

const examples = join(import.meta.dirname, '../examples')

/**
 * Loads the demo into a database that has no clinic: the three rosters below examples/, their people, and slots for the
 * next two weeks. One statement, so it is loaded whole or not at all. Takes the owner's address; gives whether there
 * was anything to do. Throws what app_private.load_demo refuses.
 */
export async function loadDemoData(databaseUrl: string): Promise<boolean> {
  const rosters = await Promise.all(
    ['riverside', 'harbour', 'lagoon'].map(async (name) => ({ name, roster: await readRoster(join(examples, name)) })),
  )
  const client = new Client({ connectionString: databaseUrl, application_name: 'medislot demo' })
  await client.connect()
  try {
    const { rows } = await client.query('select app_private.load_demo($1) as loaded', [JSON.stringify(rosters)])
    return rows[0].loaded
  } finally {
    await client.end()
  }
}
