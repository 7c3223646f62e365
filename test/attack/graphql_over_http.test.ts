import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { serverAudits } from 'graphql-http'
import { sharedServer, type TestServer } from '../helpers/programs/server.ts'

// The requirements of the GraphQL over HTTP specification, checked by its own audits: MUST, SHOULD and MAY.

let served: TestServer
beforeAll(async () => {
  served = await sharedServer()
})
afterAll(() => served?.stop())

const audits = serverAudits({ url: () => `${served.url}/graphql` })

it.each(audits)('$name ($id)', async ({ fn }) => {
  expect(await fn()).toMatchObject({ status: 'ok' })
})

it.each([
  ['', 'application/json'],
  ['application/json', 'application/json'],
  ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json'],
  ['text/html, */*;q=0.1', 'application/json'],
  ['text/html', undefined],
  ['no such thing', undefined],
  ['*', undefined],
  ['application/json;q=7', 'application/json'],
])('"Accept: %s" is answered with %s, or 406 when there is none', async (accept, type) => {
  const response = await fetch(`${served.url}/graphql`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ clinics { totalCount } }' }),
  })
  expect([response.status, type && response.headers.get('content-type')?.split(';')[0]]).toEqual([
    type ? 200 : 406,
    type,
  ])
})
