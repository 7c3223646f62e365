import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { serverAudits } from 'graphql-http'
import { type Served, serve } from '../graphql/served.ts'

// What the specification of GraphQL over HTTP asks of a server, as its own audits try it: what one MUST do, and what one
// SHOULD. What one MAY do with GET is left undone: other sites could make a browser send it.

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(() => served?.stop())

const byGet = new Set(['5A70', 'D6D5', '6A70'])
const audits = serverAudits({ url: () => `${served.url}/graphql` })

it.each(audits.map((audit) => ({ ...audit, expected: byGet.has(audit.id) ? 'notice' : 'ok' })))(
  '$name ($id): $expected',
  async ({ fn, expected }) => {
    expect(await fn()).toMatchObject({ status: expected })
  },
)

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
