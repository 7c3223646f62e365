import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import openapiTypes from 'openapi-typescript'
import { requestPool } from '../../../src/database/pools.ts'
import { openApiText } from '../../../src/rest/openapi/openapi_text.ts'
import { serverUrlOf } from '../../helpers/database/cluster.ts'

const checkout = resolve(import.meta.dirname, '../../..')
const committed = () => readFile(join(checkout, 'openapi.json'), 'utf8')

test('openapi.json is up to date with the code and the migrations (npm run openapi)', async () => {
  const pool = requestPool({ databaseUrl: serverUrlOf('shared'), poolSize: 2, statementTimeoutMs: 60_000 })
  try {
    expect((await openApiText(pool)).split('\n')).toEqual((await committed()).split('\n'))
  } finally {
    await pool.end()
  }
})

test('openapi.json is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  expect(await validator.validate(JSON.parse(await committed()))).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
})

test('the types of the generated client are up to date with openapi.json (npm run openapi)', async () => {
  const types = await readFile(join(checkout, 'test/rest/openapi.d.ts'), 'utf8')
  expect((await openapiTypes(JSON.parse(await committed()))).split('\n')).toEqual(types.split('\n'))
})
