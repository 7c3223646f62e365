import { describe, expect, it } from '@jest/globals'
import { book, cancel, reschedule } from '../../helpers/clinic/operations.ts'
import { anAccount, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { byLink, textOf, tokenIn } from './links.ts'

/** A patient whom the desk registered by phone, with a booking in two days and another free slot. */
async function aPatientByPhone(db: Db) {
  const practice = await aPractice(db)
  const { clinicId, slotId, receptionist } = practice
  const nextSlotId = await aSlot(db, clinicId, practice.doctorId, 50)
  await db.as(receptionist.claims)
  const { customer_id: customerId } = await db.one(
    `select customer_id from app_public.add_clinic_customer($1, 'Vera Lind', 'vera@test.example', '030 123456')`,
    [clinicId],
  )
  const { id: bookingId } = await db.one(`select id from app_public.book_slot($1, $2, $3, 'chest pain')`, [
    clinicId,
    slotId,
    customerId,
  ])
  await db.asOwner()
  return { ...practice, customerId, bookingId, nextSlotId, token: tokenIn(await textOf(db, bookingId)) }
}

const historyOf = (db: Db, bookingId: string) =>
  db.query(
    'select from_state, to_state, actor, actor_account_id, reason from app_public.events where booking_id = $1 order by id',
    [bookingId],
  )

describe('the holder of the link in a message', () => {
  it('sees the appointment, and nothing about the patient', () =>
    inTransaction(async (db) => {
      const { bookingId, clinicId, slotId, token } = await aPatientByPhone(db)
      const seen = await byLink(db, 'booking', [token])
      expect(seen).toMatchObject({
        booking_id: bookingId,
        clinic_id: clinicId,
        booking_slot_id: slotId,
        status: 'booked',
        is_changeable: true,
        refusal: null,
      })
      expect(JSON.stringify(seen)).not.toMatch(/Vera|vera@|123456|chest pain/)
    }))

  it('moves the appointment and then cancels it, with the same link', () =>
    inTransaction(async (db) => {
      const { bookingId, slotId, nextSlotId, token } = await aPatientByPhone(db)
      expect(await byLink(db, 'reschedule', [token, nextSlotId])).toMatchObject({
        booking_slot_id: nextSlotId,
        status: 'booked',
      })
      expect(tokenIn(await textOf(db, bookingId, 'booking_rescheduled'))).toBe(token)
      expect(await byLink(db, 'cancel', [token, 'I am well again'])).toMatchObject({
        status: 'cancelled',
        is_changeable: false,
      })
      expect(
        await db.one('select status, cancelled_by, cancellation_reason from app_public.bookings where id = $1', [
          bookingId,
        ]),
      ).toEqual({
        status: 'cancelled',
        cancelled_by: 'customer',
        cancellation_reason: 'I am well again',
      })
      const slots = await db.query('select status from app_public.booking_slots where id = any($1) order by id', [
        [slotId, nextSlotId],
      ])
      expect(slots.map(({ status }) => status)).toEqual(['open', 'open'])
      expect(await textOf(db, bookingId, 'booking_cancelled')).toContain('as you wished')
      // The events name the customer, and no account.
      expect((await historyOf(db, bookingId)).slice(1)).toEqual([
        { from_state: 'booked', to_state: 'booked', actor: 'customer', actor_account_id: null, reason: 'rescheduled' },
        {
          from_state: 'booked',
          to_state: 'cancelled',
          actor: 'customer',
          actor_account_id: null,
          reason: 'I am well again',
        },
      ])
    }))

  it('acts as the patient, whatever else the caller is', () =>
    inTransaction(async (db) => {
      const { bookingId, receptionist, customer, token, clinicId } = await aPatientByPhone(db)
      await db.query(`update app_public.policies set cancellation_cutoff = '30 days' where clinic_id = $1`, [clinicId])
      const admin = await anAccount(db, { isAdmin: true })
      for (const { claims } of [receptionist, customer, admin])
        await expectRefusal(byLink(db, 'cancel', [token], claims), 'cancellation_too_late')
      // An operator in psql, too.
      await expectRefusal(db.query('select app_public.cancel_by_link($1)', [token]), 'cancellation_too_late')
      await db.query(`update app_public.policies set cancellation_cutoff = '0' where clinic_id = $1`, [clinicId])
      await db.as(receptionist.claims)
      await db.query('select app_public.cancel_by_link($1)', [token])
      // Afterwards the request has the caller's own rights again.
      expect(
        await db.one('select app_hidden.desk_clinic_ids()::text as desk, app_hidden.current_account_id() as account'),
      ).toEqual({
        desk: `{${clinicId}}`,
        account: receptionist.accountId,
      })
      await db.asOwner()
      expect((await historyOf(db, bookingId)).at(-1)).toMatchObject({ actor: 'customer', actor_account_id: null })
    }))

  it('has the claims of the patient only: each claim that policies read is replaced', () =>
    inTransaction(async (db) => {
      const { customerId, manager } = await aPatientByPhone(db)
      const claims = async () =>
        Object.fromEntries(
          (
            await db.query<{ name: string; value: string }>(
              `select m.name, coalesce(current_setting('medislot.' || m.name, true), '') as value
               from (select distinct (regexp_matches(pg_get_functiondef(p.oid), '''medislot\\.(\\w+)''', 'g'))[1] as name
                 from pg_proc p where p.pronamespace = 'app_hidden'::regnamespace and p.prokind = 'f') m`,
            )
          ).map(({ name, value }) => [name, value]),
        )
      await db.as(manager.claims)
      await db.query('reset role')
      const own = await claims()
      expect(Object.values(own).filter((value) => value !== '').length).toBeGreaterThan(3)
      await db.query('select app_private.begin_as_link_holder($1)', [customerId])
      const others = Object.entries(await claims()).filter(([, value]) => value !== '')
      expect(Object.fromEntries(others)).toEqual({ customer_id: customerId, customer_ids: `{${customerId}}` })
    }))

  it('must follow the rules for customers: cut-off, lead time, states', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, nextSlotId, doctorId, token } = await aPatientByPhone(db)
      const set = (column: string, value: string) =>
        db.query(`update app_public.policies set ${column} = $2 where clinic_id = $1`, [clinicId, value])
      await set('cancellation_cutoff', '72 hours')
      expect(await byLink(db, 'booking', [token])).toMatchObject({ is_changeable: false })
      await expectRefusal(byLink(db, 'cancel', [token]), 'cancellation_too_late')
      await expectRefusal(byLink(db, 'reschedule', [token, nextSlotId]), 'cancellation_too_late')
      await set('cancellation_cutoff', '0')
      await set('lead_time', '72 hours')
      await expectRefusal(byLink(db, 'reschedule', [token, nextSlotId]), 'booking_too_late')
      await set('lead_time', '0')
      const elsewhere = await aPractice(db)
      await expectRefusal(byLink(db, 'reschedule', [token, elsewhere.slotId]), 'slot_not_found')
      const taken = await aSlot(db, clinicId, doctorId, 60)
      await book(db, clinicId, taken, { customerId: elsewhere.customer.customerId })
      await expectRefusal(byLink(db, 'reschedule', [token, taken]), 'slot_taken')
      await cancel(db, clinicId, bookingId)
      await expectRefusal(byLink(db, 'cancel', [token]), 'illegal_transition')
      await expectRefusal(byLink(db, 'reschedule', [token, nextSlotId]), 'illegal_transition')
    }))

  it('gets the first answer again for a repeated request, and cannot use its key for something else', () =>
    inTransaction(async (db) => {
      const { bookingId, nextSlotId, token, slotId } = await aPatientByPhone(db)
      for (let i = 0; i < 2; i++)
        expect(await byLink(db, 'reschedule', [token, nextSlotId, 'key'])).toMatchObject({
          booking_slot_id: nextSlotId,
        })
      expect(await historyOf(db, bookingId)).toHaveLength(2)
      await expectRefusal(byLink(db, 'reschedule', [token, slotId, 'key']), 'idempotency_key_reused')
      for (let i = 0; i < 2; i++)
        expect(await byLink(db, 'cancel', [token, null, 'other'])).toMatchObject({ status: 'cancelled' })
      expect(await historyOf(db, bookingId)).toHaveLength(3)
    }))
})

