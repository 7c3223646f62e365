import { describe, expect, it } from '@jest/globals'
import { expectRefusal, inTransaction } from '../../helpers/database.ts'
import { anAccount } from '../../helpers/world.ts'
import { anAddress, claimsOf, password, refresh, register, signIn } from './sessions.ts'

const next = 'another fine password'

describe('change_password', () => {
  it('lets the new password in, the old one not, and ends every other session', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const here = await register(db, email)
      const elsewhere = await signIn(db, email)
      await db.as(claimsOf(here), async () => {
        expect(await db.one('select app_public.change_password($1, $2) as done', [password, next])).toEqual({
          done: true,
        })
      })
      await expectRefusal(db.as(claimsOf(elsewhere)), 'unauthenticated')
      await expectRefusal(refresh(db, elsewhere.refresh_token), 'refresh_token_invalid')
      await db.as(claimsOf(here))
      expect(await signIn(db, email, password)).toMatchObject({ refusal: 'wrong_credentials' })
      expect(await signIn(db, email, next)).toMatchObject({ refusal: null })
    }))

  it("leaves other people's sessions alone", () =>
    inTransaction(async (db) => {
      const [mine, theirs] = [await register(db), await register(db)]
      await db.as(claimsOf(mine), () => db.query('select app_public.change_password($1, $2)', [password, next]))
      await db.as(claimsOf(theirs))
    }))

  it.each([
    ['a wrong present password', 'not the password', next, 'wrong_credentials'],
    ['no present password', null, next, 'wrong_credentials'],
    ['a new one of 9 characters', password, 'only nine', 'weak_password'],
    ['a new one of 73 bytes', password, 'x'.repeat(73), 'weak_password'],
    ['no new one', password, null, 'weak_password'],
  ])('refuses %s', (_, current, wanted, refusal) =>
    inTransaction(async (db) => {
      await db.as(claimsOf(await register(db)))
      await expectRefusal(db.query('select app_public.change_password($1, $2)', [current, wanted]), refusal)
    }),
  )

  it('gives no first password to an account that signs in through an external issuer', () =>
    inTransaction(async (db) => {
      await db.as((await anAccount(db)).claims)
      for (const current of [null, '', password])
        await expectRefusal(db.query('select app_public.change_password($1, $2)', [current, next]), 'wrong_credentials')
    }))

  it('is not for nobody', () =>
    inTransaction(async (db) => {
      await db.as({})
      await expectRefusal(
        db.query('select app_public.change_password($1, $2)', [password, next]),
        'insufficient_privilege',
      )
    }))
})
