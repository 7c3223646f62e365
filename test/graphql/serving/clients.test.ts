import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { createClient, fetchExchange } from '@urql/core'
import { persistedExchange } from '@urql/exchange-persisted'
import { sharedServer, type TestServer } from '../../helpers/programs/server.ts'
import { type Served, serve } from '../served.ts'

// The clients that people use, with their own ways of sending a query.

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
// As Apollo's client prints it, which both clients hash.
const counted = `query Counted {
  clinics {
    totalCount
    __typename
  }
}`
const other = 'query Other { specializations { totalCount } }'
const mutation = 'mutation SignIn { signIn(input: {email: "a@test.example", password: "x"}) { clientMutationId } }'

let served: TestServer
let trusting: Served
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medislot-manifests-'))
  const manifest = join(folder, 'clients.json')
  await writeFile(manifest, JSON.stringify({ [sha256(counted)]: counted }))
  served = await sharedServer()
  // Other files have tried to sign in, too.
  await served.owner.query(
    `delete from app_private.sign_in_counts where address_hash = sha256(convert_to('a@test.example', 'utf8'))`,
  )
  trusting = await serve({ manifests: [manifest] })
})
afterAll(async () => {
  await served.stop()
  await trusting.stop()
  await rm(folder, { recursive: true })
})

/** fetch(), with a record of what it sent. */
function recorded() {
  const sent: { method: string; hasText: boolean; status: number }[] = []
  const recording: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    const { method = 'GET', body } = init ?? {}
    const query = body ? JSON.parse(String(body)).query : new URL(String(input)).searchParams.get('query')
    sent.push({ method, hasText: Boolean(query), status: response.status })
    return response
  }
  return { sent, recording }
}

const apollo = (url: string, recording: typeof fetch, link: ApolloLink | undefined, useGETForQueries = false) => {
  const http = new HttpLink({ uri: `${url}/graphql`, fetch: recording, useGETForQueries })
  return new ApolloClient({ link: link ? ApolloLink.from([link, http]) : http, cache: new InMemoryCache() })
}
const persisted = (useGETForHashedQueries: boolean) =>
  new PersistedQueryLink({ sha256: (text: string) => sha256(text), useGETForHashedQueries })

describe('urql', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['as it is without settings', {}, 'GET'],
    ['with POST', { preferGetMethod: false }, 'POST'],
    ['with GET whatever the length', { preferGetMethod: 'force' }, 'GET'],
  ])('queries %s', async (_how, settings, method) => {
    const { sent, recording } = recorded()
    const client = createClient({
      url: `${served.url}/graphql`,
      exchanges: [fetchExchange],
      fetch: recording,
      ...settings,
    } as Parameters<typeof createClient>[0])
    expect((await client.query(counted, {}).toPromise()).data).toMatchObject({
      clinics: { totalCount: expect.any(Number) },
    })
    expect(sent).toEqual([{ method, hasText: true, status: 200 }])
    // Mutations are sent by POST.
    const { error } = await client.mutation(mutation, {}).toPromise()
    expect(error?.graphQLErrors[0]?.extensions.code).toBe('wrong_credentials')
    expect(sent[1]).toMatchObject({ method: 'POST' })
  })

  test.each([true, false])('sends the text when persisted queries are not supported (by GET: %s)', async (byGet) => {
    const { sent, recording } = recorded()
    const client = createClient({
      url: `${served.url}/graphql`,
      exchanges: [persistedExchange({ preferGetForPersistedQueries: byGet }), fetchExchange],
      fetch: recording,
      preferGetMethod: byGet,
    })
    expect((await client.query(counted, {}).toPromise()).data).toMatchObject({
      clinics: { totalCount: expect.any(Number) },
    })
    expect((await client.query(other, {}).toPromise()).data).toMatchObject({
      specializations: { totalCount: expect.any(Number) },
    })
    expect(sent.map(({ hasText }) => hasText)).toEqual([false, true, true])
  })

  test('finds a trusted document by its hash, and is refused another', async () => {
    const { sent, recording } = recorded()
    const client = createClient({
      url: `${trusting.url}/graphql`,
      exchanges: [
        persistedExchange({ enforcePersistedQueries: true, generateHash: async () => sha256(counted) }),
        fetchExchange,
      ],
      fetch: recording,
      preferGetMethod: 'within-url-limit',
    })
    expect((await client.query(counted, {}).toPromise()).data).toMatchObject({
      clinics: { totalCount: expect.any(Number) },
    })
    expect(sent).toEqual([{ method: 'GET', hasText: false, status: 200 }])
    const strange = createClient({
      url: `${trusting.url}/graphql`,
      exchanges: [persistedExchange({ enforcePersistedQueries: true }), fetchExchange],
      preferGetMethod: false,
    })
    const { error } = await strange.query(other, {}).toPromise()
    expect(error?.graphQLErrors[0]?.extensions.code).toBe('document_not_trusted')
  })
})

