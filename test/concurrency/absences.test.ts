import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { addAbsence, changeAbsence, openInAbsences, removeAbsence } from '../helpers/clinic/absences.ts'
import { book, cancel, createSlot, slotOf } from '../helpers/clinic/operations.ts'
import { aPractice, aTemplate, aTimeSlot } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, commitMeanwhile, connect } from '../helpers/database/connection.ts'
import { expectRefusal } from '../helpers/database/database.ts'

// An absence is added or removed while another transaction is in progress, and the other way round.

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

/** A practice with a template for every day, and the local date of its slot and of a day without slots. */
async function aSchedule() {
  const practice = await aPractice(one)
  const { clinicId, doctorId, slotId } = practice
  const timeSlotId = await aTimeSlot(one, clinicId)
  for (const weekday of [1, 2, 3, 4, 5, 6, 7]) await aTemplate(one, clinicId, doctorId, timeSlotId, weekday)
  const { date, later } = await one.one<{ date: string; later: string }>(
    'select slot_date::text as date, (slot_date + 20)::text as later from app_public.booking_slots where id = $1',
    [slotId],
  )
  return { ...practice, timeSlotId, date, later }
}

const generate = (connection: Connection, clinicId: string, date: string) =>
  connection.one('select slots_made, doctor_absent from app_public.generate_booking_slots($1, $2, $2)', [
    clinicId,
    date,
  ])
const open = (clinicId: string) => one.query(openInAbsences, [[clinicId]])

it('a generation that starts while an absence is being added makes no slots in it', async () => {
  const { clinicId, later } = await aSchedule()
  await meanwhile(
    () => addAbsence(one, clinicId, { from: later }),
    async () => expect(await generate(two, clinicId, later)).toEqual({ slots_made: 0, doctor_absent: 1 }),
  )
})

it('an absence that is added during a generation withdraws its slots', async () => {
  const { clinicId, later } = await aSchedule()
  await meanwhile(
    async () => expect(await generate(one, clinicId, later)).toEqual({ slots_made: 1, doctor_absent: 0 }),
    () => addAbsence(two, clinicId, { from: later }),
  )
  expect(await open(clinicId)).toEqual([])
})

it('a slot that SQL inserts while an absence is being added is refused', async () => {
  const { clinicId, doctorId, timeSlotId, later } = await aSchedule()
  await meanwhile(
    () => addAbsence(one, clinicId, { from: later }),
    () => expectRefusal(insertSlot(two, clinicId, doctorId, timeSlotId, later), 'doctor_absent'),
  )
})

it('an absence that is added while SQL inserts a slot withdraws it', async () => {
  const { clinicId, doctorId, timeSlotId, later } = await aSchedule()
  await meanwhile(
    () => insertSlot(one, clinicId, doctorId, timeSlotId, later),
    () => addAbsence(two, clinicId, { from: later }),
  )
  expect(await open(clinicId)).toEqual([])
})

it('a booking during the addition of an absence is refused, and one before it is found', async () => {
  const { clinicId, slotId, customer, date } = await aSchedule()
  await meanwhile(
    () => addAbsence(one, clinicId, { from: date }),
    () =>
      expectRefusal(
        two.request(customer.claims, () => book(two, clinicId, slotId)),
        'slot_withdrawn',
      ),
  )
  const other = await aSchedule()
  await meanwhile(
    () => book(one, other.clinicId, other.slotId, { customerId: other.customer.customerId }),
    () => expectRefusal(addAbsence(two, other.clinicId, { from: other.date }), 'still_in_use'),
  )
})

it('a cancellation during the addition of an absence leaves a withdrawn slot', async () => {
  const { clinicId, slotId, customer, date } = await aSchedule()
  const { id } = await book(one, clinicId, slotId, { customerId: customer.customerId })
  let absence = ''
  await meanwhile(
    async () => {
      absence = (await addAbsence(one, clinicId, { from: date, booked: 'list' })).id
    },
    () => two.request(customer.claims, () => cancel(two, clinicId, id)),
  )
  expect(await slotOf(one, slotId)).toMatchObject({ status: 'withdrawn', withdrawn_for_absence_id: absence })
})

it.each(['the function', 'SQL'])(
  'a cancellation during the removal of an absence by %s, and the other way round, leaves an open slot',
  async (by) => {
    const remove = (connection: Connection, clinicId: string, id: string) =>
      by === 'SQL'
        ? connection.query('delete from app_public.absences where id = $1', [id])
        : removeAbsence(connection, clinicId, id)
    for (const removalFirst of [true, false]) {
      const { clinicId, doctorId, timeSlotId, customer, later } = await aSchedule()
      const { id: slotId } = await createSlot(one, clinicId, doctorId, timeSlotId, later)
      const { id: bookingId } = await book(one, clinicId, slotId, { customerId: customer.customerId })
      const { id } = await addAbsence(one, clinicId, { from: later, booked: 'list' })
      if (removalFirst)
        await meanwhile(
          () => remove(one, clinicId, id),
          () => cancel(two, clinicId, bookingId),
        )
      else
        await meanwhile(
          () => cancel(one, clinicId, bookingId),
          () => remove(two, clinicId, id),
        )
      expect(await slotOf(one, slotId)).toMatchObject({ status: 'open', withdrawn_for_absence_id: null })
    }
  },
)

