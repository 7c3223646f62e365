import { describe, expect, it } from '@jest/globals'
import { expectRefusal, inTransaction } from '../../helpers/database.ts'
import { anAddress, claimsOf, password, register } from './sessions.ts'

describe('register_customer', () => {
  it('makes an account and a customer, and signs them in', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const tokens = await db.as({}, () =>
        db.one('select * from app_public.register_customer($1, $2, $3, $4)', [` ${email} `, password, ' Ann  ', ' ']),
      )
      expect(tokens).toMatchObject({ refusal: null })
      await db.as({ sub: tokens.account_id, sid: tokens.session_id }, async () => {
        expect(await db.query('select full_name, email, phone, is_active from app_public.customers')).toEqual([
          { full_name: 'Ann', email, phone: null, is_active: true },
        ])
      })
    }))

  it('stores neither password nor refresh token, but a bcrypt hash and a digest', () =>
    inTransaction(async (db) => {
      const tokens = await register(db)
      await db.asOwner()
      const stored = await db.one(
        `select a.password_hash, octet_length(rt.token_hash) as digest_bytes,
                rt.token_hash = sha256(convert_to($2, 'utf8')) as is_digest
         from app_private.accounts a
         join app_private.sessions s on s.account_id = a.id
         join app_private.refresh_tokens rt on rt.session_id = s.id where a.id = $1`,
        [tokens.account_id, tokens.refresh_token],
      )
      expect(stored).toEqual({
        password_hash: expect.stringMatching(/^\$2a\$10\$/),
        digest_bytes: 32,
        is_digest: true,
      })
    }))

  it.each([
    ['9 characters', 'only nine', 'weak_password'],
    ['more bytes than bcrypt reads', 'x'.repeat(73), 'weak_password'],
    ['few characters of many bytes', 'ä'.repeat(37), 'weak_password'],
    ['none', null, 'weak_password'],
  ])('refuses a password of %s', (_, secret, refusal) =>
    inTransaction(async (db) => {
      await expectRefusal(register(db, anAddress(), secret), refusal)
    }),
  )

  it.each([
    ['10 characters', '0123456789'],
    ['72 bytes', 'ä'.repeat(36)],
  ])('takes a password of %s', (_, secret) =>
    inTransaction(async (db) => {
      expect(await register(db, anAddress(), secret)).toMatchObject({ refusal: null })
    }),
  )

  it.each([
    '',
    'ann',
    'ann@example',
    '@example.org',
    'a nn@example.org',
    'ann@@example.org',
    null,
    `${'x'.repeat(250)}@example.org`,
  ])('refuses the address %p', (email) =>
    inTransaction(async (db) => {
      await expectRefusal(
        db.as({}, () => db.query('select app_public.register_customer($1, $2, $3)', [email, password, 'Ann'])),
        'invalid_email',
      )
    }),
  )

  it('refuses an address that somebody has, whatever its letters', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      await expectRefusal(register(db, email.toUpperCase()), 'email_taken')
    }))

  it('refuses a blank name, and then keeps no account either', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      for (const name of ['  ', null])
        await expectRefusal(
          db.as({}, () => db.query('select app_public.register_customer($1, $2, $3)', [email, password, name])),
          'invalid_argument',
        )
      await db.asOwner()
      expect(await db.query('select from app_private.accounts where email = $1', [email])).toEqual([])
    }))

  it('makes a customer, never staff or administrator', () =>
    inTransaction(async (db) => {
      await db.as(claimsOf(await register(db)))
      expect(await db.one('select current_user as role, app_hidden.staff_clinic_ids() as clinics')).toEqual({
        role: 'app_customer',
        clinics: [],
      })
    }))
})
