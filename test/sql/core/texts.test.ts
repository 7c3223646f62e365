import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { DatabaseError } from 'pg'
import { aCustomer, aPractice, unique } from '../../helpers/clinic/world.ts'
import { testCluster } from '../../helpers/database/cluster.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { anAddress, password } from '../identity/sessions.ts'

const line = (db: Db, text: string) => db.one('select app_hidden.is_line($1) as it', [text])
const prose = (db: Db, text: string) => db.one('select app_hidden.is_prose($1) as it', [text])

describe('a name', () => {
  it.each([
    'Ann',
    "Renée O'Neil-Müller (née Brandt)",
    'Dr. 田中',
    'محمد',
    'می\u200cخواهم',
    'क्\u200dष',
    '1',
    'A B',
    'A\u00a0B',
    '❤\ufe0f',
    '葛\u{e0100}城',
  ])('is accepted: %j', (name) => inTransaction(async (db) => expect(await line(db, name)).toEqual({ it: true })))

  it.each([
    '',
    ' ',
    '\t',
    '\u00a0',
    '\u3000',
    '\u200b',
    '\u200d\u200c',
    '\u2066',
    '\ufeff',
    '\u00ad',
    '\u2800',
    '\u3164',
    '\ufe0f',
    '\u{e0041}',
    'Ann\tMiller',
    'Ann\nMiller',
    'Ann\r\nBcc: eve@x.example',
    'Ann\u0007',
    'Ann\u007f',
    'Ann\u0085',
    'Ann\u202etxet',
    'Ann\u2067',
    'Ann\u200f',
    'An\u200bn',
    'An\u2060n',
    'Ann\u2028Miller',
  ])('is refused without a visible character, or with invisible ones: %j', (name) =>
    inTransaction(async (db) => expect(await line(db, name)).toEqual({ it: false })),
  )

  it('is refused in every table with names, even when the owner writes it', () =>
    inTransaction(async (db) => {
      const { clinicId } = await aPractice(db)
      await db.query(`insert into app_public.specializations (name) values ($1)`, [unique('S')])
      await db.query(
        'insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, $3)',
        [clinicId, (await aCustomer(db)).customerId, 'Ann'],
      )
      for (const [table, column] of [
        ['clinics', 'name'],
        ['doctors', 'full_name'],
        ['employees', 'full_name'],
        ['customers', 'full_name'],
        ['clinic_customers', 'full_name'],
        ['time_slots', 'name'],
        ['specializations', 'name'],
        ['policies', 'sender_name'],
      ])
        for (const name of ['\u00a0', '\u2066', 'a\u202eb', 'a\u0000b'.replace('\u0000', '\u0001')])
          await expectRefusal(db.query(`update app_public.${table} set ${column} = $1`, [name]), 'text_not_accepted')
      await expectRefusal(
        db.query(`update app_public.specializations set names = $1`, [{ de: '\u200b' }]),
        'text_not_accepted',
      )
    }))
})

describe('a text of several lines', () => {
  it.each(['', ' ', 'One.\nTwo.\r\n\tThree.', 'שלום\u200f!', '🏴\u{e0067}\u{e007f}'])('is accepted: %j', (text) =>
    inTransaction(async (db) => expect(await prose(db, text)).toEqual({ it: true })),
  )
  it.each(['a\u0007b', 'a\u001b[31mb', 'a\u009fb', 'a\u202eb', 'a\u2066b'])('is refused: %j', (text) =>
    inTransaction(async (db) => expect(await prose(db, text)).toEqual({ it: false })),
  )
})

