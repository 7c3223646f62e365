import { describe, expect, it } from '@jest/globals'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { anAddress, claimsOf, refresh, register, signIn } from '../sessions.ts'

describe('sign_out', () => {
  it("ends the caller's session with the next request, but not their other sessions", () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const here = await register(db, email)
      const elsewhere = await signIn(db, email)
      await db.as(claimsOf(here), async () => {
        expect(await db.one('select app_public.sign_out() as ended')).toEqual({ ended: true })
        expect(await db.one('select app_public.sign_out() as ended')).toEqual({ ended: false })
      })
      await expectRefusal(db.as(claimsOf(here)), 'unauthenticated')
      await expectRefusal(refresh(db, here.refresh_token), 'refresh_token_invalid')
      await db.as(claimsOf(elsewhere))
    }))

  it('refuses anonymous callers', () =>
    inTransaction(async (db) => {
      await db.as({})
      await expectRefusal(db.query('select app_public.sign_out()'), 'unauthenticated')
    }))

  it('ends the session of a refresh token for anyone who has it, even if it was used, and no other session', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const here = await register(db, email)
      const elsewhere = await signIn(db, email)
      const used = here.refresh_token
      await refresh(db, used)
      const signOut = (token: string) => db.one('select app_public.sign_out($1) as ended', [token])
      await db.as({})
      expect(await signOut('no token')).toEqual({ ended: false })
      expect(await signOut(used)).toEqual({ ended: true })
      expect(await signOut(used)).toEqual({ ended: false })
      await expectRefusal(db.as(claimsOf(here)), 'unauthenticated')
      await db.as(claimsOf(elsewhere))
    }))

  it("ends both the caller's session and that of the token", () =>
    inTransaction(async (db) => {
      const [ann, bob] = [await register(db), await register(db)]
      await db.as(claimsOf(ann), () => db.query('select app_public.sign_out($1)', [bob.refresh_token]))
      await expectRefusal(db.as(claimsOf(ann)), 'unauthenticated')
      await expectRefusal(db.as(claimsOf(bob)), 'unauthenticated')
    }))

  it('with a token of an external issuer has no session to end', () =>
    inTransaction(async (db) => {
      const { account_id } = await register(db)
      await db.asOwner()
      await db.query(`insert into app_private.external_identities values ('https://issuer.example', 'ann', $1)`, [
        account_id,
      ])
      await db.as({ iss: 'https://issuer.example', sub: 'ann' })
      expect(await db.one('select app_public.sign_out() as ended')).toEqual({ ended: false })
    }))
})
