import { describe, expect, it } from '@jest/globals'
import { book } from '../../helpers/clinic/operations.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aVisitPractice } from '../../helpers/clinic/visits.ts'
import { aCustomer, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

interface Claimed {
  clinic_id: string
  id: string
  endpoint_id: string
  attempts: number
}

const claim = (db: Db, batch = 20, failing = false) =>
  db.query<Claimed>('select * from app_private.claim_webhooks($1, now(), $2) order by id', [batch, failing])
const record = (db: Db, claimed: Claimed[], outcome: { error?: string; code?: string } = {}) =>
  db.query('select * from app_private.record_webhook_deliveries($1)', [
    JSON.stringify(claimed.map(({ clinic_id, id }) => ({ clinic_id, id, ...outcome }))),
  ])
const clinicsOf = (claimed: Claimed[]) => claimed.map(({ clinic_id }) => clinic_id)

/** A clinic with endpoints that have this many messages each. */
async function owed(db: Db, messages: number, endpoints = 1) {
  const { clinicId, doctorId } = await aPractice(db)
  for (let i = 0; i < endpoints; i++)
    await db.query('select app_public.create_webhook_endpoint($1, $2)', [clinicId, `https://hooks.clinic.de/${i}`])
  for (let i = 0; i < messages; i++) {
    const { customerId } = await aCustomer(db)
    await book(db, clinicId, await aSlot(db, clinicId, doctorId, 50 + i), { customerId })
  }
  return clinicId
}

/** Moves waiting messages into the past by this time. */
const wait = (db: Db, interval: string) =>
  db.query(
    `with n as (update app_public.notifications set due_at = due_at - $1::interval, retry_at = retry_at - $1::interval),
          a as (update app_private.delivery_attempts set started_at = started_at - $1::interval)
     update app_private.webhook_health set retry_at = retry_at - $1::interval`,
    [interval],
  )

describe('claim_webhooks', () => {
  it('claims the first message of each clinic before the second of any, however long that has waited', () =>
    inTransaction(async (db) => {
      const large = await owed(db, 6)
      await wait(db, '1 hour')
      const [small, other] = [await owed(db, 2), await owed(db, 1)]
      expect(clinicsOf(await claim(db, 3)).sort()).toEqual([large, small, other].sort())
    }))

  it('serves the clinics in turn when only one message can be claimed', () =>
    inTransaction(async (db) => {
      const clinics = [await owed(db, 3), await owed(db, 3), await owed(db, 3)]
      const turns: string[] = []
      for (let i = 0; i < 6; i++) {
        const claimed = await claim(db, 1)
        turns.push(...clinicsOf(claimed))
        await record(db, claimed)
        // The order of turns depends on the transaction's time, which does not advance here.
        await db.query(`update app_private.webhook_health set served_at = served_at - interval '1 second'`)
      }
      expect([turns.slice(0, 3).sort(), turns.slice(3).sort()]).toEqual([clinics.toSorted(), clinics.toSorted()])
    }))

  it('claims at most four messages of an endpoint and eight of a clinic until some have ended', () =>
    inTransaction(async (db) => {
      const [one, many] = [await owed(db, 6), await owed(db, 4, 3)]
      const first = await claim(db, 100)
      expect(clinicsOf(first).filter((id) => id === one)).toHaveLength(4)
      expect(clinicsOf(first).filter((id) => id === many)).toHaveLength(8)
      expect(await claim(db, 100)).toEqual([])
      await record(db, first.filter(({ clinic_id }) => clinic_id === one).slice(0, 1))
      expect(clinicsOf(await claim(db, 100))).toEqual([one])
      // A dead worker's claim ends after half a minute.
      await wait(db, '31 seconds')
      expect((await claim(db, 100)).length).toBeGreaterThan(0)
    }))

  it('pauses an endpoint that does not answer, twice as long each time, and then tries one message in the other lane', () =>
    inTransaction(async (db) => {
      const [broken, fine] = [await owed(db, 9), await owed(db, 1)]
      const down = { error: 'connect ECONNREFUSED' }
      const first = await claim(db)
      await record(
        db,
        first.filter(({ clinic_id }) => clinic_id === broken),
        down,
      )
      await record(
        db,
        first.filter(({ clinic_id }) => clinic_id === fine),
      )
      for (const seconds of [15, 30, 60, 120]) {
        await db.query(`update app_public.notifications set retry_at = now() where attempts > 0 and state = 'pending'`)
        await wait(db, `${seconds - 1} seconds`)
        expect([await claim(db), await claim(db, 20, true)]).toEqual([[], []])
        await wait(db, '1 second')
        expect(await claim(db)).toEqual([])
        const next = await claim(db, 20, true)
        expect(clinicsOf(next)).toEqual([broken])
        await record(db, next, { error: 'the webhook answered 503', code: '503' })
      }
      // Once it answers, even with a refusal, it is in the first lane again.
      await wait(db, '10 minutes')
      await record(db, await claim(db, 20, true), { error: 'the webhook answered 422', code: '422' })
      expect((await claim(db)).length).toBe(4)
    }))

  it('moves an endpoint that answers slowly to the other lane without a pause', () =>
    inTransaction(async (db) => {
      await owed(db, 6)
      const claimed = await claim(db)
      await db.query(`update app_private.delivery_attempts set started_at = now() - interval '3 seconds'`)
      await record(db, claimed)
      expect(await claim(db)).toEqual([])
      const slow = await claim(db, 20, true)
      expect(slow).toHaveLength(1)
      // This answer was quick, so the endpoint is in the first lane again.
      await record(db, slow)
      expect(await claim(db, 20, true)).toEqual([])
      expect(await claim(db)).toHaveLength(1)
    }))

  it('makes messages dead that an endpoint did not accept within a day', () =>
    inTransaction(async (db) => {
      const clinicId = await owed(db, 6)
      await record(db, await claim(db), { error: 'connect ECONNREFUSED' })
      await wait(db, '25 hours')
      await record(db, await claim(db, 20, true), { error: 'connect ECONNREFUSED' })
      expect(
        await db.query(
          `select state, count(*)::int from app_public.notifications where clinic_id = $1 and channel = 'webhook' group by 1`,
          [clinicId],
        ),
      ).toEqual([{ state: 'dead', count: 6 }])
    }))
})

it('a webhook has the id of the service, and the times of the slots beside those of the visit without its buffers', () =>
  inTransaction(async (db) => {
    const { clinicId, doctorId, slotIds } = await aVisitPractice(db)
    const serviceId = await aService(db, clinicId, {
      doctors: [doctorId],
      duration: '40 minutes',
      buffer_before: '5 minutes',
      buffer_after: '10 minutes',
    })
    await db.query(`select app_public.create_webhook_endpoint($1, 'https://hooks.clinic.de/')`, [clinicId])
    const bodyOf = async (slotId: string | undefined, service: string | null) => {
      const { customerId } = await aCustomer(db)
      const booking = await book(db, clinicId, slotId as string, { customerId, serviceId: service })
      const { body } = await db.one<{ body: string }>(
        `select app_private.webhook_body(n) as body from app_public.notifications n
         where n.booking_id = $1 and n.kind = 'booking_confirmed' and n.channel = 'webhook'`,
        [booking.id],
      )
      return { booking, body: JSON.parse(body).booking }
    }
    const times = ({ starts_at, ends_at, visit_starts_at, visit_ends_at }: Record<string, Date>) =>
      [starts_at, ends_at, visit_starts_at, visit_ends_at].map((time) => time?.getTime())
    const instants = (body: Record<string, string>) =>
      [body.startsAt, body.endsAt, body.visitStartsAt, body.visitEndsAt].map((time) =>
        new Date(time as string).getTime(),
      )

    const visit = await bodyOf(slotIds[0], serviceId)
    expect(visit.body.serviceId).toBe(serviceId)
    const [start = 0] = times(visit.booking as never)
    expect(times(visit.booking as never).map((time = 0) => (time - start) / 60_000)).toEqual([0, 60, 5, 45])
    expect(instants(visit.body)).toEqual(times(visit.booking as never))

    const plain = await bodyOf(slotIds[3], null)
    expect(plain.body.serviceId).toBeNull()
    expect(instants(plain.body)).toEqual(times(plain.booking as never))
  }))