describe("PostgreSQL's log", () => {
  /** Tables with names, contacts and texts of people, with a row in each. */
  async function somebody(db: Db, secret: string) {
    const practice = await aPractice(db)
    const { clinicId, slotId, customer, receptionist } = practice
    await db.query('update app_public.customers set full_name = $2, phone = $2 where id = $1', [
      customer.customerId,
      secret,
    ])
    const { id: bookingId } = await db.as(receptionist.claims, async () => {
      const { customer_id } = await db.one('select customer_id from app_public.add_clinic_customer($1, $2, null, $2)', [
        clinicId,
        secret,
      ])
      await db.query('update app_public.clinic_customers set notes = $1', [secret])
      return db.one('select id from app_public.book_slot($1, $2, $3, $4)', [clinicId, slotId, customer_id, secret])
    })
    await db.as(practice.manager.claims, () =>
      db.query(`select from app_public.invite_employee($1, $2, $3, 'doctor')`, [clinicId, anAddress(), secret]),
    )
    await db.query('update app_public.employees set full_name = $1', [secret])
    return { ...practice, bookingId }
  }

  /** Columns that callers write, and values that they do not accept. */
  const attempts = async (db: Db) =>
    db.query<{ table: string; column: string; bad: string }>(
      `select a.attrelid::regclass::text as table, quote_ident(a.attname) as column, bad
       from pg_attribute a join pg_class c on c.oid = a.attrelid
       cross join (values ('null'), ('repeat(''x'', 100000)'), ('chr(8238)'), ('''tlh''')) as v (bad)
       where a.attrelid = any ('{app_public.customers,app_public.clinic_customers,app_public.bookings,app_public.employees,app_private.invitations}'::regclass[])
         and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
         and (a.atttypid in ('text'::regtype, 'app_public.email_address'::regtype)
           or has_column_privilege('app_staff', a.attrelid, a.attnum, 'update'))
         and (bad = 'null' or a.atttypid in ('text'::regtype, 'app_public.email_address'::regtype))
       order by 1, 2, 3`,
    )

  it('receives no row when a text, a choice or a missing value is refused', () =>
    inTransaction(async (db) => {
      const secret = `secret-${unique('x').replace(' ', '-')}`
      const { clinicId, customer, bookingId, manager, receptionist } = await somebody(db, secret)
      let refused = 0
      for (const { table, column, bad } of await attempts(db)) {
        const error = await db.query(`update ${table} set ${column} = ${bad}`).then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        if (!error) continue
        refused += 1
        expect(error).toBeInstanceOf(DatabaseError)
        expect({ table, column, bad, detail: (error as DatabaseError).detail ?? '' }).toEqual({
          table,
          column,
          bad,
          detail: expect.not.stringContaining(secret),
        })
      }
      expect(refused).toBeGreaterThan(30)

      const long = secret.repeat(3000)
      const calls: [claims: Record<string, unknown>, statement: string, values: unknown[]][] = [
        [{}, 'app_public.register_customer($1, $2, $3, $4)', [anAddress(), password, long, secret]],
        [{}, 'app_public.register_customer($1, $2, $3, $4)', [anAddress(), password, secret, long]],
        [{}, 'app_public.register_customer($1, $2, $3)', [long, password, secret]],
        [{}, 'app_public.request_password_reset($1)', [long]],
        [receptionist.claims, 'app_public.add_clinic_customer($1, $2, null, $3)', [clinicId, secret, long]],
        [receptionist.claims, 'app_public.add_clinic_customer($1, $2, null, $3, $4)', [clinicId, secret, secret, long]],
        [receptionist.claims, 'app_public.cancel_booking($1, $2, $3)', [clinicId, bookingId, long]],
        [manager.claims, `app_public.invite_employee($1, $2, $3, 'doctor')`, [clinicId, anAddress(), long]],
        [manager.claims, `app_public.invite_employee($1, $2, $3, 'doctor')`, [clinicId, `${secret}@x.example`, null]],
      ]
      for (const [claims, statement, values] of calls)
        await db.as(claims, () => expect(db.query(`select ${statement}`, values)).rejects.toThrow(DatabaseError))
      await db.as(customer.claims, () =>
        expect(db.query(`update app_public.customers set preferred_channel = $1`, [long])).rejects.toThrow(
          DatabaseError,
        ),
      )

      // The server has written its log by the time it answers. The statement proves that this is the right log.
      const mark = unique('mark').replace(/\W/g, '_')
      await expect(db.query(`select ${mark}`)).rejects.toThrow(mark)
      const log = await readFile(testCluster().sharedLog, 'utf8')
      expect(log).toContain(mark)
      expect(log.split('\n').filter((entry) => entry.includes(secret))).toEqual([])
    }))
})
