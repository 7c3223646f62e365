import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { describeWithProgram } from '../helpers/postgresql/debian.ts'
import { type StockPostgresql, startStockPostgresql } from '../helpers/postgresql/stock_postgresql.ts'

// The oldest supported PostgreSQL, as Debian ships it. `npm run test:stock` runs tests on such a server.

describeWithProgram('postgresql-15', '/usr/lib/postgresql/15/bin/postgres', (postgres) => {
  let server: StockPostgresql
  beforeAll(async () => {
    server = await startStockPostgresql(postgres)
  })
  afterAll(() => server.remove())

  test('has other defaults than the embedded PostgreSQL, on which the tests of npm run test:stock depend', async () => {
    const client = new Client({ connectionString: server.superuserUrl })
    await client.connect()
    const { rows } = await client.query(
      `select current_setting('server_version_num')::int / 10000 as version, current_setting('jit') as jit,
         pg_jit_available() as is_available, current_date <> (now() at time zone 'UTC')::date as is_another_day,
         'a' < 'B' as is_linguistic`,
    )
    await client.end()
    expect(rows).toEqual([{ version: 15, jit: 'on', is_available: true, is_another_day: true, is_linguistic: true }])
  })
})
