import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { type ClonedDatabase, cloneDatabase } from '../../../helpers/database/cluster.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { claimsOf, password, refresh, register, type Tokens } from '../sessions.ts'

/** Lets time pass for the used tokens of a session. */
async function ago(db: Db, { session_id }: Tokens, time: string) {
  await db.asOwner()
  await db.query('update app_private.refresh_tokens set used_at = used_at - $2::interval where session_id = $1', [
    session_id,
    time,
  ])
}

describe('refresh_session', () => {
  it('returns the next token of the same session, repeatedly', () =>
    inTransaction(async (db) => {
      const first = await register(db)
      const second = await refresh(db, first.refresh_token)
      const third = await refresh(db, second.refresh_token)
      expect(third).toMatchObject({ account_id: first.account_id, session_id: first.session_id, refusal: null })
      expect(new Set([first, second, third].map((tokens) => tokens.refresh_token)).size).toBe(3)
    }))

  it('returns tokens of 30 days, but none that outlives the session', () =>
    inTransaction(async (db) => {
      const tokens = await register(db)
      const days = 86_400_000
      const { now } = await db.one<{ now: Date }>('select now()')
      expect(tokens.refresh_expires_at.getTime() - now.getTime()).toBe(30 * days)
      await db.asOwner()
      await db.query(`update app_private.sessions set expires_at = now() + interval '1 day' where id = $1`, [
        tokens.session_id,
      ])
      const next = await refresh(db, tokens.refresh_token)
      expect(next.refresh_expires_at.getTime() - now.getTime()).toBe(days)
    }))

  it('treats a token that is used twice as stolen: the session ends for the thief and for the owner', () =>
    inTransaction(async (db) => {
      const stolen = await register(db)
      const next = await refresh(db, stolen.refresh_token)
      await ago(db, stolen, '31 seconds')
      expect(await refresh(db, stolen.refresh_token)).toMatchObject({
        account_id: null,
        session_id: null,
        refresh_token: null,
        refresh_expires_at: null,
        refusal: 'refresh_token_reused',
      })
      await expectRefusal(refresh(db, next.refresh_token), 'refresh_token_invalid')
      await expectRefusal(db.as(claimsOf(stolen)), 'unauthenticated')
    }))

  it('answers again for half a minute, because a response may be lost', () =>
    inTransaction(async (db) => {
      const first = await register(db)
      await refresh(db, first.refresh_token)
      await ago(db, first, '29 seconds')
      const second = await refresh(db, first.refresh_token)
      expect(second).toMatchObject({ session_id: first.session_id, refusal: null })
      // And so on, with each response lost in turn.
      await refresh(db, second.refresh_token)
      const third = await refresh(db, second.refresh_token)
      expect(await refresh(db, third.refresh_token)).toMatchObject({ session_id: first.session_id, refusal: null })
    }))

  it('does not prolong that half minute by answering', () =>
    inTransaction(async (db) => {
      const first = await register(db)
      await refresh(db, first.refresh_token)
      await ago(db, first, '29 seconds')
      await refresh(db, first.refresh_token)
      await ago(db, first, '2 seconds')
      expect((await refresh(db, first.refresh_token)).refusal).toBe('refresh_token_reused')
    }))

  it('no longer answers once the next token was used', () =>
    inTransaction(async (db) => {
      const first = await register(db)
      const second = await refresh(db, first.refresh_token)
      const third = await refresh(db, second.refresh_token)
      expect((await refresh(db, first.refresh_token)).refusal).toBe('refresh_token_reused')
      await expectRefusal(refresh(db, third.refresh_token), 'refresh_token_invalid')
    }))

  it.each([
    ['the owner', 0],
    ['the thief', 1],
  ])('detects a copy that was used in that time when both clients return, %s first', (_who, first) =>
    inTransaction(async (db) => {
      const copied = await register(db)
      const given = [await refresh(db, copied.refresh_token), await refresh(db, copied.refresh_token)] as const
      const next = await refresh(db, given[first]?.refresh_token ?? null)
      expect(next.refusal).toBeNull()
      expect((await refresh(db, given[1 - first]?.refresh_token ?? null)).refusal).toBe('refresh_token_reused')
      await expectRefusal(refresh(db, next.refresh_token), 'refresh_token_invalid')
    }),
  )

  it.each([
    ['an unknown token', `select 1`],
    ['an expired token', `update app_private.refresh_tokens set expires_at = now() where session_id = $1`],
    ['a session signed out', `update app_private.sessions set revoked_at = now() where id = $1`],
    ['an expired session', `update app_private.sessions set expires_at = now() where id = $1`],
    [
      'a closed account',
      `update app_private.accounts a set is_active = false from app_private.sessions s where s.account_id = a.id and s.id = $1`,
    ],
  ])('refuses %s', (what, change) =>
    inTransaction(async (db) => {
      const tokens = await register(db)
      await db.asOwner()
      if (change.includes('$1')) await db.query(change, [tokens.session_id])
      const token = what === 'an unknown token' ? `${tokens.refresh_token}x` : tokens.refresh_token
      await expectRefusal(refresh(db, token), 'refresh_token_invalid')
    }),
  )

  it('refuses a null token', () =>
    inTransaction(async (db) => {
      await expectRefusal(refresh(db, null), 'refresh_token_invalid')
    }))
})

