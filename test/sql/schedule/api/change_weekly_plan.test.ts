import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { aClinic, aDoctor, anEmployee, aTemplate, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../../helpers/database/cluster.ts'
import { connect, untilWaiting } from '../../../helpers/database/connection.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

interface Change {
  weekday?: number
  timeSlots: string[]
  on: boolean
  from?: string | null
  until?: string | null
}

const monday = 1

/** A clinic with a doctor, time slots at nine and at ten, and an empty plan. */
async function anEmptyPlan(db: Pick<Db, 'one' | 'query'>) {
  const clinicId = await aClinic(db)
  const doctorId = await aDoctor(db, clinicId)
  const nine = await aTimeSlot(db, clinicId, '09:00', '09:30')
  const ten = await aTimeSlot(db, clinicId, '10:00', '10:30')
  const change = (
    { weekday = monday, timeSlots, on, from = '2027-03-01', until = null }: Change,
    through: Pick<Db, 'query'> = db,
  ) =>
    through.query('select * from app_public.change_weekly_plan($1, $2, $3, $4, $5, $6, $7)', [
      clinicId,
      doctorId,
      weekday,
      timeSlots,
      on,
      from,
      until,
    ])
  /** What is stored: weekday, time slot and dates of each template. */
  const plan = async () =>
    (
      await db.query<{ weekday: number; time_slot_id: string; valid_from: string | null; valid_until: string | null }>(
        `select t.weekday, t.time_slot_id, t.valid_from::text, t.valid_until::text from app_public.doctor_slot_templates t
         where t.clinic_id = $1 and t.doctor_id = $2 order by t.weekday, t.time_slot_id, t.valid_from nulls first`,
        [clinicId, doctorId],
      )
    ).map((row) => [row.weekday, row.time_slot_id, row.valid_from, row.valid_until])
  return { clinicId, doctorId, nine, ten, change, plan }
}

describe('switching on', () => {
  it('sets all time slots of a weekday, and the same call again changes nothing', () =>
    inTransaction(async (db) => {
      const { nine, ten, change, plan } = await anEmptyPlan(db)
      const first = await change({ timeSlots: [nine, ten, nine], on: true })
      expect(await plan()).toEqual([
        [monday, nine, '2027-03-01', null],
        [monday, ten, '2027-03-01', null],
      ])
      expect(first).toHaveLength(2)
      expect(await change({ timeSlots: [ten, nine], on: true })).toEqual(first)
    }))

  it('begins today by the clinic’s clock when no date is named', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, change, plan } = await anEmptyPlan(db)
      // Ahead of UTC and behind it, so that one of both has another date whenever this runs.
      for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
        await db.query('update app_public.clinics set time_zone = $2 where id = $1', [clinicId, zone])
        const { today } = await db.one('select (now() at time zone $1)::date::text as today', [zone])
        await change({ timeSlots: [nine], on: true, from: null })
        expect((await plan())[0]?.[2]).toBe(today)
        await change({ timeSlots: [nine], on: false, from: null })
      }
    }))

  it.each<[string, [from: string | null, until: string | null][], [from: string, until: string | null], unknown[]]>([
    ['ended the day before', [['2027-01-01', '2027-02-28']], ['2027-03-01', null], ['2027-01-01', null]],
    ['begins the day after', [['2027-04-01', null]], ['2027-03-01', '2027-03-31'], ['2027-03-01', null]],
    ['has had it since ever', [[null, '2027-03-10']], ['2027-03-01', '2027-03-31'], [null, '2027-03-31']],
    ['lies within', [['2027-03-10', '2027-03-12']], ['2027-03-01', '2027-03-31'], ['2027-03-01', '2027-03-31']],
    ['covers it already', [['2027-01-01', null]], ['2027-03-01', '2027-03-31'], ['2027-01-01', null]],
    [
      'lies on both sides and within',
      [
        ['2027-01-01', '2027-02-28'],
        ['2027-03-10', '2027-03-12'],
        ['2027-04-01', '2027-04-30'],
      ],
      ['2027-03-01', '2027-03-31'],
      ['2027-01-01', '2027-04-30'],
    ],
  ])('makes one template with what %s', (_, before, [from, until], after) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, change, plan } = await anEmptyPlan(db)
      for (const dates of before) await aTemplate(db, clinicId, doctorId, nine, monday, ...dates)
      await change({ timeSlots: [nine], on: true, from, until })
      expect(await plan()).toEqual([[monday, nine, ...after]])
    }),
  )

  it('leaves other weekdays, time slots and doctors as they are', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, ten, change, plan } = await anEmptyPlan(db)
      await aTemplate(db, clinicId, doctorId, ten, monday, '2027-03-01')
      await aTemplate(db, clinicId, doctorId, nine, 2, null, '2027-02-28')
      const other = await aDoctor(db, clinicId)
      await aTemplate(db, clinicId, other, nine, monday, '2027-03-05')
      await change({ timeSlots: [nine], on: true })
      expect(await plan()).toEqual([
        [monday, nine, '2027-03-01', null],
        [monday, ten, '2027-03-01', null],
        [2, nine, null, '2027-02-28'],
      ])
      expect(
        await db.query('select valid_from::text from app_public.doctor_slot_templates where doctor_id = $1', [other]),
      ).toEqual([{ valid_from: '2027-03-05' }])
    }))

  it('records that the slots must be updated', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, change } = await anEmptyPlan(db)
      await change({ timeSlots: [nine], on: true })
      expect(await db.query('select from app_private.schedule_changes where clinic_id = $1', [clinicId])).toHaveLength(
        1,
      )
    }))
})

