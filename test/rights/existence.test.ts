import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { testCluster } from '../helpers/cluster.ts'
import { anAccount, unique } from '../helpers/world.ts'
import { type Client as Caller, type Reply, type RestServer, serveRest } from '../rest/api.ts'

// Nobody learns from sign-in, registration or a forgotten password who has an account: status, headers and body are of
// one shape, and the same work is done. Work is counted in calls of bcrypt, which is all of it (60 ms a call against
// 1 ms for the rest): a count cannot flake as a clock does.

const password = 'a fine long password'
const address = () => `${unique('someone').replace(' ', '-')}@test.example`

let server: RestServer
let anybody: Caller

beforeAll(async () => {
  server = await serveRest()
  anybody = await server.as()
})
afterAll(() => server?.stop())

const post = (path: string, body: object): Promise<Reply> => anybody('POST', path, { body })
const register = (email: string, secret = password) =>
  post('/auth/register', { email, password: secret, fullName: 'Ann', phone: '1' })
const signIn = (email: string, secret: string) => post('/auth/token', { email, password: secret })
const forgot = (email: string) => post('/auth/password-reset-request', { email })

/** An answer without what differs between any two: ids, tokens, times, numbers. */
const shapeOf = ({ status, headers, body }: Reply) => ({
  status,
  headers: [...headers.keys()].filter((name) => name !== 'etag').sort(),
  body:
    status < 400
      ? Object.keys(body || {}).sort()
      : JSON.stringify({ ...body, instance: undefined, requestId: undefined }).replace(/\d+/g, '0'),
})

// Each address in the state that its name says, made anew for every question.
const known: Record<string, () => Promise<string>> = {
  'of a patient': async () => {
    const email = address()
    await register(email)
    return email
  },
  'of two accounts': async () => {
    const email = address()
    await register(email)
    await register(email, 'another fine password')
    return email
  },
  'of a closed account': async () => {
    const email = address()
    const { accountId } = (await register(email)).body
    await server.owner.query('update app_private.accounts set is_active = false where id = $1', [accountId])
    return email
  },
  'of somebody who signs in elsewhere': async () => {
    const { accountId } = await anAccount(server.owner)
    return (await server.owner.one('select email from app_private.accounts where id = $1', [accountId])).email
  },
  'of somebody who works here': async () => {
    const email = address()
    await server.owner.query('select app_private.make_admin($1, $2)', [email, password])
    return email
  },
}

describe.each(Object.entries(known))('an address %s', (_, make) => {
  it('fails to sign in as a stranger does', async () => {
    expect(shapeOf(await signIn(await make(), 'not the password'))).toEqual(
      shapeOf(await signIn(address(), 'not the password')),
    )
  })

  it('waits after failures as a stranger does', async () => {
    const [theirs, nobodys] = [await make(), address()]
    for (let failure = 1; failure <= 6; failure++) {
      const [one, other] = [
        await signIn(theirs, `not the password ${failure}`),
        await signIn(nobodys, `not the password ${failure}`),
      ]
      expect(shapeOf(one)).toEqual(shapeOf(other))
      expect(one.status).toBe(failure <= 5 ? 401 : 429)
      // Whoever is made to wait does so for as long as this test takes.
      if (failure === 5)
        await server.owner.query(
          `update app_private.sign_in_counts set counted_at = counted_at + interval '10 minutes'`,
        )
    }
  })

  it('registers as a stranger does, and signs in with what it registered, asks for a link, and registers again', async () => {
    const steps = async (email: string) => {
      const answers: Reply[] = []
      answers.push(await register(email, 'a password of my own'))
      answers.push(await signIn(email, 'a password of my own'))
      answers.push(await signIn(email, 'not the password'))
      answers.push(await forgot(email))
      answers.push(await register(email, 'yet another password'))
      answers.push(await signIn(email, 'yet another password'))
      return answers.map(shapeOf)
    }
    const strangers = await steps(address())
    expect(await steps(await make())).toEqual(strangers)
    expect(strangers.map(({ status }) => status)).toEqual([201, 200, 401, 204, 201, 200])
  })

  it('asks for a link as a stranger does', async () => {
    const answer = await forgot(await make())
    expect(shapeOf(answer)).toEqual(shapeOf(await forgot(address())))
    expect(answer.status).toBe(204)
  })

  it('costs as many calls of bcrypt, and leaves as many rows of messages, as a stranger', async () => {
    const cost = async (email: string) => ({
      register: await work('register_customer($1, $2, $3)', [email, 'a password of my own', 'Ann']),
      signIn: await work('sign_in($1, $2)', [email, 'not the password']),
      forgot: await work('request_password_reset($1)', [email]),
    })
    const stranger = await cost(address())
    expect(await cost(await make())).toEqual(stranger)
    expect(stranger).toEqual({
      register: { hashes: 1, messages: 1 },
      signIn: { hashes: 1, messages: 0 },
      forgot: { hashes: 0, messages: 1 },
    })
  })
})

/** What a call of the API does, as PostgreSQL counts it, and undoes. */
async function work(call: string, values: unknown[]): Promise<{ hashes: number; messages: number }> {
  const url = new URL(testCluster().superuserUrl)
  url.pathname = `/${server.owner.client.database}`
  // Only a superuser may count calls.
  const client = new Client({ connectionString: url.href })
  await client.connect()
  try {
    await client.query(`begin; set local track_functions = 'all'; set local role app_authenticator`)
    await client.query(`select app_private.begin_request('{}')`)
    await client.query(`select app_public.${call}`, values)
    await client.query('reset role')
    const { rows } = await client.query(
      `select coalesce((select sum(calls) from pg_stat_xact_user_functions where funcid = 'public.crypt'::regproc), 0)::int as hashes,
              coalesce((select n_tup_ins from pg_stat_xact_user_tables where relid = 'app_private.account_messages'::regclass), 0)::int as messages`,
    )
    return rows[0]
  } finally {
    await client.end()
  }
}