describe('refresh_session, committed', () => {
  let database: ClonedDatabase
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database.drop())

  /** One request, as the server makes it: a committed transaction. */
  async function request(client: Client, statement: string, values: unknown[]) {
    await client.query(`begin; select app_private.begin_request('{}')`)
    try {
      const { rows } = await client.query(statement, values)
      await client.query('commit')
      return rows[0]
    } catch (error) {
      await client.query('rollback')
      throw error
    }
  }

  async function connect(): Promise<Client> {
    const client = new Client({ connectionString: database.url, options: '-c role=app_authenticator' })
    await client.connect()
    return client
  }

  it('keeps the end of a session whose token was used twice', async () => {
    const client = await connect()
    try {
      const { refresh_token } = await request(client, 'select * from app_public.register_customer($1, $2, $3)', [
        'ann@test.example',
        password,
        'Ann',
      ])
      const next = await request(client, 'select * from app_public.refresh_session($1)', [refresh_token])
      await request(client, 'select * from app_public.refresh_session($1)', [next.refresh_token])
      const again = await request(client, 'select * from app_public.refresh_session($1)', [refresh_token])
      expect(again.refusal).toBe('refresh_token_reused')
      await expectRefusal(
        request(client, 'select * from app_public.refresh_session($1)', [next.refresh_token]),
        'refresh_token_invalid',
      )
    } finally {
      await client.end()
    }
  })

  it('gives each of many concurrent requests with the same token a next one, of which one works', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, connect))
    try {
      const { refresh_token } = await request(
        clients[0] as Client,
        'select * from app_public.register_customer($1, $2, $3)',
        ['bob@test.example', password, 'Bob'],
      )
      const exchange = (client: Client, token: string): Promise<Tokens> =>
        request(client, 'select * from app_public.refresh_session($1)', [token])
      const given = await Promise.all(clients.map((client) => exchange(client, refresh_token)))
      expect(new Set(given.map((tokens) => tokens.refresh_token)).size).toBe(8)

      const outcomes = await Promise.all(
        clients.map((client, n) =>
          exchange(client, given[n]?.refresh_token ?? '').then(
            (tokens) => tokens.refusal ?? 'refreshed',
            (error) => error.code,
          ),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'refreshed')).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === 'refresh_token_reused')).toHaveLength(1)
      // Requests that came later found the session ended.
      expect(outcomes.filter((outcome) => outcome === 'MS104')).toHaveLength(6)
    } finally {
      await Promise.all(clients.map((client) => client.end()))
    }
  })

  it('keeps the count of failed sign-ins', async () => {
    const client = await connect()
    try {
      await request(client, 'select * from app_public.register_customer($1, $2, $3)', [
        'cy@test.example',
        password,
        'Cy',
      ])
      const signIn = () => request(client, 'select * from app_public.sign_in($1, $2)', ['cy@test.example', 'wrong'])
      for (let failure = 1; failure <= 5; failure++) await signIn()
      // The wait is two seconds, and a machine may stall for that long.
      await client.query(
        `set role none; update app_private.sign_in_counts set counted_at = counted_at + interval '10 minutes'; set role app_authenticator`,
      )
      await expectRefusal(signIn(), 'too_many_attempts')
    } finally {
      await client.end()
    }
  })
})
