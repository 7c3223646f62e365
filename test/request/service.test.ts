import { requestPool } from '../../src/database/pools.ts'
import { makeRequestService } from '../../src/request/service.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'

let database: ClonedDatabase
beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(() => database.drop())

test('PostGraphile reads the catalogue without the statement timeout of requests, which stays on the connection', async () => {
  const pool = requestPool({ databaseUrl: database.serverUrl, poolSize: 1, statementTimeoutMs: 1234 })
  const service = makeRequestService(pool)
  const withPgClient = await service.adaptor.createWithPgClient(undefined)
  const text = `select current_setting('statement_timeout') as timeout`
  expect((await withPgClient(null, (client) => client.query({ text }))).rows).toEqual([{ timeout: '0' }])
  expect((await pool.query(text)).rows).toEqual([{ timeout: '1234ms' }])
  await service.release?.()
  await pool.end()
})
