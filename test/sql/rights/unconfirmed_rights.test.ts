import { expect, it } from '@jest/globals'
import { DatabaseError } from 'pg'
import { aSlot } from '../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'
import { functions, statementOf } from '../../rights/functions.ts'
import { tables } from './table_rights.ts'
import { twoClinics } from './two_clinics.ts'

// What an account cannot do before its address is confirmed, by exhaustion: every function of the API and every table,
// before and after. The account has one live booking, and a clinic has a record with its address.

it('accounts with an unconfirmed address have exactly the limits that are listed here', () =>
  inTransaction(async (db) => {
    const world = await twoClinics(db)
    const { a, uma } = world
    const { address } = await db.one('select claimed_email as address from app_private.accounts where id = $1', [
      uma.accountId,
    ])
    const { record } = await db.one(
      `with c as (insert into app_public.customers (full_name, email) values ('By telephone', $2) returning id)
       insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
       select $1, id, 'By telephone', $2 from c returning customer_id as record`,
      [a.clinicId, address],
    )
    const booked = await aSlot(db, a.clinicId, a.doctorId, 70)
    const { id: booking } = await db.as(uma.claims, () =>
      db.one('select id from app_public.book_slot($1, $2)', [a.clinicId, booked]),
    )
    const calls: [name: string, given: Record<string, unknown>][] = [
      ...Object.entries(functions).flatMap(([name, each]) =>
        each.map(({ given }): [string, Record<string, unknown>] => [name, given?.(world) ?? {}]),
      ),
      // Of the account's own.
      ['claim_customer', { customer_id: record }],
      ['cancel_booking', { clinic_id: a.clinicId, booking_id: booking }],
      ['reschedule_booking', { clinic_id: a.clinicId, booking_id: booking, booking_slot_id: a.openSlotId }],
      ['export_customer', { customer_id: uma.customerId }],
      ['erase_customer', { customer_id: uma.customerId }],
      ['remove_customer', { customer_id: uma.customerId, cascade: true }],
    ]
    const everything = async () => {
      const outcomes: Record<string, string> = {}
      for (const [name, given] of calls) {
        const [statement, values] = statementOf(name, given)
        outcomes[`${name} ${Object.entries(given).join(' ')}`] = await outcomeOf(db, uma.claims, statement, values)
      }
      for (const table of Object.keys(tables))
        outcomes[table] = await outcomeOf(db, uma.claims, `select 1 from ${table}`, [])
      return outcomes
    }

    const unconfirmed = await everything()
    await db.query(`update app_private.accounts set email = 'uma@test.example', claimed_email = null where id = $1`, [
      uma.accountId,
    ])
    await db.query(`update app_public.clinic_customers set email = 'uma@test.example' where customer_id = $1`, [record])
    await db.query('update app_private.accounts set email_verified_at = now() where id = $1', [uma.accountId])
    const confirmed = await everything()

    const differing = Object.keys(confirmed).filter((call) => confirmed[call] !== unconfirmed[call])
    const slot = `clinic_id,${a.clinicId} booking_slot_id,${a.openSlotId}`
    expect(Object.fromEntries(differing.map((call) => [call, [unconfirmed[call], confirmed[call]]]))).toEqual({
      // A second visit at a time.
      [`hold_slot ${slot}`]: ['email_not_confirmed', '1 rows'],
      [`book_slot ${slot}`]: ['email_not_confirmed', '1 rows'],
      'add_dependant full_name,Tim birth_date,2024-01-01 relation,parent': ['email_not_confirmed', '1 rows'],
      // What belongs to others who may be the same person.
      'request_account_merge email,new@test.example current_password,x': ['email_not_confirmed', '1 rows'],
      [`request_record_by_link token,${world.link}`]: ['email_not_confirmed', '1 rows'],
      'request_record_by_link token,x': ['email_not_confirmed', '1 rows'],
      'confirm_merge token,x': ['email_not_confirmed', 'merge_link_invalid'],
      // What clinics recorded for the address.
      'claimable_records ': ['0 rows', '1 rows'],
      [`claim_customer customer_id,${record}`]: ['customer_not_claimable', '1 rows'],
    })
  }))

/** The refusal, or the number of rows. The call is rolled back. */
const outcomeOf = (db: Db, claims: object, statement: string, values: unknown[]): Promise<string> =>
  db.undone(() =>
    db
      .as(claims as Record<string, unknown>, () => db.query(statement, values))
      .then(
        (rows) => `${rows.length} rows`,
        async (error: unknown) => {
          if (!(error instanceof DatabaseError)) throw error
          const [refusal] = await db.query('select name from app_hidden.error_codes where sqlstate = $1', [error.code])
          return refusal?.name ?? `${error.code}: ${error.message}`
        },
      ),
  )

it('an account with an unconfirmed address does not act for the person into whom it was merged', () =>
  inTransaction(async (db) => {
    const { uma, bob } = await twoClinics(db)
    await db.query('select app_public.merge_customers($1, $2)', [uma.customerId, bob.customerId])
    await db.as(uma.claims, async () => {
      expect(
        await db.one('select app_hidden.current_customer_id() as id, app_hidden.current_customer_ids() as ids'),
      ).toEqual({ id: uma.customerId, ids: [uma.customerId] })
      expect(await db.query('select 1 from app_public.bookings')).toEqual([])
    })
  }))
