import { expect, it } from '@jest/globals'
import { book, cancel, complete } from '../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../helpers/clinic/world.ts'
import { inTransaction } from '../helpers/database/database.ts'
import { recordBooking } from '../sql/booking/claiming.ts'

it('past slots move to the archive in batches, with their bookings, and can still be read there', () =>
  inTransaction(async (db) => {
    const { clinicId, doctorId, slotId, customer, receptionist } = await aPractice(db)
    const kept = await book(db, clinicId, slotId, { customerId: customer.customerId })
    await cancel(db, clinicId, kept.id)
    const again = await book(db, clinicId, slotId, { customerId: customer.customerId, note: 'second try' })
    const other = await aSlot(db, clinicId, doctorId, 60)
    const at = (days: number) => `now() + interval '${days} days'`
    const archive = async (batch: number, days: number) =>
      (await db.one<{ n: number }>(`select app_private.archive_past_slots($1, ${at(days)}) as n`, [batch])).n
    // Ninety days after their date, and one more day for differences between time zones.
    expect(await archive(10, 92)).toBe(0)
    expect(await archive(1, 95)).toBe(1)
    expect(await archive(10, 95)).toBe(1)
    expect(await archive(10, 95)).toBe(0)
    // Deferred constraints accept it.
    await db.query('set constraints all immediate')
    expect(await db.query('select from app_public.booking_slots where clinic_id = $1', [clinicId])).toEqual([])
    expect(await db.query('select from app_public.bookings where clinic_id = $1', [clinicId])).toEqual([])

    const slots = await db.query(
      'select id, status from app_public.archived_booking_slots where clinic_id = $1 order by id',
      [clinicId],
    )
    expect(slots).toEqual([
      { id: slotId, status: 'booked' },
      { id: other, status: 'open' },
    ])
    await db.as(customer.claims)
    expect(await db.query('select id, status, note from app_public.archived_bookings order by id')).toEqual([
      { id: kept.id, status: 'cancelled', note: null },
      { id: again.id, status: 'booked', note: 'second try' },
    ])
    await db.as(receptionist.claims)
    expect(await db.query('select from app_public.archived_bookings')).toHaveLength(2)
    expect((await db.query('select from app_public.events where booking_id = $1', [kept.id])).length).toBe(2)
  }))

it('a slot whose patient is still checked in is not archived before the booking is completed', () =>
  inTransaction(async (db) => {
    const { clinicId, doctorId, slotId, customer } = await aPractice(db)
    const present = await recordBooking(db, await aSlot(db, clinicId, doctorId, -3), customer.customerId, 'checked_in')
    const booked = await book(db, clinicId, slotId, { customerId: customer.customerId })
    const archive = async () =>
      (await db.one<{ n: number }>(`select app_private.archive_past_slots(at => now() + interval '1 year') as n`)).n
    expect(await archive()).toBe(1)
    expect(await db.query('select id, status from app_public.bookings where clinic_id = $1', [clinicId])).toEqual([
      { id: present, status: 'checked_in' },
    ])
    expect(await db.query('select id from app_public.archived_bookings where clinic_id = $1', [clinicId])).toEqual([
      { id: booked.id },
    ])
    await complete(db, clinicId, present)
    expect(await archive()).toBe(1)
    expect(
      await db.query(
        'select id, status from app_public.archived_bookings where clinic_id = $1 order by slot_date, id',
        [clinicId],
      ),
    ).toEqual([
      { id: present, status: 'completed' },
      { id: booked.id, status: 'booked' },
    ])
  }))

it('the archive takes the earliest slots of a clinic first, and a batch may have slots of several clinics', () =>
  inTransaction(async (db) => {
    const one = await aPractice(db)
    const last = await aSlot(db, one.clinicId, one.doctorId, 24 * 60)
    const middle = await aSlot(db, one.clinicId, one.doctorId, 24 * 30)
    const archive = async (batch: number) => {
      await db.query(`select app_private.archive_past_slots($1, now() + interval '1 year')`, [batch])
      const rows = await db.query<{ id: string }>('select id from app_public.archived_booking_slots')
      return rows.map((slot) => slot.id).sort()
    }
    expect(await archive(1)).toEqual([one.slotId])
    expect(await archive(1)).toEqual([one.slotId, middle].sort())
    const two = await aPractice(db)
    expect(await archive(2)).toEqual([one.slotId, middle, last, two.slotId].sort())
  }))

