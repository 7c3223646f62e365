import { describe, expect, it } from '@jest/globals'
import { book, cancel, hold, release } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aPractice, aSlot, noonZone } from '../../../helpers/clinic/world.ts'
import { type Claims, type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

// How many slots the customers of one network may take, and the alert to the desk.

type Practice = Awaited<ReturnType<typeof aPractice>>

const limit = (db: Db, burst: number) =>
  db.query(`update app_private.network_limits set burst = $1, per_hour = $1 where kind = 'booking'`, [burst])
const alertFrom = (db: Db, slots: number, share: number) =>
  db.query('update app_private.alert_limits set slots_of_a_day = $1, share_of_a_day = $2', [slots, share])

/** A new customer takes a new slot of the practice from this address. */
async function take(db: Db, { clinicId, doctorId }: Practice, from: string, hours: number, way = book) {
  await db.asOwner()
  const slotId = await aSlot(db, clinicId, doctorId, hours)
  const { claims } = await aCustomer(db)
  const { id } = await db.as({ ...claims, from }, () => way(db, clinicId, slotId))
  return { slotId, id, claims }
}

const alerts = (db: Db, { clinicId }: Practice, claims: Claims) =>
  db.as(claims, () => db.query('select * from app_public.network_alerts($1)', [clinicId]))

describe('a network', () => {
  it('can hold or book a limited number of slots for all its customers together; other networks are not affected', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await limit(db, 3)
      await take(db, practice, '192.0.2.1', 50)
      await take(db, practice, '192.0.2.1', 51, hold as never)
      await take(db, practice, '192.0.2.1', 52)
      const { detail } = await expectRefusal(take(db, practice, '192.0.2.1', 53), 'network_takes_too_many')
      expect(JSON.parse(detail ?? '')).toEqual({ retryAfterSeconds: 3600 })
      await take(db, practice, '192.0.2.2', 54)
      await take(db, practice, '127.0.0.1', 55)
      await db.asOwner()
      await db.query(`update app_private.network_slots set taken_at = taken_at - interval '1 hour'`)
      await take(db, practice, '192.0.2.1', 56)
    }))

  it('is counted once for a slot that a customer holds, holds longer and books', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await limit(db, 2)
      const { slotId, claims } = await take(db, practice, '192.0.2.1', 50, hold as never)
      await db.as({ ...claims, from: '192.0.2.1' }, async () => {
        await hold(db, practice.clinicId, slotId)
        await book(db, practice.clinicId, slotId)
      })
      await take(db, practice, '192.0.2.1', 51)
      await expectRefusal(take(db, practice, '192.0.2.1', 52), 'network_takes_too_many')
    }))

  it('gains nothing by giving slots back', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await limit(db, 2)
      const first = await take(db, practice, '192.0.2.1', 50)
      await db.as(first.claims, () => cancel(db, practice.clinicId, first.id))
      const second = await take(db, practice, '192.0.2.1', 51, hold as never)
      await db.as(second.claims, () => release(db, practice.clinicId, second.slotId))
      await expectRefusal(take(db, practice, '192.0.2.1', 52), 'network_takes_too_many')
    }))

  it('is larger for IPv6: the /56 takes twice as many and the /48 four times as many', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await limit(db, 1)
      let hours = 50
      const from = (address: string) => take(db, practice, address, hours++)
      await from('2001:db8:1:101::1')
      await expectRefusal(from('2001:db8:1:101::2'), 'network_takes_too_many')
      await from('2001:db8:1:102::1')
      await expectRefusal(from('2001:db8:1:103::1'), 'network_takes_too_many')
      await from('2001:db8:1:201::1')
      await from('2001:db8:1:301::1')
      await expectRefusal(from('2001:db8:1:401::1'), 'network_takes_too_many')
      await expectRefusal(from('2001:db8:1:ffff::1'), 'network_takes_too_many')
      await from('2001:db8:2:101::1')
    }))

  it('of the desk is not limited and not counted', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await limit(db, 1)
      for (const hours of [50, 51]) {
        await db.asOwner()
        const slotId = await aSlot(db, practice.clinicId, practice.doctorId, hours)
        await db.as({ ...practice.receptionist.claims, from: '192.0.2.1' }, async () => {
          const { customer_id: customerId } = await db.one(
            'select customer_id from app_public.add_clinic_customer($1, $2)',
            [practice.clinicId, `Walk-In ${hours}`],
          )
          await book(db, practice.clinicId, slotId, { customerId })
        })
      }
      await take(db, practice, '192.0.2.1', 52)
    }))
})

describe('a clinic', () => {
  it('is alerted once when one network has taken a large part of a day, and its managers get one e-mail', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db, noonZone())
      await alertFrom(db, 3, 0.5)
      const staff = practice.receptionist.claims
      for (const hours of [1, 2]) await take(db, practice, '192.0.2.1', hours)
      expect(await alerts(db, practice, staff)).toEqual([])
      for (const hours of [3, 4, 5]) await take(db, practice, '192.0.2.1', hours)
      expect(await alerts(db, practice, staff)).toMatchObject([{ clinic_id: practice.clinicId, slots_taken: 5 }])
      await db.asOwner()
      const mails = await db.query(
        `select o.recipient, o.subject, o.body, m.details ->> 'date' as date from app_private.manager_messages m
         cross join lateral app_private.manager_message_of(m.clinic_id, m.id, 'https://book.test') o
         where m.clinic_id = $1 and m.kind = 'network_alert'`,
        [practice.clinicId],
      )
      expect(mails).toEqual([
        expect.objectContaining({ subject: expect.stringMatching(/^Many appointments at .* from one network$/) }),
      ])
      // It leads to the date at the desk.
      expect(mails[0]?.body).toContain(`https://book.test/desk/${practice.clinicId}?date=${mails[0]?.date}`)
    }))

  it('is not alerted when many networks take its day, nor when it has taken few of many slots', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db, noonZone())
      await alertFrom(db, 2, 0.9)
      for (const hours of [1, 2, 3]) await take(db, practice, `192.0.2.${hours}`, hours)
      await db.asOwner()
      for (const hours of [4, 5, 6]) await aSlot(db, practice.clinicId, practice.doctorId, hours)
      for (const hours of [7, 8]) await take(db, practice, '192.0.2.9', hours)
      expect(await alerts(db, practice, practice.manager.claims)).toEqual([])
    }))

  it('dismisses an alert at the desk, for good', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await alertFrom(db, 1, 0.01)
      await take(db, practice, '192.0.2.1', 30)
      const [alert] = await alerts(db, practice, practice.receptionist.claims)
      const dismiss = () =>
        db.as(practice.receptionist.claims, () =>
          db.one('select * from app_public.dismiss_network_alert($1, $2)', [practice.clinicId, alert?.slot_date]),
        )
      expect(await dismiss()).toMatchObject({ slots_taken: 1 })
      expect(await alerts(db, practice, practice.receptionist.claims)).toEqual([])
      await expectRefusal(dismiss(), 'alert_not_found')
      const elsewhere = await db.asOwner().then(() => aPractice(db))
      await expectRefusal(alerts(db, practice, elsewhere.manager.claims), 'forbidden')
    }))

  it('keeps the networks for a day', () =>
    inTransaction(async (db) => {
      await take(db, await aPractice(db), '192.0.2.1', 50)
      await db.asOwner()
      await db.query(`update app_private.network_slots set taken_at = taken_at - interval '25 hours'`)
      await db.query('select app_private.remove_old_records()')
      expect(await db.query('select from app_private.network_slots')).toEqual([])
    }))
})
