import { readFile } from 'node:fs/promises'
import { expect, it } from '@jest/globals'
import { Client, DatabaseError } from 'pg'
import { loadDemoData } from '../../../src/roster/demo.ts'
import { cloneDatabase } from '../../helpers/database/cluster.ts'

it.each(['database/sql', 'billing'])(
  'every statement of docs/%s.md runs on the demo data, or is refused as the page describes',
  async (name) => {
    const page = await readFile(`docs/${name}.md`, 'utf8')
    const steps = [...page.matchAll(/```sql\n(.*?)```\n(?:```text\n(.*?)```)?/gs)]
    expect(steps.length).toBeGreaterThan(8)
    const database = await cloneDatabase()
    await loadDemoData(database.url)
    const client = new Client({ connectionString: database.url })
    await client.connect()
    try {
      for (const [, statement = '', shown = ''] of steps) {
        const sqlstate = /^ERROR: {2}(\w{5}):/.exec(shown)?.[1]
        const outcome = await client.query(statement).catch((error: unknown) => error)
        if (sqlstate) {
          expect({ statement, sqlstate: (outcome as DatabaseError).code }).toEqual({ statement, sqlstate })
        } else if (outcome instanceof DatabaseError) {
          throw new Error(`${outcome.message}\n${statement}`)
        } else if (shown) {
          // The statement returned rows, with the columns that the page shows.
          const results = [outcome].flat() as { fields: { name: string }[]; rows: unknown[] }[]
          const [result] = results.filter(({ fields }) => fields.length).slice(-1)
          expect(
            shown
              .split('\n')[0]
              ?.split('|')
              .map((name) => name.trim()),
          ).toEqual(result?.fields.map(({ name }) => name))
          expect(result?.rows.length).toBeGreaterThan(0)
        }
      }
    } finally {
      await client.end()
      await database.drop()
    }
  },
)