it('old keys, sessions, tokens, invitations, messages and failed jobs are removed in batches; recent ones are kept', () =>
  inTransaction(async (db) => {
    const { clinicId, customer } = await aPractice(db)
    await db.query(
      `insert into app_private.idempotency_keys (clinic_id, account_id, key, operation, arguments, created_at)
         select $1, $2, i::text, 'x', '[]', now() - i * interval '1 day' from generate_series(0, 9) i`,
      [clinicId, customer.accountId],
    )
    await db.query(
      `insert into app_private.stored_responses (account_id, key, fingerprint, rights, created_at) select $1, i::text, 'x', '{}', now() - i * interval '1 day' from generate_series(0, 9) i`,
      [customer.accountId],
    )
    await db.query(
      `insert into app_private.sessions (account_id, expires_at, revoked_at) values
         ($1, now() + interval '1 day', null), ($1, now() - interval '29 days', null), ($1, now() - interval '31 days', null), ($1, now() + interval '1 day', now() - interval '31 days')`,
      [customer.accountId],
    )
    await db.query(
      `insert into app_private.invitations (clinic_id, email, full_name, role, expires_at) values
         ($1, 'a@test.example', 'A', 'doctor', now() + interval '1 day'), ($1, 'b@test.example', 'B', 'doctor', now() - interval '31 days')`,
      [clinicId],
    )
    await db.query(
      `insert into app_private.messages (clinic_id, notification_id, recipient, subject, body, delivered_at)
       select $1, -i, 'x', 'x', 'x', now() - i * interval '1 day' from unnest('{1,100}'::int[]) i`,
      [clinicId],
    )
    await db.query(
      `insert into app_private.account_messages (address, account_id, kind, language, state, created_at)
       select 'housekeeping@test.example', case when days > 2 then $1::bigint end, 'password_reset', 'en', 'dropped', now() - days * interval '1 day'
       from unnest('{0,2,3,100}'::int[]) days`,
      [customer.accountId],
    )
    await db.query(
      `insert into app_private.sign_in_counts (address_hash, place, spent, counted_at)
       values ('\\x01', 'elsewhere', 9, now()), ('\\x02', 'elsewhere', 9, now() - interval '2 days')`,
    )
    await db.query(
      `insert into app_private.known_places (account_id, place, signed_in_at)
       values ($1, 'here', now()), ($1, 'there', now() - interval '91 days')`,
      [customer.accountId],
    )
    const { id } = await db.one<{ id: string }>(`select id from graphile_worker.add_job('release_expired_holds', '{}')`)
    await db.query(
      `update graphile_worker._private_jobs set attempts = 25, max_attempts = 25, updated_at = now() - interval '31 days' where id = $1`,
      [id],
    )

    const count = async (table: string, where = '') =>
      (await db.one<{ n: number }>(`select count(*)::int as n from ${table} ${where}`)).n
    const mine = `where account_id = ${customer.accountId}`
    const census = async () => [
      await count('app_private.idempotency_keys', mine),
      await count('app_private.stored_responses', mine),
      await count('app_private.sessions', mine),
      await count('app_private.invitations', `where clinic_id = ${clinicId}`),
      await count('app_private.messages', `where clinic_id = ${clinicId}`),
      await count('app_private.account_messages', `where address = 'housekeeping@test.example'`),
      await count('app_private.known_places', mine),
      await count('app_private.sign_in_counts', `where address_hash in ('\\x01', '\\x02')`),
      await count('graphile_worker.jobs', `where id = ${id}`),
    ]
    // The fifth session is the customer's own.
    expect(await census()).toEqual([10, 10, 5, 2, 2, 4, 2, 2, 1])
    const remove = async (batch: number) =>
      (await db.one<{ n: number }>('select app_private.remove_old_records($1) as n', [batch])).n
    // One of each kind per call, where e-mails without an account are a kind of their own. A key that is exactly seven
    // days old is kept.
    expect(await remove(1)).toBe(10)
    expect(await remove(100)).toBeGreaterThan(0)
    expect(await remove(100)).toBe(0)
    expect(await census()).toEqual([8, 8, 3, 1, 1, 2, 1, 1, 0])
  }))