describe('Apollo', () => {
  test.each([true, false])('queries (by GET: %s)', async (byGet) => {
    const { sent, recording } = recorded()
    const client = apollo(served.url, recording, undefined, byGet)
    expect((await client.query({ query: gql(counted) })).data).toMatchObject({
      clinics: { totalCount: expect.any(Number) },
    })
    expect(sent).toEqual([{ method: byGet ? 'GET' : 'POST', hasText: true, status: 200 }])
    await expect(client.mutate({ mutation: gql(mutation) })).rejects.toMatchObject({
      errors: [{ extensions: { code: 'wrong_credentials' } }],
    })
    expect(sent[1]).toMatchObject({ method: 'POST' })
  })

  test.each([true, false])('sends the text when persisted queries are not supported (by GET: %s)', async (byGet) => {
    const { sent, recording } = recorded()
    const client = apollo(served.url, recording, persisted(byGet))
    expect((await client.query({ query: gql(counted) })).data).toMatchObject({
      clinics: { totalCount: expect.any(Number) },
    })
    expect((await client.query({ query: gql(other) })).data).toMatchObject({
      specializations: { totalCount: expect.any(Number) },
    })
    expect(sent.map(({ hasText }) => hasText)).toEqual([false, true, true])
  })

  test.each([true, false])('finds a trusted document by its hash (by GET: %s)', async (byGet) => {
    const { sent, recording } = recorded()
    const client = apollo(trusting.url, recording, persisted(byGet))
    expect((await client.query({ query: gql(counted) })).data).toMatchObject({
      clinics: { totalCount: expect.any(Number) },
    })
    expect(sent).toEqual([{ method: byGet ? 'GET' : 'POST', hasText: false, status: 200 }])
    await expect(client.query({ query: gql(other) })).rejects.toMatchObject({
      statusCode: 400,
      bodyText: expect.stringContaining('document_not_trusted'),
    })
  })
})

describe('GET', () => {
  const register = `mutation Register { registerCustomer(input: {
    email: "by-get@test.example", password: "a fine long password", fullName: "Gert" }) { clientMutationId } }`
  const get = (parameters: Record<string, string>, init?: RequestInit) =>
    fetch(`${served.url}/graphql?${new URLSearchParams(parameters)}`, init)

  test('accepts a query with its variables and the name of its operation', async () => {
    const query = 'query A($id: BigInt!) { clinic(id: $id) { id } } query B { clinics { totalCount } }'
    const answer = async (parameters: Record<string, string>) => (await get({ query, ...parameters })).json()
    expect(await answer({ operationName: 'A', variables: '{"id": "999999999"}' })).toEqual({ data: { clinic: null } })
    expect(await answer({ operationName: 'B' })).toEqual({ data: { clinics: { totalCount: expect.any(Number) } } })
  })

  test('is answered for its caller only, and not stored by caches', async () => {
    const response = await get({ query: '{ clinics { totalCount } }' })
    expect(response.headers.get('cache-control')).toBe('private, no-cache')
    expect(response.headers.get('vary')).toMatch(/^Authorization, Accept\b/)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('supports HEAD', async () => {
    const response = await get({ query: '{ clinics { totalCount } }' }, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
  })

  test.each([
    ['a mutation', register],
    ['a mutation among others', `query A { __typename } ${register}`],
    ['a subscription', 'subscription S { clinicDay(clinicId: 1) { events { id } } }'],
  ])('changes nothing: %s is refused', async (_what, query) => {
    const operationName = /(?:mutation|subscription) (\w+)/.exec(query)?.[1] ?? ''
    const response = await get({ query, operationName })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'method_not_allowed' } }] })
    expect(await served.owner.query(`select from app_private.accounts where email = 'by-get@test.example'`)).toEqual([])
  })

  test.each<[string, Record<string, string>]>([
    ['no query', {}],
    ['variables that are not JSON', { query: '{ __typename }', variables: '{' }],
    ['variables that are a list', { query: '{ __typename }', variables: '[]' }],
    ['extensions that are not JSON', { query: '{ __typename }', extensions: 'x' }],
  ])('with %s is refused as malformed', async (_what, parameters) => {
    const response = await get(parameters)
    expect([response.status, await response.json()]).toEqual([
      400,
      { errors: [expect.objectContaining({ extensions: { code: 'bad_request' } })] },
    ])
  })

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'other methods are refused with a list of the supported ones: %s',
    async (method) => {
      const response = await get({ query: '{ __typename }' }, { method })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
    },
  )
})