const day = (n: number) => new Date(Date.UTC(2027, 2, 1 + n)).toISOString().slice(0, 10)
// Changes end on the 16th of these days at the latest, or never. The last day stands for all later days.
const days = Array.from({ length: 18 }, (_, n) => n)
type Piece = [weekday: number, timeSlotId: string, from: string, until: string | null]

const randomChange = fc.record({
  on: fc.boolean(),
  from: fc.nat(14),
  length: fc.option(fc.nat(6)),
  both: fc.boolean(),
})
type RandomChange = typeof randomChange extends fc.Arbitrary<infer Each> ? Each : never

/** Makes the changes, and compares what is stored with the days that are planned after them. */
async function expectAfter(db: Db, changes: RandomChange[]): Promise<void> {
  const { nine, ten, change, plan } = await anEmptyPlan(db)
  const expected = new Map([nine, ten].map((slot) => [slot, new Set<string>()]))
  for (const { on, from, length, both } of changes) {
    const until = length === null ? null : Math.min(from + length, 15)
    const timeSlots = both ? [nine, ten] : [nine]
    await change({ timeSlots, on, from: day(from), until: until === null ? null : day(until) })
    for (const slot of timeSlots) note(expected.get(slot) as Set<string>, on, from, until)
  }
  const stored = await plan()
  for (const [slot, days] of expected) expectPieces(stored.filter(([, id]) => id === slot) as Piece[], [...days].sort())
}

/** Adds the dates to the planned ones, or removes them. */
function note(planned: Set<string>, on: boolean, from: number, until: number | null): void {
  for (const date of days.filter((n) => n >= from && n <= (until ?? 17)).map(day))
    if (on) planned.add(date)
    else planned.delete(date)
}

/** The pieces of a time slot cover exactly the days, each once, and no two are adjacent. */
function expectPieces(pieces: Piece[], wanted: string[]): void {
  const covered = (n: number) => pieces.filter(([, , from, until]) => from <= day(n) && day(n) <= (until ?? '9')).length
  expect(days.filter((n) => covered(n) === 1).map(day)).toEqual(wanted)
  expect(days.filter((n) => covered(n) > 1)).toEqual([])
  // There is at least one day between two pieces.
  const runs = days.filter((n) => covered(n) && !(n > 0 && covered(n - 1))).length
  expect(pieces).toHaveLength(runs)
}

describe('switching off', () => {
  it('keeps what is planned before and after the dates', () =>
    inTransaction(async (db) => {
      const { nine, ten, change, plan } = await anEmptyPlan(db)
      await change({ timeSlots: [nine, ten], on: true })
      await change({ timeSlots: [nine], on: false, from: '2027-04-01', until: '2027-04-30' })
      expect(await plan()).toEqual([
        [monday, nine, '2027-03-01', '2027-03-31'],
        [monday, nine, '2027-05-01', null],
        [monday, ten, '2027-03-01', null],
      ])
      // When the time slot is switched on again, the two pieces become one template.
      await change({ timeSlots: [nine], on: true, from: '2027-04-01', until: '2027-04-30' })
      expect((await plan())[0]).toEqual([monday, nine, '2027-03-01', null])
      expect(await change({ timeSlots: [nine, ten], on: false })).toEqual([])
      expect(await plan()).toEqual([])
    }))

  it('plans the right days after any sequence of changes, and never leaves adjacent pieces', () =>
    fc.assert(
      fc.asyncProperty(fc.array(randomChange, { minLength: 1, maxLength: 12 }), (changes) =>
        inTransaction((db) => expectAfter(db, changes)),
      ),
      { numRuns: 20 },
    ))
})

