import { describe, expect, it } from '@jest/globals'
import { expectRefusal, inTransaction } from '../../helpers/database.ts'
import { anAccount } from '../../helpers/world.ts'
import { anAddress, claimsOf, register, signIn } from './sessions.ts'

const wrong = 'not the password'
const nothing = { account_id: null, session_id: null, refresh_token: null, refresh_expires_at: null }

describe('sign_in', () => {
  it('starts a session of its own each time', () =>
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

  it('tells the same, and nothing else, of a wrong password, an unknown address and a closed account', () =>
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

  it('is not fooled by what is left out', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      // Made by an operator, for somebody who signs in through an external issuer.
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

  it('makes whoever fails wait longer each time: four free, then 2, 4, 8 … seconds, at most 15 minutes', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      const waits: number[] = []
      for (let failure = 1; failure <= 16; failure++) {
        expect(await signIn(db, email, wrong)).toMatchObject({ refusal: 'wrong_credentials' })
        await db.asOwner()
        const { failed, wait } = await db.one(
          `select failed_sign_ins as failed, coalesce(extract(epoch from locked_until - now()), 0)::int as wait
           from app_private.accounts where email = $1`,
          [email],
        )
        expect(failed).toBe(failure)
        waits.push(wait)
        await db.query('update app_private.accounts set locked_until = now() where email = $1', [email])
      }
      expect(waits).toEqual([0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
    }))

  it('refuses even the right password while it waits, says for how long, and does not count that', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      for (let failure = 1; failure <= 6; failure++) {
        await db.query('update app_private.accounts set locked_until = null where email = $1', [email])
        await signIn(db, email, wrong)
      }
      const error = await expectRefusal(signIn(db, email), 'too_many_attempts')
      expect(JSON.parse(error.detail ?? '')).toEqual({ retryAfterSeconds: 4 })
      await expectRefusal(signIn(db, email, wrong), 'too_many_attempts')
      await db.asOwner()
      expect(await db.one('select failed_sign_ins from app_private.accounts where email = $1', [email])).toEqual({
        failed_sign_ins: 6,
      })
    }))

  it('forgets failures when the wait is over and the password is right', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      await db.query(`update app_private.accounts set failed_sign_ins = 9, locked_until = now() where email = $1`, [
        email,
      ])
      expect(await signIn(db, email)).toMatchObject({ refusal: null })
      await db.asOwner()
      expect(
        await db.one('select failed_sign_ins, locked_until from app_private.accounts where email = $1', [email]),
      ).toEqual({ failed_sign_ins: 0, locked_until: null })
    }))

  it('locks one account, not the others', () =>
    inTransaction(async (db) => {
      const [mine, theirs] = [anAddress(), anAddress()]
      await register(db, mine)
      await register(db, theirs)
      for (let failure = 1; failure <= 5; failure++) await signIn(db, theirs, wrong)
      expect(await signIn(db, mine)).toMatchObject({ refusal: null })
    }))
})
