import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { openInAbsences } from '../../helpers/clinic/absences.ts'
import { book, bookingOf, slotOf } from '../../helpers/clinic/operations.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, commitMeanwhile, connect } from '../../helpers/database/connection.ts'
import { expectRefusal } from '../../helpers/database/database.ts'
import { connectCalendar, disconnectCalendar, importBusyTimes } from '../../helpers/external/external_calendars.ts'

// The busy times of an external calendar are imported while another transaction is in progress, and the other way round.

let database: ClonedDatabase
let one: Connection
let two: Connection

beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  ;[one, two] = [await connect(database.url), await connect(database.url)]
})
afterEach(async () => {
  for (const connection of [one, two]) await connection.close()
})

const meanwhile = (first: () => Promise<unknown>, second: () => Promise<unknown>) =>
  commitMeanwhile([one, first], [two, second])

/** A practice whose doctor has connected a calendar, and the time of its slot as a busy time. */
async function aConnectedPractice() {
  const practice = await aPractice(one)
  const calendar = await connectCalendar(one, practice.clinicId, practice.doctorId)
  const busy = await one.one<{ start: string; end: string }>(
    'select starts_at as start, ends_at as "end" from app_public.booking_slots where id = $1',
    [practice.slotId],
  )
  return { ...practice, calendar, busy: [busy] }
}
const listed = (clinicId: string) =>
  one.query('select booking_id, reason from app_public.rebooking_list where clinic_id = $1', [clinicId])

it('a booking during an import is refused', async () => {
  const { clinicId, slotId, customer, calendar, busy } = await aConnectedPractice()
  await meanwhile(
    () => importBusyTimes(one, calendar, busy),
    () =>
      expectRefusal(
        two.request(customer.claims, () => book(two, clinicId, slotId)),
        'slot_withdrawn',
      ),
  )
  expect(await listed(clinicId)).toEqual([])
})

it('a booking that is in progress when an import begins stays, and is listed for the desk', async () => {
  const { clinicId, slotId, customer, calendar, busy } = await aConnectedPractice()
  let id = ''
  await meanwhile(
    async () => {
      id = (await book(one, clinicId, slotId, { customerId: customer.customerId })).id
    },
    () => importBusyTimes(two, calendar, busy),
  )
  expect(await bookingOf(one, id)).toMatchObject({ status: 'booked' })
  expect(await slotOf(one, slotId)).toMatchObject({ status: 'booked' })
  expect(await listed(clinicId)).toEqual([{ booking_id: id, reason: 'doctor_absent' }])
})

it('two imports of one calendar at once make each absence once', async () => {
  const { clinicId, slotId, calendar, busy } = await aConnectedPractice()
  await meanwhile(
    () => importBusyTimes(one, calendar, busy),
    async () => expect(await importBusyTimes(two, calendar, busy)).toEqual([]),
  )
  expect(await slotOf(one, slotId)).toMatchObject({ status: 'withdrawn' })
  expect(await one.query(openInAbsences, [[clinicId]])).toEqual([])
})

it('an import leaves nothing of a calendar that is being disconnected', async () => {
  const { clinicId, slotId, calendar, busy } = await aConnectedPractice()
  await meanwhile(
    () => disconnectCalendar(one, clinicId, calendar.id),
    async () => expect(await importBusyTimesOf(calendar, busy)).toBe(0),
  )
  expect(await slotOf(one, slotId)).toMatchObject({ status: 'open' })
  expect(await one.query('select from app_public.absences where clinic_id = $1', [clinicId])).toEqual([])

  async function importBusyTimesOf({ id }: { id: string }, [time]: { start: string; end: string }[]) {
    const { nonce } = await two.one<{ nonce: Buffer }>(
      'select nonce from app_private.external_calendar_access where calendar_id = $1',
      [id],
    )
    const { changed } = await two.one<{ changed: number }>(
      'select app_private.import_busy_times($1, $2, $3, $4, $5, $6) as changed',
      [clinicId, id, nonce, [time?.start], [time?.end], [null]],
    )
    return changed
  }
})
