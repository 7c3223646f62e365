import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { anAccount } from '../../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../../helpers/database/cluster.ts'
import { type Connection, connect, untilWaiting } from '../../../helpers/database/connection.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { anAddress, claimsOf, later, password, register, signIn } from '../sessions.ts'

const wrong = 'not the password'
const nothing = { account_id: null, session_id: null, refresh_token: null, refresh_expires_at: null }

describe('sign_in', () => {
  it('starts a separate session each time', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const first = await register(db, email)
      const second = await signIn(db, ` ${email.toUpperCase()} `)
      expect(second).toMatchObject({ account_id: first.account_id, refusal: null })
      expect(second.session_id).not.toBe(first.session_id)
      for (const tokens of [first, second])
        await db.as(claimsOf(tokens), async () => {
          expect(await db.one('select app_hidden.current_account_id() as me')).toEqual({ me: first.account_id })
        })
    }))

  it('answers the same for a wrong password, an unknown address and a closed account', () =>
    inTransaction(async (db) => {
      const [email, closed] = [anAddress(), anAddress()]
      await register(db, email)
      const { account_id } = await register(db, closed)
      await db.query('update app_private.accounts set is_active = false where id = $1', [account_id])
      const refused = { ...nothing, refusal: 'wrong_credentials' }
      expect(await signIn(db, email, wrong)).toMatchObject(refused)
      expect(await signIn(db, anAddress(), wrong)).toMatchObject(refused)
      expect(await signIn(db, closed)).toMatchObject(refused)
    }))

  it('fails when the address or the password is missing', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      // Created by an operator, for a person who signs in through an external issuer.
      const { accountId } = await anAccount(db)
      const { email: external } = await db.one('select email from app_private.accounts where id = $1', [accountId])
      for (const [address, secret] of [
        [email, null],
        [external, null],
        [external, ''],
        [external, wrong],
        [anAddress(), null],
        [null, wrong],
        [null, null],
      ] as const)
        expect(await signIn(db, address, secret)).toMatchObject({ ...nothing, refusal: 'wrong_credentials' })
    }))

  it('makes the wait longer with each failure: four are free, then 2, 4, 8 … seconds, at most 15 minutes', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      for (let failure = 1; failure <= 5; failure++)
        expect(await signIn(db, email, wrong)).toMatchObject({ refusal: 'wrong_credentials' })
      for (const wait of [2, 4, 8]) {
        const error = await expectRefusal(signIn(db, email, wrong), 'too_many_attempts')
        expect(JSON.parse(error.detail ?? '')).toEqual({ retryAfterSeconds: wait })
        await db.asOwner()
        await later(db, `${wait} seconds`)
        expect(await signIn(db, email, wrong)).toMatchObject({ refusal: 'wrong_credentials' })
      }
      await db.asOwner()
      const waits = await db.query<{ wait: number }>(
        `select coalesce(extract(epoch from app_private.wait_after_failures(n)), 0)::int as wait from generate_series(1, 16) n`,
      )
      expect(waits.map(({ wait }) => wait)).toEqual([0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
    }))

  it('refuses even the right password during the wait, and does not count that', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      for (let failure = 1; failure <= 5; failure++) await signIn(db, email, wrong)
      for (const secret of [password, wrong, password])
        await expectRefusal(signIn(db, email, secret), 'too_many_attempts')
      await db.asOwner()
      await later(db, '2 seconds')
      expect(await signIn(db, email)).toMatchObject({ refusal: null })
    }))

  it('clears the failures when the password is right', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      for (let round = 1; round <= 3; round++) {
        for (let failure = 1; failure <= 4; failure++) await signIn(db, email, wrong)
        expect(await signIn(db, email)).toMatchObject({ refusal: null })
      }
    }))

  it('does not clear them when another account of the address succeeds, which would permit more guesses', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      const own = 'a password of my own'
      await register(db, email, own)
      for (let failure = 1; failure <= 4; failure++) {
        await signIn(db, email, wrong)
        expect(await signIn(db, email, own)).toMatchObject({ refusal: null })
      }
      await signIn(db, email, wrong)
      await expectRefusal(signIn(db, email, wrong), 'too_many_attempts')
    }))

  it('blocks one account, not the others', () =>
    inTransaction(async (db) => {
      const [mine, theirs] = [anAddress(), anAddress()]
      await register(db, mine)
      await register(db, theirs)
      for (let failure = 1; failure <= 5; failure++) await signIn(db, theirs, wrong)
      expect(await signIn(db, mine)).toMatchObject({ refusal: null })
    }))
})

