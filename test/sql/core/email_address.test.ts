import { describe, expect, it } from '@jest/globals'
import { aClinic, aCustomer, anEmployee } from '../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { anAddress, register } from '../identity/sessions.ts'

describe('an e-mail address', () => {
  it.each([
    'ann@example.org',
    "o'neil+tag@sub.example.org",
    '!#$%&*/=?^_`{|}~-@x.example',
    'ann@xn--mller-kva.example',
    'a..b.@docomo.example',
    `${'x'.repeat(64)}@example.org`,
  ])('is accepted in canonical form: %s', (address) =>
    inTransaction(async (db) => {
      expect(await db.one('select $1::text::app_public.email_address as it', [address])).toEqual({ it: address })
    }),
  )

  it.each([
    'Ann@example.org',
    'ann@Example.org',
    ' ann@example.org',
    'ann@example.org ',
    'ann@example',
    'ann',
    '',
    'mueller,hans@x.example',
    'ann@x.example,eve@x.example',
    'ann@x.example;eve@x.example',
    '<ann@x.example>',
    'ann(comment)@x.example',
    'team:ann@x.example;',
    '"ann"@x.example',
    'ann\\@x.example',
    'ann@x.example\r\nBcc: eve@x.example',
    'an\u0007n@x.example',
    'ann\u00a0@x.example',
    'ann\u200d@x.example',
    'ann\u202e@x.example',
    'änn@x.example',
    'ann@müller.example',
    'ann@m\u0130nerva.example',
    'ann@x_y.example',
    'ann@x-.example',
    'ann@x..example',
    'ann@127.0.0.1',
    'ann@[127.0.0.1]',
    `${'x'.repeat(65)}@example.org`,
    `${'x'.repeat(60)}@${'y.'.repeat(100)}example`,
  ])('is refused if it is not one mailbox in canonical form: %j', (address) =>
    inTransaction(async (db) => {
      await expectRefusal(db.query('select $1::text::app_public.email_address', [address]), 'invalid_email')
    }),
  )

  it('has the type of every column that contains one', () =>
    inTransaction(async (db) => {
      const columns = await db.query(
        `select a.attrelid::regclass::text as table, a.attname as column, a.atttypid::regtype::text as type
         from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text in ('app_public', 'app_hidden', 'app_private')
           and not a.attisdropped and a.attname ~ '(email|mail_address)$|^address$'
         order by 1, 2`,
      )
      expect(columns.filter(({ type }) => type !== 'app_public.email_address')).toEqual([
        // The address of a database, and the postal address.
        { table: 'app_private.shards', column: 'address', type: expect.any(String) },
        { table: 'app_public.clinics', column: 'address', type: expect.any(String) },
      ])
      expect(columns.map(({ table }) => table)).toEqual(
        expect.arrayContaining(['app_private.accounts', 'app_private.account_messages', 'app_private.invitations']),
      )
    }))

  it('is refused in every table, even when the owner writes it', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const { customerId } = await aCustomer(db)
      await anEmployee(db, clinicId, 'manager')
      for (const table of ['clinics', 'customers', 'employees'])
        await expectRefusal(db.query(`update app_public.${table} set email = 'a,b@x.example'`), 'invalid_email')
      await expectRefusal(
        db.query(
          `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email) values ($1, $2, 'Ann', $3)`,
          [clinicId, customerId, 'Ann@x.example'],
        ),
        'invalid_email',
      )
    }))
})

describe('an address that looks like another', () => {
  it.each([
    ['a dotted capital I', (email: string) => email.replace('i', '\u0130')],
    ['the Kelvin sign', (email: string) => email.replace('k', '\u212a')],
    ['a long s', (email: string) => email.replace('s', '\u017f')],
    ['a fullwidth letter', (email: string) => email.replace('m', '\uff4d')],
  ])('opens no account and gets no mail: %s', (_, disguised) =>
    inTransaction(async (db) => {
      const email = `${anAddress().split('@')[0]}@minervaks.example`
      await register(db, email)
      await db.query('delete from app_private.account_messages')
      const typed = disguised(email.toUpperCase().toLowerCase())
      expect(typed).not.toBe(email)
      await db.as({}, () =>
        expectRefusal(db.query('select app_public.request_password_reset($1)', [typed]), 'invalid_email'),
      )
      expect(await db.query('select from app_private.account_messages')).toEqual([])
      expect(
        await db.as({}, () =>
          db.one('select refusal from app_public.sign_in($1, $2)', [typed, 'a fine long password']),
        ),
      ).toEqual({ refusal: 'wrong_credentials' })
    }),
  )

  it('with capitals or surrounding white space is the same address: mail goes to the stored one, and is counted as one', () =>
    inTransaction(async (db) => {
      const email = anAddress()
      await register(db, email)
      await db.query('delete from app_private.account_messages')
      for (const typed of [email.toUpperCase(), ` ${email}`, `${email}\n`, email.replace('a', 'A')])
        await db.as({}, () => db.query('select app_public.request_password_reset($1)', [typed]))
      expect(await db.query('select address, state from app_private.account_messages order by id')).toEqual([
        { address: email, state: 'pending' },
        { address: email, state: 'pending' },
        { address: email, state: 'pending' },
        { address: email, state: 'dropped' },
      ])
    }))
})
