import { describe, expect, it } from '@jest/globals'
import { anAccount } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { anAddress, claimsOf, password, refresh, register, signIn } from '../sessions.ts'

const next = 'another fine password'

const changed = (db: Db, current: string | null, wanted: string | null) =>
  db.one('select * from app_public.change_password($1, $2)', [current, wanted])

describe('change_password', () => {
  it('accepts the new password, refuses the old one, and ends every other session', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const here = await register(db, email)
      const elsewhere = await signIn(db, email)
      await db.as(claimsOf(here), async () => {
        expect(await changed(db, password, next)).toEqual({ changed: true, refusal: null })
      })
      await expectRefusal(db.as(claimsOf(elsewhere)), 'unauthenticated')
      await expectRefusal(refresh(db, elsewhere.refresh_token), 'refresh_token_invalid')
      await db.as(claimsOf(here))
      expect(await signIn(db, email, password)).toMatchObject({ refusal: 'wrong_credentials' })
      expect(await signIn(db, email, next)).toMatchObject({ refusal: null })
    }))

  it("does not end other people's sessions", () =>
    inTransaction(async (db) => {
      const [mine, theirs] = [await register(db), await register(db)]
      await db.as(claimsOf(mine), () => db.query('select app_public.change_password($1, $2)', [password, next]))
      await db.as(claimsOf(theirs))
    }))

  it.each([
    ['a new one of 9 characters', password, 'only nine', 'weak_password'],
    ['a new one of 73 bytes', password, 'x'.repeat(73), 'weak_password'],
    ['no new one', password, null, 'weak_password'],
  ])('refuses %s', (_, current, wanted, refusal) =>
    inTransaction(async (db) => {
      await db.as(claimsOf(await register(db)))
      await expectRefusal(db.query('select app_public.change_password($1, $2)', [current, wanted]), refusal)
    }),
  )

  it.each([
    ['a wrong present password', 'not the password'],
    ['no present password', null],
  ])('refuses %s, and counts it as sign_in counts its failures', (_, current) =>
    inTransaction(async (db) => {
      const email = anAddress()
      await db.as(claimsOf(await register(db, email)))
      for (let failure = 1; failure <= 5; failure++)
        expect(await changed(db, current, next)).toEqual({ changed: null, refusal: 'wrong_credentials' })
      const error = await expectRefusal(changed(db, password, next), 'too_many_attempts')
      expect(JSON.parse(error.detail ?? '')).toEqual({ retryAfterSeconds: 2 })
      await expectRefusal(signIn(db, email), 'too_many_attempts')
    }),
  )

  it('sets no first password for an account that signs in through an external issuer', () =>
    inTransaction(async (db) => {
      await db.as((await anAccount(db)).claims)
      for (const current of [null, '', password])
        expect(await changed(db, current, next)).toEqual({ changed: null, refusal: 'wrong_credentials' })
    }))

  it('refuses anonymous callers', () =>
    inTransaction(async (db) => {
      await db.as({})
      await expectRefusal(
        db.query('select app_public.change_password($1, $2)', [password, next]),
        'insufficient_privilege',
      )
    }))
})
