import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { readRoster } from './read_roster.ts'

const examples = join(import.meta.dirname, '../../examples')

/** The clinics of the demo, by the names of their rosters in examples/. */
export const demoClinics = ['riverside', 'harbour', 'lagoon'] as const

/**
 * Loads the demo into a database without clinics: the three rosters in examples/, their people, and slots for the next two
 * weeks. One statement, so all or nothing. Takes the owner's address; gives whether the demo was loaded. Throws the refusals of
 * app_private.load_demo.
 */
export const loadDemoData = (databaseUrl: string): Promise<boolean> => load(databaseUrl, 'load_demo', demoClinics)

/** Loads the people of the demo into the global database of an installation with shards, if it has no people. */
export const loadDemoPeople = (databaseUrl: string): Promise<boolean> =>
  load(databaseUrl, 'load_demo_people', demoClinics)

/** Loads some clinics of the demo into a shard without clinics, once the people have been copied to it. */
export const loadDemoClinics = (databaseUrl: string, names: readonly string[]): Promise<boolean> =>
  load(databaseUrl, 'load_demo_clinics', names)

async function load(databaseUrl: string, what: string, names: readonly string[]): Promise<boolean> {
  const rosters = await Promise.all(
    names.map(async (name) => ({ name, roster: await readRoster(join(examples, name)) })),
  )
  const client = new Client({ connectionString: databaseUrl, application_name: 'medislot demo' })
  await client.connect()
  try {
    await client.query(await readFile(join(examples, 'load_demo.sql'), 'utf8'))
    const { rows } = await client.query(`select pg_temp.${what}($1) as loaded`, [JSON.stringify(rosters)])
    return rows[0].loaded
  } finally {
    await client.end()
  }
}
