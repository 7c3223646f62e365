import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { passwordMutations } from '../../../src/graphql/validation/password_mutations.ts'
import { inTransaction } from '../../helpers/database/database.ts'
import { type Answer, dataOf, expectGraphQLRefusal, type GraphQLClient } from '../../helpers/programs/graphql.ts'
import { sharedServer, type TestServer } from '../../helpers/programs/server.ts'

let served: TestServer
let anybody: GraphQLClient

beforeAll(async () => {
  served = await sharedServer()
  anybody = await served.as()
})
afterAll(() => served?.stop())

it('the list of password mutations has the functions of the API that call bcrypt, directly or through others', () =>
  inTransaction(async (db) => {
    const functions = await db.query<{ schema: string; name: string; source: string }>(
      `select n.nspname as schema, p.proname as name, p.prosrc as source from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname in ('app_public', 'app_hidden', 'app_private')`,
    )
    const hashing = new Set<string>()
    const computes = (source: string) =>
      /\bpublic\.crypt\(/.test(source) ||
      [...source.matchAll(/\b(app_\w+\.\w+)\(/g)].some(([, called]) => hashing.has(called as string))
    for (let before = -1; before < hashing.size; ) {
      before = hashing.size
      for (const { schema, name, source } of functions) if (computes(source)) hashing.add(`${schema}.${name}`)
    }
    const ofTheApi = [...hashing]
      .filter((name) => name.startsWith('app_public.'))
      .map((name) => name.replace('app_public.', '').replace(/_(\w)/g, (_, letter) => letter.toUpperCase()))
    expect(ofTheApi.sort()).toEqual([...passwordMutations].sort())
  }))

const signIn = `signIn(input: { email: "nobody@test.example", password: "not the password" }) { authTokens { sessionId } }`
const register = `registerCustomer(input: { email: "nobody@test.example", password: "short", fullName: "Ann" }) { authTokens { sessionId } }`

describe('an operation computes one password', () => {
  it.each([
    ['aliases', `mutation { ${signIn} again: ${signIn} }`],
    ['different mutations', `mutation { ${signIn} ${register} }`],
    ['an inline fragment', `mutation { ${signIn} ... on Mutation { again: ${signIn} } }`],
    [
      'fragments',
      `mutation { ...A ...B } fragment A on Mutation { a: ${signIn} } fragment B on Mutation { b: ${signIn} }`,
    ],
    [
      'a fragment in a fragment',
      `mutation { ...A } fragment A on Mutation { a: ${signIn} ...B } fragment B on Mutation { b: ${signIn} }`,
    ],
    [
      'variables',
      `mutation ($input: SignInInput!) { a: signIn(input: $input) { authTokens { sessionId } } b: signIn(input: $input) { authTokens { sessionId } } }`,
    ],
  ])('not several by %s', async (_, document) => {
    const input = { email: 'nobody@test.example', password: 'not the password' }
    const error = await expectGraphQLRefusal(
      anybody(document, document.includes('$input') ? { input } : {}),
      'query_too_complex',
    )
    expect(error.extensions?.detail).toEqual({ limit: 'passwordMutations', most: 1 })
  })

  it('with other mutations, in a document with more operations, and in a fragment that is spread twice', async () => {
    for (const document of [
      `mutation { ${signIn} signOut(input: {}) { clientMutationId } }`,
      `mutation { ...A ...A } fragment A on Mutation { ${signIn} }`,
    ])
      await expectGraphQLRefusal(anybody(document), 'wrong_credentials')
    const response = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation A { ${signIn} } mutation B { ${register} } query C { clinics { totalCount } }`,
        operationName: 'C',
      }),
    })
    const { data } = (await response.json()) as Answer
    expect(data).toEqual({ clinics: { totalCount: expect.anything() } })
  })
})

describe('many password mutations at the same time', () => {
  /** Makes every registration wait for a lock until the work is done. */
  async function whileRegistrationsWait(work: () => Promise<void>) {
    await served.owner.query('begin; lock table app_private.network_limits in access exclusive mode')
    try {
      await work()
    } finally {
      await served.owner.query('rollback')
    }
  }
  const registrations = (count: number) => Array.from({ length: count }, () => anybody(`mutation { ${register} }`))
  const codesOf = async (answers: ReturnType<typeof registrations>) =>
    (await Promise.all(answers)).map(({ errors }) => errors?.[0]?.extensions?.code)

  it('leaves the connections of other requests free', async () => {
    let flood: ReturnType<typeof registrations> = []
    await whileRegistrationsWait(async () => {
      // More than there are connections for requests (20).
      flood = registrations(60)
      for (let i = 0; i < 20; i++) await dataOf(anybody('{ clinics { totalCount } }'))
    })
    expect(new Set(await codesOf(flood))).toEqual(new Set(['weak_password']))
  })

  it('is refused immediately when more than a hundred wait', async () => {
    const refused: unknown[] = []
    let flood: ReturnType<typeof registrations> = []
    await whileRegistrationsWait(async () => {
      await new Promise<void>((resolve) => {
        // Two have a connection, a hundred wait.
        flood = registrations(110)
        for (const answer of flood)
          void answer.then(({ errors }) => {
            refused.push(errors?.[0]?.extensions?.code)
            if (refused.length === 8) resolve()
          })
      })
      expect(new Set(refused)).toEqual(new Set(['passwords_busy']))
    })
    const codes = await codesOf(flood)
    expect(codes.filter((code) => code === 'passwords_busy')).toHaveLength(8)
    expect(codes.filter((code) => code === 'weak_password')).toHaveLength(102)
  })
})
