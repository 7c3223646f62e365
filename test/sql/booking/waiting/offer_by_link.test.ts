import { describe, expect, it } from '@jest/globals'
import { book, cancel } from '../../../helpers/clinic/operations.ts'
import { aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { pages, textOf, tokenIn } from '../../link/links.ts'
import { aFullPractice, join, offersOf, timePasses } from './waiting.ts'

interface LinkedOffer {
  state: string
  is_open: boolean
  is_waiting: boolean
  moves_from: Date | null
  refusal: string | null
}

const byLink = (db: Db, name: string, ...values: unknown[]) =>
  db.as({ from: '192.0.2.1' }, () =>
    db.one<LinkedOffer & Record<string, unknown>>(
      `select * from app_public.${name}(${values.map((_, i) => `$${i + 1}`)})`,
      values,
    ),
  )

/** The text of the message about an offer, as the worker writes it. */
async function messageOf(db: Db, offerId: string) {
  const message = await db.one<{ subject: string; body: string; calendar: unknown }>(
    `select m.* from app_public.notifications n
     cross join lateral app_private.messages_of(n.clinic_id, array[n.id], $2) m where n.slot_offer_id = $1`,
    [offerId, pages],
  )
  const token = message.body.match(/\/offer#(\S+)/)?.[1]
  if (!token) throw new Error(`no link in: ${message.body}`)
  return { ...message, token }
}

async function offeredToTwo(db: Db) {
  const practice = await aFullPractice(db)
  for (const { claims } of practice.waiters) await db.as(claims, () => join(db, practice.clinicId))
  await db.as(practice.customer.claims, () => cancel(db, practice.clinicId, practice.bookingId))
  const offers = await offersOf(db, practice.slotId)
  const tokens = []
  for (const { id } of offers) tokens.push((await messageOf(db, id)).token)
  return { ...practice, offers, tokens }
}

describe('the link of an offer', () => {
  it('shows the time and nothing about the patient, and books it without an account; once', () =>
    inTransaction(async (db) => {
      const { slotId, tokens, waiters } = await offeredToTwo(db)
      const seen = await byLink(db, 'offer_by_link', tokens[0])
      expect(seen).toMatchObject({ state: 'offered', is_open: true, is_waiting: true, refusal: null })
      expect(JSON.stringify(seen)).not.toMatch(/Customer|@/)
      for (const _ of [1, 2])
        expect(await byLink(db, 'accept_offer_by_link', tokens[0])).toMatchObject({ state: 'accepted', refusal: null })
      expect(
        await db.query(
          'select customer_id, booked_by_account_id from app_public.bookings where active_booking_slot_id = $1',
          [slotId],
        ),
      ).toEqual([{ customer_id: waiters[0]?.customerId, booked_by_account_id: null }])
      expect(await byLink(db, 'offer_by_link', tokens[1])).toMatchObject({ state: 'lost', is_open: false })
      await expectRefusal(byLink(db, 'accept_offer_by_link', tokens[1]), 'offer_ended')
    }))

  it('is refused before the head start, and works after it', () =>
    inTransaction(async (db) => {
      const { slotId, tokens } = await offeredToTwo(db)
      expect(await byLink(db, 'offer_by_link', tokens[1])).toMatchObject({ state: 'offered', is_open: false })
      await expectRefusal(byLink(db, 'accept_offer_by_link', tokens[1]), 'slot_offered')
      await timePasses(db, slotId, '30 minutes')
      expect(await byLink(db, 'accept_offer_by_link', tokens[1])).toMatchObject({ state: 'accepted' })
    }))

  it('declines, and leaves the list if requested', () =>
    inTransaction(async (db) => {
      const { tokens } = await offeredToTwo(db)
      expect(await byLink(db, 'decline_offer_by_link', tokens[0])).toMatchObject({
        state: 'declined',
        is_waiting: true,
      })
      expect(await byLink(db, 'decline_offer_by_link', tokens[1], true)).toMatchObject({
        state: 'declined',
        is_waiting: false,
      })
    }))

  it('is answered like a wrong one when it is of another purpose, or its patient was erased', () =>
    inTransaction(async (db) => {
      const { tokens, waiters, clinicId, doctorId, customer } = await offeredToTwo(db)
      const other = await aSlot(db, clinicId, doctorId, 70)
      const visit = await db.as(customer.claims, () => book(db, clinicId, other))
      const manage = tokenIn(await textOf(db, visit.id))
      for (const token of [manage, 'nonsense', null, `${tokens[0]}0`])
        for (const name of ['offer_by_link', 'accept_offer_by_link', 'decline_offer_by_link'])
          expect(await byLink(db, name, token)).toMatchObject({ refusal: 'link_invalid', state: null })
      expect(await byLink(db, 'booking_by_link', tokens[0])).toMatchObject({ refusal: 'link_invalid' })
      await db.as(waiters[0]?.claims ?? {}, () =>
        db.one('select * from app_public.erase_customer($1)', [waiters[0]?.customerId]),
      )
      expect(await byLink(db, 'offer_by_link', tokens[0])).toMatchObject({ refusal: 'link_invalid' })
    }))

  it('is in the message in German, too, without a calendar entry', () =>
    inTransaction(async (db) => {
      const { offers, waiters } = await offeredToTwo(db)
      await db.query(`update app_public.customers set preferred_language = 'de' where id = $1`, [
        waiters[0]?.customerId,
      ])
      const message = await messageOf(db, offers[0]?.id as string)
      expect(message.subject).toMatch(/^Ein früherer Termin: /)
      expect(message.body).toContain('Annehmen oder ablehnen:')
      expect(message.calendar).toBeNull()
    }))
})

describe('the link of a booking', () => {
  it('puts its patient on the waiting list for an earlier time, which moves the booking', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, bookingId, customer, waiters } = await aFullPractice(db, 1)
      const later = await aSlot(db, clinicId, doctorId, 60)
      const own = await db.as(waiters[0]?.claims ?? {}, () => book(db, clinicId, later))
      const token = tokenIn(await textOf(db, own.id))
      for (const _ of [1, 2]) expect(await byLink(db, 'wait_by_link', token)).toMatchObject({ booking_id: own.id })
      expect(await byLink(db, 'wait_by_link', 'nonsense')).toMatchObject({ refusal: 'link_invalid' })
      await db.as(customer.claims, () => cancel(db, clinicId, bookingId))
      const [offer, ...others] = await offersOf(db, slotId)
      expect(others).toEqual([])
      const { token: offered } = await messageOf(db, offer?.id as string)
      expect(await byLink(db, 'offer_by_link', offered)).toMatchObject({ moves_from: own.starts_at })
      expect(await byLink(db, 'accept_offer_by_link', offered)).toMatchObject({ state: 'accepted', moves_from: null })
      expect(await byLink(db, 'booking_by_link', token)).toMatchObject({ booking_slot_id: slotId, sequence: 1 })
    }))
})

describe('the message of an offer', () => {
  const claimed = (db: Db, clinicId: string, later: string) =>
    db.query(
      `with taken as (select n.clinic_id, n.kind from app_private.claim_notifications(100, now() + $2::interval, 'email') n)
       select kind from taken where clinic_id = $1 and kind = 'slot_offered'`,
      [clinicId, later],
    )

  it('is sent when the head start begins, and not when somebody else has the time by then', () =>
    inTransaction(async (db) => {
      const { clinicId, offers, tokens } = await offeredToTwo(db)
      const due = await db.query<{ due_at: Date }>(
        'select due_at from app_public.notifications where slot_offer_id = any ($1) order by slot_offer_id',
        [offers.map(({ id }) => id)],
      )
      expect(due.map(({ due_at }) => due_at)).toEqual(offers.map(({ begins }) => begins))
      await db.query(`update app_public.notifications set state = 'dropped', dropped_because = 'rules_changed'
        where state = 'pending' and (kind <> 'slot_offered' or clinic_id <> ${clinicId})`)
      expect(await claimed(db, clinicId, '1 second')).toHaveLength(1)
      await byLink(db, 'accept_offer_by_link', tokens[0])
      expect(await claimed(db, clinicId, '40 minutes')).toEqual([])
    }))
})
