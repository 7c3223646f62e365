import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { aCustomer, anAccount, aPractice, aSlot, unique } from '../helpers/clinic/world.ts'
import { superuserUrlOf } from '../helpers/database/cluster.ts'
import { type Client as Caller, type Reply, type RestServer, serveRest } from '../rest/api.ts'

// Sign-in, registration and password resets must not reveal whether an address has an account: status, headers and body
// have the same form, and the same work is done. Work is counted in calls of bcrypt, which is nearly all of it (60 ms a
// call against 1 ms for the rest). A count is not flaky as a clock is.

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

/** A response without the values that differ between any two: ids, tokens, times, numbers. */
const shapeOf = ({ status, headers, body }: Reply) => ({
  status,
  headers: [...headers.keys()].filter((name) => name !== 'etag').sort(),
  body:
    status < 400
      ? Object.keys(body || {}).sort()
      : JSON.stringify({ ...body, instance: undefined, requestId: undefined }).replace(/\d+/g, '0'),
})

// Each address in the state that its name says, set up again for every request.
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
  it('fails to sign in as an unknown address does', async () => {
    expect(shapeOf(await signIn(await make(), 'not the password'))).toEqual(
      shapeOf(await signIn(address(), 'not the password')),
    )
  })

  it('is blocked after failures as an unknown address is', async () => {
    const [theirs, nobodys] = [await make(), address()]
    for (let failure = 1; failure <= 6; failure++) {
      const [one, other] = [
        await signIn(theirs, `not the password ${failure}`),
        await signIn(nobodys, `not the password ${failure}`),
      ]
      expect(shapeOf(one)).toEqual(shapeOf(other))
      expect(one.status).toBe(failure <= 5 ? 401 : 429)
      // The block lasts for as long as this test takes.
      if (failure === 5)
        await server.owner.query(
          `update app_private.sign_in_counts set counted_at = counted_at + interval '10 minutes'`,
        )
    }
  })

  it('registers as an unknown address does, then signs in, asks for a link, and registers again', async () => {
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

  it('asks for a link as an unknown address does', async () => {
    const answer = await forgot(await make())
    expect(shapeOf(answer)).toEqual(shapeOf(await forgot(address())))
    expect(answer.status).toBe(204)
  })

  it('books as a guest as an unknown address does', async () => {
    const { clinicId, doctorId } = await aPractice(server.owner)
    await server.owner.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [clinicId])
    let hours = 60
    const asGuest = async (email: string) => {
      const bookingSlotId = await aSlot(server.owner, clinicId, doctorId, hours++)
      return shapeOf(await post('/guests/book', { clinicId, bookingSlotId, fullName: 'Ann', email }))
    }
    const steps = async (email: string) => [await asGuest(email), await asGuest(email), await asGuest(email)]
    const strangers = await steps(address())
    expect(strangers.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(await steps(await make())).toEqual(strangers)
  })

  it('is treated like an unknown address as that of an account to merge', async () => {
    const steps = async (email: string) => {
      const { claims, customerId } = await aCustomer(server.owner)
      const own = await server.as(claims)
      const asked = await own('POST', '/me/merge-request', { body: { email, currentPassword: password } })
      const exported = await own('GET', '/me/export')
      expect(exported.body.customerId).toBe(customerId)
      return [shapeOf(asked), exported.body.account.messages.map((mail: object) => Object.keys(mail).sort())]
    }
    const strangers = await steps(address())
    expect(await steps(await make())).toEqual(strangers)
    expect(strangers).toMatchObject([{ status: 200 }, [['createdAt', 'kind']]])
  })

  it('is treated like an unknown address as the new address of an account, and when a desk adds it', async () => {
    const { clinicId, receptionist } = await aPractice(server.owner)
    const [desk, own] = [await server.as(receptionist.claims), await server.as((await anAccount(server.owner)).claims)]
    const steps = async (email: string) => {
      const added = await desk('POST', `/clinics/${clinicId}/customers`, { body: { fullName: 'Ann', email } })
      return [
        shapeOf(await own('POST', '/me/email', { body: { newEmail: email, currentPassword: password } })),
        shapeOf(added),
        // The desk learns nothing from the record: it is a customer without an account in both cases.
        await server.owner.one('select account_id from app_public.customers where id = $1', [added.body.customerId]),
      ]
    }
    const stranger = await steps(address())
    expect(await steps(await make())).toEqual(stranger)
    expect(stranger).toMatchObject([{ status: 200 }, { status: 201 }, { account_id: null }])
  })

  it('costs as many calls of bcrypt, and leaves as many rows of messages, as an unknown address', async () => {
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

/** The work of an API call, as PostgreSQL counts it. The call is rolled back. */
async function work(call: string, values: unknown[]): Promise<{ hashes: number; messages: number }> {
  // Only a superuser may count calls.
  const client = new Client({ connectionString: superuserUrlOf(server.database) })
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
