import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Temporal } from '@js-temporal/polyfill'
import { aClinic, aDoctor, aTemplate, aTimeSlot } from '../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../helpers/database/database.ts'
import { sessionSettings } from '../helpers/database/session_settings.ts'
import { agreedYears, changes, instantsByClock, localRange, nextDay, once, sides } from './oracle.ts'
import { zones } from './zones.ts'

// generate_booking_slots over a whole year, compared with Temporal, for time slots that clock changes skip, repeat or
// shorten.

// Next year, which is in the future, counted from tomorrow, because in some zones tomorrow has already begun.
const year = new Date(Date.now() + 86_400_000).getUTCFullYear() + 1

let agreed: Map<string, Set<number>>
beforeAll(async () => {
  agreed = await inTransaction((db) => agreedYears(db, zones, year, year))
})

/** Time slots of an ordinary practice, a night and a day, and around each clock change of the year. */
const timeSlotsOf = once((zone): [string, string][] => {
  const slots: [string, string][] = [
    ['09:00', '09:30'],
    ['23:30', '00:30'],
    ['22:00', '06:00'],
    ['00:00', '24:00'],
    ['02:15', '02:45'],
  ]
  for (const change of changes(zone, year, year).slice(0, 2)) {
    const [before, after] = sides(change)
    const time = (at: Temporal.PlainDateTime, minutes: number) =>
      at.add({ minutes }).toPlainTime().toString({ smallestUnit: 'minute' })
    slots.push(
      [time(before, -15), time(before, 15)],
      [time(before, 0), time(before, 15)],
      [time(before, 15), time(before, 30)],
      [time(before, -30), time(after, 30)],
    )
  }
  // Because of the hour that occurs twice, one of them would end when it begins: there is no such slot.
  return [...new Map(slots.filter(([start, end]) => start !== end).map((slot) => [slot.join(), slot])).values()]
})

/** All dates of the year. */
const dates: string[] = []
for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += 86_400_000)
  dates.push(new Date(day).toISOString().slice(0, 10))

/** A clinic with a doctor for each time slot, who works every day. */
async function aClinicIn(db: Db, zone: string, timeSlots: [string, string][]): Promise<string> {
  const clinicId = await aClinic(db, zone)
  for (const [start, end] of timeSlots) {
    const doctorId = await aDoctor(db, clinicId)
    const timeSlotId = await aTimeSlot(db, clinicId, start, end)
    for (const weekday of [1, 2, 3, 4, 5, 6, 7]) await aTemplate(db, clinicId, doctorId, timeSlotId, weekday)
  }
  return clinicId
}

const midnight = (time: string) => (time === '24:00' ? '00:00' : time)

/** The expected slots: "2027-03-28 02:15–02:45" to start and end, in seconds since 1970. */
async function expectedSlots(db: Db, zone: string, timeSlots: [string, string][]): Promise<Map<string, string>> {
  const expected = new Map<string, string>()
  const all = timeSlots.flatMap(([start, end]) =>
    dates.map((date) => ({ date, start, end, name: `${date} ${start}–${end}` })),
  )
  if (agreed.get(zone)?.has(year)) {
    for (const { date, start, end, name } of all) {
      const range = localRange(date, midnight(start), midnight(end), zone)
      if (range) expected.set(name, `${range.starts} ${range.ends}`)
    }
    return expected
  }
  // Node has another version of the data of this zone: the rule is checked by PostgreSQL's data instead.
  const wanted = all.map(({ date, start, end, name }) => ({
    name,
    starts: `${date}T${start}`,
    ends: `${end <= start ? nextDay(date) : date}T${end}`,
  }))
  const locals = [...new Set(wanted.flatMap(({ starts, ends }) => [starts, ends]))]
  const instants = await instantsByClock(db, locals, zone)
  const at = new Map(locals.map((local, i) => [local, instants[i]]))
  for (const { name, starts, ends } of wanted) {
    const [from, to] = [at.get(starts), at.get(ends)]
    if (typeof from === 'number' && typeof to === 'number' && from < to) expected.set(name, `${from} ${to}`)
  }
  return expected
}

// Slots depend only on the zone of the clinic, not on the settings of the session: one zone is tried with each of them, the others
// with one of them.
describe.each(sessionSettings)('with $timezone and $datestyle', (settings) => {
  const turn = sessionSettings.indexOf(settings)
  const some = zones.filter((zone, i) => zone === 'Europe/Berlin' || i % sessionSettings.length === turn)
  it.each(some)('%s', (zone) =>
    inTransaction(async (db) => {
      const timeSlots = timeSlotsOf(zone)
      const clinicId = await aClinicIn(db, zone, timeSlots)
      const run = await db.one<{ slots_made: number; skipped_local_times: number; examples: { slotDate: string }[] }>(
        'select slots_made, skipped_local_times, examples from app_public.generate_booking_slots($1, $2, $3)',
        [clinicId, `${year}-01-01`, `${year}-12-31`],
      )
      const rows = await db.query<{ name: string; times: string }>(
        `select format('%s %s–%s', to_char(bs.slot_date, 'YYYY-MM-DD'), to_char(ts.start_time, 'HH24:MI'), to_char(ts.end_time, 'HH24:MI')) as name,
              extract(epoch from bs.starts_at)::bigint || ' ' || extract(epoch from bs.ends_at)::bigint as times
       from app_public.booking_slots bs join app_public.time_slots ts on ts.clinic_id = bs.clinic_id and ts.id = bs.time_slot_id
       where bs.clinic_id = $1`,
        [clinicId],
      )
      const made = new Map(rows.map(({ name, times }) => [name, times]))
      const expected = await expectedSlots(db, zone, timeSlots)
      const wrong = [...new Set([...made.keys(), ...expected.keys()])]
        .filter((name) => made.get(name) !== expected.get(name))
        .map((name) => `${name}: ${made.get(name)}, not ${expected.get(name)}`)
      expect(wrong.slice(0, 5)).toEqual([])

      // The run reports how many time slots it skipped, and which.
      const all = timeSlots.length * dates.length
      expect(run).toMatchObject({ slots_made: expected.size, skipped_local_times: all - expected.size })
      expect(run.examples).toHaveLength(all - expected.size)
      if (changes(zone, year, year).length > 0) expect(expected.size).toBeLessThan(all)
    }, settings),
  )
})
