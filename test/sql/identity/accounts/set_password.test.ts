import { describe, expect, it } from '@jest/globals'
import { anAccount } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { anAddress, claimsOf, password, register, signIn } from '../sessions.ts'

const next = 'another fine password'

describe('set_password, for DBAs,', () => {
  it('replaces a forgotten password, ends the sessions and ends the block', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const tokens = await register(db, email)
      await db.asOwner()
      for (let failure = 1; failure <= 5; failure++) await signIn(db, email, 'not the password')
      await expectRefusal(signIn(db, email), 'too_many_attempts')
      await db.asOwner()
      const set = await db.one('select app_private.set_password($1, $2) as id', [` ${email.toUpperCase()}`, next])
      expect(set).toEqual({ id: tokens.account_id })
      await expectRefusal(db.as(claimsOf(tokens)), 'unauthenticated')
      expect(await signIn(db, email, next)).toMatchObject({ refusal: null })
      expect(await signIn(db, email, password)).toMatchObject({ refusal: 'wrong_credentials' })
    }))

  it('creates the account if there is none', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const { id } = await db.one('select app_private.set_password($1, $2) as id', [email, next])
      expect(await signIn(db, email, next)).toMatchObject({ account_id: id, refusal: null })
    }))

  it('refuses what sign-in would refuse', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      await db.asOwner()
      const set = (address: string | null, secret: string | null) =>
        db.query('select app_private.set_password($1, $2)', [address, secret])
      await expectRefusal(set(email, 'only nine'), 'weak_password')
      await expectRefusal(set(email, null), 'weak_password')
      await expectRefusal(set('nobody', next), 'invalid_email')
      await expectRefusal(set(null, next), 'invalid_email')
    }))

  it('is not for the API, not even for an administrator', () =>
    inTransaction(async (db) => {
      await db.as((await anAccount(db, { isAdmin: true })).claims)
      for (const call of ['set_password', 'make_admin'])
        await expectRefusal(
          db.query(`select app_private.${call}($1, $2)`, [anAddress(), next]),
          'insufficient_privilege',
        )
    }))
})

describe('make_admin, for DBAs,', () => {
  it('creates the first administrator of an installation', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await db.query('select app_private.make_admin($1, $2)', [email, next])
      await db.as(claimsOf(await signIn(db, email, next)))
      expect(await db.one('select current_user as role')).toEqual({ role: 'app_admin' })
    }))

  it('makes an existing account an administrator, who has to sign in again', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const tokens = await register(db, email)
      await db.asOwner()
      await db.query('select app_private.make_admin($1, $2)', [email, next])
      await expectRefusal(db.as(claimsOf(tokens)), 'unauthenticated')
      expect(await signIn(db, email, next)).toMatchObject({ account_id: tokens.account_id, refusal: null })
    }))
})