describe('failures at other places', () => {
  const home = { from: '192.0.2.1' }
  const strange = (i: number) => ({ from: `198.51.100.${i}` })

  it('at a rate of four an hour, for days, block no account', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      for (let guess = 1; guess <= 60; guess++) {
        expect(await signIn(db, email, wrong)).toMatchObject({ refusal: 'wrong_credentials' })
        await db.asOwner()
        await later(db, '15 minutes')
      }
      expect(await signIn(db, email)).toMatchObject({ refusal: null })
    }))

  it('from one network block that network, and no other, known or not', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email, password, home)
      for (let guess = 1; guess <= 5; guess++) await signIn(db, email, wrong, strange(1))
      await expectRefusal(signIn(db, email, password, strange(1)), 'too_many_attempts')
      expect(await signIn(db, email, password, home)).toMatchObject({ refusal: null })
      expect(await signIn(db, email, password, strange(2))).toMatchObject({ refusal: null })
    }))

  it('from many networks together block unknown places for a while, but not places with an earlier sign-in', () =>
    inTransaction(async (db) => {
      const [email, nobodys] = [anAddress(), anAddress()]
      await register(db, email, password, home)
      for (let i = 1; i <= 30; i++) await signIn(db, email, wrong, strange(i))
      for (let i = 1; i <= 30; i++) await signIn(db, nobodys, wrong, strange(i))
      // The answer is the same for an address without an account.
      const [theirs, strangers] = [
        await expectRefusal(signIn(db, email, password, strange(99)), 'too_many_attempts'),
        await expectRefusal(signIn(db, nobodys, password, strange(99)), 'too_many_attempts'),
      ]
      expect(theirs.detail).toBe(strangers.detail)
      expect(await signIn(db, email, password, home)).toMatchObject({ refusal: null })
      await db.asOwner()
      await later(db, '2 minutes')
      expect(await signIn(db, email, password, strange(99))).toMatchObject({ refusal: null })
    }))

  it('do not make a network known through an account that was registered with the same address', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email, password, home)
      const own = 'a password of my own'
      await register(db, email, own, strange(99))
      for (let i = 1; i <= 30; i++) await signIn(db, email, wrong, strange(i))
      expect(await signIn(db, email, own, strange(99))).toMatchObject({ refusal: null })
      // From there the right password of the first account is not checked.
      expect(await signIn(db, email, password, strange(99))).toMatchObject({ refusal: 'wrong_credentials' })
    }))

  it('in the same network do not block a device that signed in before', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const mine = { ...home, device: 'the digest of my cookie' }
      await register(db, email, password, mine)
      for (let guess = 1; guess <= 5; guess++) await signIn(db, email, wrong, home)
      // The whole network has to wait as well.
      await db.query(`insert into app_private.network_attempts (kind, network, spent) values ('sign_in', '192.0.2.1/32', 1000)
                      on conflict on constraint a_network_is_counted_once_a_kind do update set spent = 1000`)
      await expectRefusal(signIn(db, email, password, home), 'too_many_attempts')
      await expectRefusal(signIn(db, email, password, { ...home, device: 'made up' }), 'too_many_attempts')
      expect(await signIn(db, email, password, mine)).toMatchObject({ refusal: null })
      // Failures of the device are counted for the device.
      for (let guess = 1; guess <= 5; guess++) await signIn(db, email, wrong, mine)
      await expectRefusal(signIn(db, email, password, mine), 'too_many_attempts')
    }))
})

describe('successful sign-ins', () => {
  it('are limited to sixty an hour for an account', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const { account_id } = await register(db, email)
      await db.query(`update app_private.sign_in_counts set spent = 60 where place = 'account ' || $1`, [account_id])
      const error = await expectRefusal(signIn(db, email), 'too_many_attempts')
      expect(JSON.parse(error.detail ?? '')).toEqual({ retryAfterSeconds: 60 })
      await db.asOwner()
      await later(db, '1 minute')
      expect(await signIn(db, email)).toMatchObject({ refusal: null })
      await expectRefusal(signIn(db, email), 'too_many_attempts')
    }))

  it('of one account do not block another account of its address', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      const own = 'a password of my own'
      const { account_id } = await register(db, email, own)
      await db.query(`update app_private.sign_in_counts set spent = 60 where place = 'account ' || $1`, [account_id])
      expect(await signIn(db, email)).toMatchObject({ refusal: null })
    }))
})

describe('concurrent sign-ins', () => {
  let database: ClonedDatabase
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database.drop())

  it('a right guess that waited for the recording of a wrong one learns nothing', async () => {
    const [owner, one, two] = await Promise.all([1, 2, 3].map(() => connect(database.url)))
    if (!owner || !one || !two) throw new Error('no connections')
    const ask = (connection: Connection, secret: string) =>
      connection.request({}, () =>
        connection.one('select * from app_public.sign_in($1, $2)', ['ann@test.example', secret]),
      )
    try {
      await owner.query('select app_private.create_account($1, $2)', ['ann@test.example', password])
      for (let failure = 1; failure <= 4; failure++) await ask(owner, wrong)
      // The fifth, whose transaction is still open.
      let right: Promise<unknown> | undefined
      await one.request({}, async () => {
        await one.query('select app_public.sign_in($1, $2)', ['ann@test.example', wrong])
        right = ask(two, password)
        await untilWaiting(owner, two, right)
        // However long this takes, the wait is not over.
        await one.query('reset role')
        await one.query(`update app_private.sign_in_counts set counted_at = counted_at + interval '10 minutes'`)
      })
      await expectRefusal(right as Promise<unknown>, 'too_many_attempts')
    } finally {
      await Promise.all([owner, one, two].map((connection) => connection.close()))
    }
  })

  it('no sign-in waits for the row of its account', async () => {
    const [owner, one] = await Promise.all([1, 2].map(() => connect(database.url)))
    if (!owner || !one) throw new Error('no connections')
    try {
      const id = (await owner.one('select app_private.create_account($1, $2) as id', ['bob@test.example', password])).id
      await owner.query('begin')
      await owner.query('select from app_private.accounts where id = $1 for no key update', [id])
      await one.query(`set lock_timeout = '5s'`)
      for (const [secret, refusal] of [
        [wrong, 'wrong_credentials'],
        [password, null],
      ])
        expect(
          await one.request({}, () =>
            one.one('select * from app_public.sign_in($1, $2)', ['bob@test.example', secret]),
          ),
        ).toMatchObject({ refusal })
    } finally {
      await Promise.all([owner, one].map((connection) => connection.close()))
    }
  })
})
