import { describe, expect, it } from '@jest/globals'
import { type Db, inTransaction } from '../../helpers/database.ts'
import { book, cancel, reschedule } from '../../helpers/operations.ts'
import { aClinic, aCustomer, aDoctor, anEmployee, aTimeSlot } from '../../helpers/world.ts'

interface Message {
  recipient: string | null
  subject: string
  body: string
}

/** The message of the latest notification of a kind about a booking. */
const messageOf = (db: Db, bookingId: string, kind: string) =>
  db.one<Message>(
    `select m.* from app_public.notifications n cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m
     where n.booking_id = $1 and n.kind = $2 order by n.id desc limit 1`,
    [bookingId, kind],
  )

const year = new Date().getUTCFullYear() + 1
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
/** A day of next year's July as messages write it. */
const july = (day: number) => `${weekdays[new Date(Date.UTC(year, 6, day)).getUTCDay()]}, ${day} July ${year}`

/** A clinic with names to be read, and slots at half past three in the afternoon on 1 and 2 July of next year, by its clock. */
async function aNamedPractice(db: Db, zone: string) {
  const clinicId = await aClinic(db, zone)
  const doctorId = await aDoctor(db, clinicId)
  await db.query(`update app_public.clinics set name = 'Riverside %' where id = $1`, [clinicId])
  await db.query(`update app_public.doctors set full_name = 'Dr. Ada Berg' where id = $1`, [doctorId])
  const timeSlotId = await aTimeSlot(db, clinicId, '15:30', '16:00')
  const slots = []
  for (const date of [`${year}-07-01`, `${year}-07-02`])
    slots.push(
      (
        await db.one<{ id: string }>('select id from app_public.create_booking_slot($1, $2, $3, $4)', [
          clinicId,
          doctorId,
          timeSlotId,
          date,
        ])
      ).id,
    )
  const customer = await aCustomer(db, 'Ann Olsen')
  const { id } = await book(db, clinicId, slots[0] as string, { customerId: customer.customerId })
  return { clinicId, customer, bookingId: id, next: slots[1] as string }
}

describe('messages_of', () => {
  it.each(['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'])(
    "gives the time on the clinic's clock, wherever the session is: %s",
    (zone) =>
      inTransaction(async (db) => {
        const { bookingId, customer } = await aNamedPractice(db, zone)
        await db.query(`set local time zone 'Pacific/Kiritimati'`)
        const { recipient, subject, body } = await messageOf(db, bookingId, 'booking_confirmed')
        const { email } = await db.one('select email from app_public.customers where id = $1', [customer.customerId])
        expect(recipient).toBe(email)
        expect(subject).toBe('Your appointment at Riverside %')
        expect(body.split('\n')).toEqual(
          expect.arrayContaining([
            'Dear Ann Olsen,',
            'your appointment is booked:',
            'Riverside %',
            `${july(1)}, 15:30 (${zone})`,
            'with Dr. Ada Berg',
            `Booking ${bookingId}`,
          ]),
        )
      }),
  )

  it('reminds, tells of a new time, and says who cancelled', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, next, customer } = await aNamedPractice(db, 'Europe/Berlin')
      const of = async (kind: string) => {
        const { subject, body } = await messageOf(db, bookingId, kind)
        const [, , opening, , , time] = body.split('\n')
        return [subject, opening, time]
      }
      expect(await of('booking_reminder')).toEqual([
        'Reminder: your appointment at Riverside %',
        'we expect you:',
        `${july(1)}, 15:30 (Europe/Berlin)`,
      ])
      await reschedule(db, clinicId, bookingId, next)
      expect(await of('booking_rescheduled')).toEqual([
        'Your appointment at Riverside % has moved',
        'your appointment is now:',
        `${july(2)}, 15:30 (Europe/Berlin)`,
      ])
      const { claims } = await anEmployee(db, clinicId, 'receptionist')
      for (const [who, words] of [
        [customer.claims, 'as you wished, this appointment is cancelled:'],
        [claims, 'we are sorry, we had to cancel this appointment:'],
      ] as const)
        await db.undone(async () => {
          await db.as(who, () => cancel(db, clinicId, bookingId))
          expect(await of('booking_cancelled')).toEqual([
            'Your appointment at Riverside % is cancelled',
            words,
            `${july(2)}, 15:30 (Europe/Berlin)`,
          ])
        })
    }))

  it("goes to the name and address that the clinic knows, not to the customer's own", () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId } = await aNamedPractice(db, 'Europe/Berlin')
      await db.query(
        `update app_public.clinic_customers set full_name = 'Mrs. Olsen', email = 'olsen@test.example' where clinic_id = $1`,
        [clinicId],
      )
      const message = await messageOf(db, bookingId, 'booking_confirmed')
      expect(message.recipient).toBe('olsen@test.example')
      expect(message.body).toMatch(/^Dear Mrs\. Olsen,/)
      await db.query('update app_public.clinic_customers set email = null where clinic_id = $1', [clinicId])
      expect((await messageOf(db, bookingId, 'booking_confirmed')).recipient).toBeNull()
    }))
})