it('a booking during the change of an absence to its time is refused, and one before it is found', async () => {
  const { clinicId, slotId, customer, date, later } = await aSchedule()
  const { id } = await addAbsence(one, clinicId, { from: later })
  await meanwhile(
    () => changeAbsence(one, clinicId, id, { from: date }),
    () =>
      expectRefusal(
        two.request(customer.claims, () => book(two, clinicId, slotId)),
        'slot_withdrawn',
      ),
  )
  const other = await aSchedule()
  const { id: another } = await addAbsence(one, other.clinicId, { from: other.later })
  await meanwhile(
    () => book(one, other.clinicId, other.slotId, { customerId: other.customer.customerId }),
    () => expectRefusal(changeAbsence(two, other.clinicId, another, { from: other.date }), 'still_in_use'),
  )
})

it.each([
  ['into the absence', 'withdrawn'],
  ['out of it', 'open'],
])(
  'a cancellation while a change of an absence brings its slot %s, and the other way round, leaves it %s',
  async (_, status) => {
    for (const changeFirst of [true, false]) {
      const { clinicId, doctorId, timeSlotId, customer, date, later } = await aSchedule()
      const { id: slotId } = await createSlot(one, clinicId, doctorId, timeSlotId, later)
      const { id: bookingId } = await book(one, clinicId, slotId, { customerId: customer.customerId })
      const [from, to] = status === 'withdrawn' ? [date, later] : [later, date]
      const { id } = await addAbsence(one, clinicId, { from, booked: 'list' })
      const change = (connection: Connection) =>
        changeAbsence(connection, clinicId, id, { from: to as string, booked: 'list' })
      if (changeFirst)
        await meanwhile(
          () => change(one),
          () => cancel(two, clinicId, bookingId),
        )
      else
        await meanwhile(
          () => cancel(one, clinicId, bookingId),
          () => change(two),
        )
      expect(await slotOf(one, slotId)).toMatchObject({ status })
      expect(await open(clinicId)).toEqual([])
    }
  },
)

it('a generation that starts while an absence is being changed makes no slots at its new time', async () => {
  const { clinicId, date, later } = await aSchedule()
  const { id } = await addAbsence(one, clinicId, { from: date })
  await meanwhile(
    () => changeAbsence(one, clinicId, id, { from: later }),
    async () => expect(await generate(two, clinicId, later)).toEqual({ slots_made: 0, doctor_absent: 1 }),
  )
})

it('removing an absence while its time slot is being moved waits, and opens no slot at the old hours', async () => {
  const { clinicId, timeSlotId, later } = await aSchedule()
  await generate(one, clinicId, later)
  const { id } = await addAbsence(one, clinicId, { from: later })
  await meanwhile(
    () =>
      one.query(`update app_public.time_slots set start_time = '16:00', end_time = '16:30' where id = $1`, [
        timeSlotId,
      ]),
    () => removeAbsence(two, clinicId, id),
  )
  expect(
    await one.query('select status, superseded from app_public.booking_slots where time_slot_id = $1', [timeSlotId]),
  ).toEqual([{ status: 'withdrawn', superseded: true }])
})

it('moving a time slot while an absence is being removed waits until its slots are open', async () => {
  const { clinicId, timeSlotId, later } = await aSchedule()
  await generate(one, clinicId, later)
  const { id } = await addAbsence(one, clinicId, { from: later })
  await meanwhile(
    () => removeAbsence(one, clinicId, id),
    () =>
      two.query(`update app_public.time_slots set start_time = '16:00', end_time = '16:30' where id = $1`, [
        timeSlotId,
      ]),
  )
  expect(await one.query('select status from app_public.booking_slots where time_slot_id = $1', [timeSlotId])).toEqual([
    { status: 'open' },
  ])
})

it('a slot is not reopened by hand while an absence is being added', async () => {
  const { clinicId, doctorId, timeSlotId, later } = await aSchedule()
  const { id } = await createSlot(one, clinicId, doctorId, timeSlotId, later)
  await one.query(`update app_public.booking_slots set status = 'withdrawn' where id = $1`, [id])
  await meanwhile(
    () => addAbsence(one, clinicId, { from: later }),
    () =>
      expectRefusal(
        two.query(`update app_public.booking_slots set status = 'open' where id = $1`, [id]),
        'doctor_absent',
      ),
  )
})

const insertSlot = (connection: Connection, clinicId: string, doctorId: string, timeSlotId: string, date: string) =>
  connection.query(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
     select $1, $2, $3, $4, app_hidden.local_range($4, ts.start_time, ts.end_time, 'Europe/Berlin')
     from app_public.time_slots ts where ts.id = $3`,
    [clinicId, doctorId, timeSlotId, date],
  )
