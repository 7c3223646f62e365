import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { aCustomer, anAccount, aPractice } from '../../helpers/clinic/world.ts'
import { type OwnServer, ownServer, sharedServer } from '../../helpers/programs/server.ts'

// Identity documents through the server, which encrypts them: what administrators store and find by REST and GraphQL, and
// that neither the number nor a key gets into the database or the log.

const key = randomBytes(32).toString('base64')
const number = 'C01X00T47'
const passport = { kind: 'passport', country: 'DE', number }

let server: OwnServer
let admin: string
beforeAll(async () => {
  server = await ownServer({ env: { IDENTITY_KEYS: `one:${key}`, LOG_LEVEL: 'debug' } })
  admin = await server.tokenOf((await anAccount(server.owner, { isAdmin: true })).claims)
})
afterAll(() => server?.stop())

async function post(path: string, body: object, token = admin, url = server.url) {
  const response = await fetch(`${url}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as { humanId?: string; code?: string } }
}

it('are stored and found by administrators, by any spelling of the number, and by REST and GraphQL alike', async () => {
  const { customerId } = await aCustomer(server.owner)
  expect(await post('/humans/find', { document: passport })).toEqual({
    status: 200,
    body: { humanId: null, isKnown: false },
  })
  const stored = await post('/humans/documents', { document: passport, customerId })
  expect(stored).toMatchObject({ status: 200, body: { humanId: expect.stringMatching(/^\d+$/) } })
  expect(await post('/humans/documents', { document: passport, customerId })).toEqual(stored)
  expect(await post('/humans/find', { document: { ...passport, number: 'c01x 00t-47' } })).toEqual(stored)
  expect(await post('/humans/find', { document: { ...passport, country: 'AT' } })).toMatchObject({
    body: { humanId: null },
  })
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${admin}` },
    body: JSON.stringify({
      query: `mutation ($document: JSON!) { findHumanByDocument(input: { document: $document }) { humanReference { humanId isKnown } } }`,
      variables: { document: passport },
    }),
  })
  const { data } = (await response.json()) as { data: { findHumanByDocument: { humanReference: object } } }
  expect(data.findHumanByDocument.humanReference).toEqual(stored.body)

  // The document of another person is probably of the same one.
  const other = await aCustomer(server.owner)
  expect(await post('/humans/documents', { document: passport, customerId: other.customerId })).toMatchObject({
    status: 409,
    body: { code: 'document_of_another_human', details: { humanId: stored.body.humanId } },
  })
})

it('are refused to all other callers, and when the document is malformed', async () => {
  const { receptionist, manager, customer } = await aPractice(server.owner)
  for (const { claims } of [receptionist, manager, customer]) {
    const token = await server.tokenOf(claims)
    for (const path of ['/humans/documents', '/humans/find'])
      expect((await post(path, { document: passport }, token)).status).toBe(403)
  }
  const wrong = [
    { ...passport, kind: 'diary' },
    { ...passport, country: 'Germany' },
    { ...passport, number: ' - ' },
    { ...passport, number: 47 },
    { ...passport, number: `C${'0'.repeat(100)}` },
    number,
    [passport],
  ]
  for (const document of wrong) {
    const { status, body } = await post('/humans/find', { document })
    expect([status, body.code]).toEqual([422, 'invalid_argument'])
    expect(JSON.stringify(body)).not.toContain(number)
  }
  expect(await post('/humans/documents', { document: passport, customerId: '0' })).toMatchObject({
    status: 404,
    body: { code: 'human_not_found' },
  })
})

it('leave neither their number nor a key in the database, its statistics, stored responses or the log', async () => {
  const { customerId } = await aCustomer(server.owner)
  const document = { ...passport, number: 'SECRET4711' }
  expect(await post('/humans/documents', { document, customerId })).toMatchObject({ status: 200 })
  expect(await post('/humans/find', { document })).toMatchObject({ status: 200, body: { isKnown: true } })
  const tables = await server.owner.query(
    `select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace::regnamespace::text ~ '^app_'`,
  )
  for (const { name } of tables)
    expect([
      name,
      await server.owner.query(
        `select 1 from ${name} t where t::text ilike '%SECRET4711%' or strpos(t::text, $1) > 0`,
        [key],
      ),
    ]).toEqual([name, []])
  const log = JSON.stringify(server.logged())
  expect(log).not.toContain('SECRET4711')
  expect(log).not.toContain(key)
})

it('are refused by a server without keys', async () => {
  const without = await sharedServer()
  try {
    const token = await without.tokenOf((await anAccount(without.owner, { isAdmin: true })).claims)
    expect(await post('/humans/find', { document: passport }, token, without.url)).toMatchObject({
      status: 503,
      body: { code: 'identity_keys_missing' },
    })
  } finally {
    await without.stop()
  }
})