describe('refuses', () => {
  it('the whole change when one of its time slots overlaps a planned one, and names both', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, ten, change, plan } = await anEmptyPlan(db)
      const across = await aTimeSlot(db, clinicId, '10:15', '10:45')
      await aTemplate(db, clinicId, doctorId, across, monday, '2027-05-01', '2027-05-31')
      const before = await plan()
      const { detail } = await expectRefusal(change({ timeSlots: [nine, ten], on: true }), 'plan_overlaps')
      expect(JSON.parse(detail ?? '')).toEqual({
        weekday: monday,
        timeSlotId: ten,
        startTime: '10:00',
        endTime: '10:30',
        overlaps: {
          weekday: monday,
          timeSlotId: across,
          startTime: '10:15',
          endTime: '10:45',
          validFrom: '2027-05-01',
          validUntil: '2027-05-31',
        },
      })
      expect(await plan()).toEqual(before)
      // On other dates there is room.
      await change({ timeSlots: [nine, ten], on: true, until: '2027-04-30' })
      expect(await plan()).toHaveLength(3)
    }))

  it('time slots that overlap each other, also across midnight and from Sunday to Monday', () =>
    inTransaction(async (db) => {
      const { clinicId, ten, change, plan } = await anEmptyPlan(db)
      const across = await aTimeSlot(db, clinicId, '10:15', '10:45')
      await expectRefusal(change({ timeSlots: [ten, across], on: true }), 'plan_overlaps')
      expect(await plan()).toEqual([])
      const night = await aTimeSlot(db, clinicId, '22:00', '06:00')
      const early = await aTimeSlot(db, clinicId, '05:30', '06:30')
      await change({ weekday: 7, timeSlots: [night], on: true })
      await expectRefusal(change({ timeSlots: [early], on: true }), 'plan_overlaps')
      await change({ weekday: 2, timeSlots: [early], on: true })
    }))

  it('missing arguments and arguments outside their range', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, change } = await anEmptyPlan(db)
      const elsewhere = await aTimeSlot(db, await aClinic(db))
      for (const [refusal, wrong] of [
        ['invalid_argument', { weekday: 0 }],
        ['invalid_argument', { weekday: 8 }],
        ['invalid_argument', { timeSlots: [] }],
        ['invalid_argument', { timeSlots: Array(501).fill(nine) }],
        ['invalid_argument', { until: '2027-02-28' }],
        ['invalid_argument', { from: '-infinity' }],
        ['invalid_argument', { until: 'infinity' }],
        ['time_slot_not_found', { timeSlots: [nine, elsewhere] }],
        ['time_slot_not_found', { timeSlots: ['0'] }],
        ['time_slot_not_found', { timeSlots: ['0'], on: false }],
      ] as [string, Partial<Change>][]) {
        await expectRefusal(change({ timeSlots: [nine], on: true, ...wrong }), refusal)
      }
      await expectRefusal(
        db.query('select app_public.change_weekly_plan($1, 0, 1, array[$2::bigint], true)', [clinicId, nine]),
        'doctor_not_found',
      )
      for (const argument of ['weekday', 'sees_patients'])
        await expectRefusal(
          db.query(
            `select app_public.change_weekly_plan(clinic_id => $1, doctor_id => 0, time_slot_ids => array[$2::bigint],
               weekday => ${argument === 'weekday' ? null : 1}, sees_patients => ${argument === 'weekday' ? true : null})`,
            [clinicId, nine],
          ),
          'invalid_argument',
        )
    }))
})

describe('at the same time', () => {
  let database: ClonedDatabase
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database.drop())

  it('two first changes to an empty weekday wait for each other', async () => {
    const [one, two] = [await connect(database.url), await connect(database.url)]
    try {
      const { clinicId, nine, ten, change, plan } = await anEmptyPlan(one)
      const managers = [await anEmployee(one, clinicId, 'manager'), await anEmployee(one, clinicId, 'manager')] as const
      let second: Promise<unknown> = Promise.resolve()
      await one.request(managers[0].claims, async () => {
        await change({ timeSlots: [nine], on: true })
        second = two.request(managers[1].claims, () => change({ timeSlots: [nine, ten], on: true }, two))
        await untilWaiting(one, two, second)
      })
      await second
      expect(await plan()).toEqual([
        [monday, nine, '2027-03-01', null],
        [monday, ten, '2027-03-01', null],
      ])
    } finally {
      await one.close()
      await two.close()
    }
  })
})
