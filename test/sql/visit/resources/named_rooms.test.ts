import { describe, expect, it } from '@jest/globals'
import { book } from '../../../helpers/clinic/operations.ts'
import { aPracticeWithRooms } from '../../../helpers/clinic/rooms.ts'
import { inTransaction } from '../../../helpers/database/database.ts'
import { byLink, textOf, tokenIn } from '../../link/links.ts'

// Where a patient reads which room it is. Equipment is the clinic's own matter.

/** A visit that takes Room 1 and the ultrasound machine. */
async function aVisitWithARoom(db: Parameters<Parameters<typeof inTransaction>[0]>[0]) {
  const practice = await aPracticeWithRooms(db)
  const { clinicId, slots, ultrasound, customer } = practice
  await db.query(`update app_public.clinics set name = 'Corner Practice', address = 'Am Ufer 1' where id = $1`, [
    clinicId,
  ])
  const { id } = await book(db, clinicId, slots[0][0] as string, {
    customerId: customer.customerId,
    serviceId: ultrasound,
  })
  return { ...practice, id }
}

describe('the room of a visit', () => {
  it('is named in its messages, and a change of the room in the next ones', () =>
    inTransaction(async (db) => {
      const { clinicId, id, rooms } = await aVisitWithARoom(db)
      const text = await textOf(db, id)
      expect(text).toContain('Room: Room 1\n')
      expect(text).not.toContain('Ultrasound')
      await db.query('select app_public.change_booking_resource($1, $2, $3)', [clinicId, id, rooms[1]])
      expect(await textOf(db, id)).toContain('Room: Room 2\n')
    }))

  it('is a word for texts of the clinic’s own', () =>
    inTransaction(async (db) => {
      const { clinicId, id } = await aVisitWithARoom(db)
      await db.query(
        `insert into app_public.notification_texts (clinic_id, kind, channel, language, subject, body)
         values ($1, 'booking_confirmed', 'email', 'en', 'Hello', '{{#room}}Come to {{room}}.{{/room}}')`,
        [clinicId],
      )
      expect(await textOf(db, id)).toBe('Come to Room 1.')
      const preview = await db.one(
        `select body from app_public.preview_notification($1, 'booking_confirmed', 'email', 'en')`,
        [clinicId],
      )
      expect(preview.body).toBe('Come to Room 1.')
    }))

  it('is part of the location in calendar files and feeds', () =>
    inTransaction(async (db) => {
      const { id, customer } = await aVisitWithARoom(db)
      const { calendar } = await db.one(
        `select m.calendar from app_public.notifications n
         cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m
         where n.booking_id = $1 and n.kind = 'booking_confirmed' and n.channel = 'email'`,
        [id],
      )
      expect(calendar.location).toBe('Room 1, Corner Practice, Am Ufer 1')
      const { path } = await db.as(customer.claims, () => db.one('select path from app_public.create_calendar_link()'))
      const { entries } = await db.as({ from: '192.0.2.7' }, () =>
        db.one('select entries from app_public.calendar_by_link($1)', [
          path.slice('/calendars/'.length, -'.ics'.length),
        ]),
      )
      expect(entries.map(({ location }: { location: string }) => location)).toEqual([
        'Room 1, Corner Practice, Am Ufer 1',
      ])
    }))

  it('is shown at the link in the message, to the customer, and in the export of their data', () =>
    inTransaction(async (db) => {
      const { id, rooms, customer } = await aVisitWithARoom(db)
      const linked = await byLink(db, 'booking', [tokenIn(await textOf(db, id))])
      expect(linked).toMatchObject({ booking_id: id, room: 'Room 1' })
      await db.as(customer.claims, async () => {
        const seen = await db.query(
          `select r.name, c.resource_id from app_public.resource_claims c
           left join app_public.resources r on r.clinic_id = c.clinic_id and r.id = c.resource_id
           where c.booking_id = $1 order by c.need`,
          [id],
        )
        expect(seen[0]).toEqual({ name: 'Room 1', resource_id: rooms[0] })
        // The visit has a second resource, whose name customers do not see.
        expect(seen[1]?.name).toBeNull()
      })
      const { bookings } = await db.as(customer.claims, () =>
        db.one('select bookings from app_public.export_customer($1)', [customer.customerId]),
      )
      expect(bookings.map(({ room }: { room: string | null }) => room)).toEqual(['Room 1'])
    }))
})
