import { describe, expect, it } from '@jest/globals'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { anAddress, claimsOf, password, register, signIn } from '../sessions.ts'

describe('register_customer', () => {
  it('creates an account and a customer, and signs them in', () =>
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
        password_hash: expect.stringMatching(/^\$2a\$\d\d\$/),
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
  ])('accepts a password of %s', (_, secret) =>
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
    'mueller,hans@example.org',
    'ann@example.org, eve@example.org',
    'Ann <ann@example.org>',
    '"ann"@example.org',
    'staff:ann@example.org;',
    'ann@example.org\nbcc:eve@example.org',
    'ann\u200b@example.org',
    'ann@m\u0130nerva.example',
    'ann@\u212aelvin.example',
    'ann@[127.0.0.1]',
    'ann@127.0.0.1',
    'ann@-example.org',
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

  it('answers the same for an address with an account, in any letter case, as for an unknown address', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const owner = await register(db, email)
      const again = await register(db, email.toUpperCase(), 'another fine password')
      expect(again).toEqual({
        ...owner,
        account_id: expect.any(String),
        session_id: expect.any(String),
        refresh_token: expect.any(String),
        customer_id: expect.any(String),
      })
      expect(again.account_id).not.toBe(owner.account_id)
      await db.as(claimsOf(again))
      expect(await db.one('select email, full_name from app_public.current_person()')).toEqual({
        email,
        full_name: 'Ann',
      })
    }))

  it('keeps the accounts of an address separate: each is opened by its own password', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const passwords = [password, 'another fine password', 'yet another password']
      const accounts: string[] = []
      for (const secret of passwords) accounts.push((await register(db, email, secret)).account_id)
      for (const [i, secret] of passwords.entries())
        expect(await signIn(db, email, secret)).toMatchObject({ account_id: accounts[i], refusal: null })
    }))

  it('signs in a person who registers again with the password of their account', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const { account_id } = await register(db, email)
      expect(await register(db, email)).toMatchObject({ account_id, refusal: null })
      expect(await db.query('select from app_private.account_messages where address = $1', [email])).toHaveLength(1)
    }))

  it('refuses another name with the password of an account: another person needs another password', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const { account_id } = await register(db, email)
      const again = (name: string, secret = password) =>
        db.as({}, () => db.one('select * from app_public.register_customer($1, $2, $3)', [email, secret, name]))
      await expectRefusal(again('Tim, Her Son'), 'email_taken')
      expect(await again(' ANN ')).toMatchObject({ account_id })
      const child = await again('Tim, Her Son', 'another fine password')
      expect(child.account_id).not.toBe(account_id)
      await db.asOwner()
      expect(
        await db.query('select full_name from app_public.customers where email = $1 order by full_name', [email]),
      ).toEqual([{ full_name: 'Ann' }, { full_name: 'Tim, Her Son' }])
    }))

  it("does not count as a failed sign-in of the address's owner", () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      for (let i = 1; i <= 10; i++) await register(db, email, `a stranger's password ${i}`)
      expect(await signIn(db, email)).toMatchObject({ refusal: null })
    }))

  it('cannot be used to try passwords: after twenty with one address in a day, no existing account is opened', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const { account_id } = await register(db, email)
      for (let guess = 1; guess <= 18; guess++) await register(db, email, `a wrong password ${guess}`)
      expect(await register(db, email)).toMatchObject({ account_id })
      await register(db, email, 'a wrong password 19')
      const late = await register(db, email)
      expect(late.refusal).toBeNull()
      expect(late.account_id).not.toBe(account_id)
    }))

  it('by strangers does not keep the patient from registering, and does not fill a mailbox', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      for (let i = 1; i <= 6; i++) await register(db, email, `a stranger's password ${i}`, { from: '198.51.100.1' })
      expect(await register(db, email, password, { from: '192.0.2.1' })).toMatchObject({ refusal: null })
      await db.asOwner()
      expect(
        await db.query(`select from app_private.account_messages where address = $1 and state = 'pending'`, [email]),
      ).toHaveLength(4)
    }))

  it('notifies the owner of the address by mail in both cases', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      await register(db, email, 'another fine password')
      expect(
        await db.query('select kind, state from app_private.account_messages where address = $1 order by id', [email]),
      ).toEqual([
        { kind: 'registered', state: 'pending' },
        { kind: 'registered_again', state: 'pending' },
      ])
    }))

  it('uses the given language, for a new address and for a known one', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      const inLanguage = (secret: string, language: string | null) =>
        db.as({}, () =>
          db.one('select customer_id from app_public.register_customer($1, $2, $3, preferred_language => $4)', [
            email,
            secret,
            'Ann',
            language,
          ]),
        )
      const customers = [await inLanguage(password, 'de'), await inLanguage('another fine password', null)]
      await db.asOwner()
      const languages = async ({ customer_id }: Record<string, unknown>) =>
        (await db.one('select preferred_language from app_public.customers where id = $1', [customer_id]))
          .preferred_language
      expect([await languages(customers[0] ?? {}), await languages(customers[1] ?? {})]).toEqual(['de', null])
      expect(
        await db.query('select kind, language from app_private.account_messages where address = $1 order by id', [
          email,
        ]),
      ).toEqual([
        { kind: 'registered', language: 'de' },
        { kind: 'registered_again', language: 'en' },
      ])
      await db.asOwner()
      await expectRefusal(
        db.query(`select app_public.register_customer($1, $2, 'Bob', preferred_language => 'fr')`, [
          anAddress(),
          password,
        ]),
        'invalid_argument',
      )
    }))

  it('refuses a blank name, and then keeps no account', () =>
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

  it('creates a customer, never an employee or administrator', () =>
    inTransaction(async (db) => {
      await db.as(claimsOf(await register(db)))
      expect(await db.one('select current_user as role, app_hidden.staff_clinic_ids() as clinics')).toEqual({
        role: 'app_customer',
        clinics: [],
      })
    }))
})