describe('a link', () => {
  it('is the same in every message and at every attempt, and survives a move by the desk', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, nextSlotId, token } = await aPatientByPhone(db)
      expect(tokenIn(await textOf(db, bookingId))).toBe(token)
      expect(tokenIn(await textOf(db, bookingId, 'booking_reminder'))).toBe(token)
      await reschedule(db, clinicId, bookingId, nextSlotId)
      expect(await byLink(db, 'booking', [token])).toMatchObject({ booking_slot_id: nextSlotId })
    }))

  it('ends when the desk sends a new one, which goes out with the confirmation', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, receptionist, token } = await aPatientByPhone(db)
      await db.query(
        `update app_public.notifications set state = 'sent', sent_at = now(), attempts = 1 where booking_id = $1`,
        [bookingId],
      )
      await db.as(receptionist.claims, () => db.query('select app_public.send_new_link($1, $2)', [clinicId, bookingId]))
      expect(await byLink(db, 'booking', [token])).toMatchObject({ refusal: 'link_invalid' })
      const fresh = tokenIn(await textOf(db, bookingId))
      expect(fresh).not.toBe(token)
      expect(await byLink(db, 'booking', [fresh])).toMatchObject({ booking_id: bookingId })
      expect(
        await db.query(
          `select state, generation from app_public.notifications where booking_id = $1 and kind = 'booking_confirmed' and channel = 'email'`,
          [bookingId],
        ),
      ).toEqual([{ state: 'pending', generation: 2 }])
      await cancel(db, clinicId, bookingId)
      await expectRefusal(
        db.as(receptionist.claims, () => db.query('select app_public.send_new_link($1, $2)', [clinicId, bookingId])),
        'illegal_transition',
      )
    }))

  it('is valid until a day after the appointment', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer } = await aPractice(db)
      const at = async (hours: number) => {
        const slotId = await aSlot(db, clinicId, doctorId, 1)
        const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
        const token = tokenIn(await textOf(db, id))
        // Triggers refuse to change the time of a booking, so they are disabled here.
        const triggers = (state: string) =>
          db.query(
            `set constraints all immediate; set constraints all deferred;
             alter table app_public.booking_slots ${state} trigger user; alter table app_public.bookings ${state} trigger user`,
          )
        await triggers('disable')
        const during = 'tstzrange(now() + make_interval(hours => $2, mins => -30), now() + make_interval(hours => $2))'
        await db.query(`update app_public.booking_slots set during = ${during} where id = $1`, [slotId, hours])
        await db.query(
          `update app_public.bookings set during = ${during}, visit_starts_at = lower(${during}),
             visit_ends_at = upper(${during}) where id = $1`,
          [id, hours],
        )
        await triggers('enable')
        return byLink(db, 'booking', [token])
      }
      expect(await at(-23)).toMatchObject({ refusal: null, is_changeable: false })
      expect(await at(-25)).toMatchObject({ refusal: 'link_invalid', booking_id: null })
    }))

  it('ends with the data of its patient', () =>
    inTransaction(async (db) => {
      const { customerId, token } = await aPatientByPhone(db)
      await db.query('select app_public.erase_customer($1)', [customerId])
      expect(await byLink(db, 'booking', [token])).toMatchObject({ refusal: 'link_invalid' })
    }))

  it('stays valid when the key is rotated, until the earlier key is deleted', () =>
    inTransaction(async (db) => {
      const { bookingId, token } = await aPatientByPhone(db)
      const { key } = await db.one('select app_private.rotate_link_key() as key')
      const fresh = tokenIn(await textOf(db, bookingId))
      expect(fresh).not.toBe(token)
      expect(fresh).toMatch(new RegExp(`^${key}\\.`))
      for (const valid of [token, fresh])
        expect(await byLink(db, 'booking', [valid])).toMatchObject({ booking_id: bookingId })
      await db.query('delete from app_private.link_keys where id < $1', [key])
      expect(await byLink(db, 'booking', [token])).toMatchObject({ refusal: 'link_invalid' })
      expect(await byLink(db, 'booking', [fresh])).toMatchObject({ booking_id: bookingId })
    }))

  it('leads to its own booking only: no other clinic, booking or purpose', () =>
    inTransaction(async (db) => {
      const one = await aPatientByPhone(db)
      const { clinicId, bookingId } = await aPatientByPhone(db)
      const [mac = ''] = one.token.match(/^\d+\.[^.]+/) ?? []
      const hex = (id: string) => Number(id).toString(16)
      const join = (
        await db.one(`select app_private.link_token('join', $1, $2, 0) as token`, [one.clinicId, one.bookingId])
      ).token as string
      for (const token of [
        `${mac}.m${hex(clinicId)}-${hex(bookingId)}`,
        `${mac}.m${hex(one.clinicId)}-${hex(bookingId)}`,
        `${mac}.m0${hex(one.clinicId)}-${hex(one.bookingId)}`,
        `${one.token} `,
        one.token.toUpperCase(),
        join,
        join.replace('.j', '.m'),
        `${mac}.m${'f'.repeat(15)}-${'f'.repeat(15)}`,
        '',
        null,
      ])
        expect([token, await byLink(db, 'booking', [token])]).toMatchObject([
          token,
          { refusal: 'link_invalid', booking_id: null },
        ])
    }))
})

it('invalid tokens are counted for the network, and never block a valid one', () =>
  inTransaction(async (db) => {
    const { bookingId, token, nextSlotId } = await aPatientByPhone(db)
    await db.query(`update app_private.network_limits set burst = 3 where kind = 'link'`)
    const wrong = token.replace(/\.\w/, token.includes('.A') ? '.B' : '.A')
    for (const [name, values] of [
      ['booking', [wrong]],
      ['cancel', [wrong]],
      ['reschedule', [wrong, nextSlotId]],
    ] as const)
      expect(await byLink(db, name, [...values])).toMatchObject({ refusal: 'link_invalid' })
    await expectRefusal(byLink(db, 'booking', [wrong]), 'too_many_attempts')
    await expectRefusal(byLink(db, 'cancel', [wrong]), 'too_many_attempts')
    expect(await byLink(db, 'booking', [wrong], { from: '192.0.2.2' })).toMatchObject({ refusal: 'link_invalid' })
    expect(await byLink(db, 'booking', [token])).toMatchObject({ booking_id: bookingId })
  }))
