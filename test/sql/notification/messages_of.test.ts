import { describe, expect, it } from '@jest/globals'
import { book, cancel, remindersComeNear, reschedule } from '../../helpers/clinic/operations.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aClinic, aCustomer, aDoctor, anEmployee, aTimeSlot } from '../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

interface Message {
  recipient: string | null
  subject: string
  body: string
  calendar: { summary: string; description: string } | null
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
/** A day of next year's July, as it is written in messages. */
const july = (day: number) => `${weekdays[new Date(Date.UTC(year, 6, day)).getUTCDay()]}, ${day} July ${year}`

/** A clinic with known names, and slots at 15:30 local time on 1 and 2 July of next year. */
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
    "gives the time in the clinic's zone, whatever the session's zone is: %s",
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

  it('writes reminders, changes of time and cancellations, with the party that cancelled', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingId, next, customer } = await aNamedPractice(db, 'Europe/Berlin')
      await remindersComeNear(db, clinicId, bookingId)
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

  it.each([
    ['en', 'First visit', 'with Dr. Ada Berg'],
    ['de', 'Erstgespräch', 'bei Dr. Ada Berg'],
    ['en, of a service without a name in it', 'Erstgespräch', 'with Dr. Ada Berg'],
  ])(
    'names the service in the language of the message, in its calendar entry as well: %s',
    (language, service, doctor) =>
      inTransaction(async (db) => {
        const { clinicId, bookingId, next } = await aNamedPractice(db, 'Europe/Berlin')
        const without = await messageOf(db, bookingId, 'booking_confirmed')
        expect(without.calendar?.summary).toBe('Dr. Ada Berg, Riverside %')
        await db.query('update app_public.policies set language = $2 where clinic_id = $1', [
          clinicId,
          language.slice(0, 2),
        ])
        const doctors = [(await db.one('select id from app_public.doctors where clinic_id = $1', [clinicId])).id]
        const names = { de: 'Erstgespräch', ...(language.length === 2 && { en: 'First visit' }) }
        const serviceId = await aService(db, clinicId, { name: 'Erstgespräch', names, doctors })
        const { customerId } = await aCustomer(db, 'Ben Olsen')
        const { id } = await book(db, clinicId, next, { customerId, serviceId })
        const { body, calendar } = await messageOf(db, id, 'booking_confirmed')
        const lines = body.split('\n')
        expect(lines[lines.indexOf(doctor) - 2]).toBe(service)
        expect(calendar?.summary).toBe(`${service}, Dr. Ada Berg, Riverside %`)
        expect(calendar?.description).toBe(body)
        // Without a service there is no such line.
        expect(without.body.split('\n').length).toBe(lines.length - 1)
      }),
  )

  it("uses the name and address of the clinic's record, not those of the customer's profile", () =>
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
