import { describe, expect, it } from '@jest/globals'
import { book, hold, withdraw } from '../../../helpers/clinic/operations.ts'
import { aClinic, aCustomer, aDoctor, aPractice, aSlot, unique } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { policy } from '../claiming.ts'

interface Found {
  cursor: string
  booking_slot_id: string
}

interface Search {
  clinic_id?: string
  doctor_id?: string
  specialization_id?: string
  from_time?: Date | string
  to_time?: Date | string
  after?: string
  page_size?: number | null
}

/** Searches with named arguments, as anybody may. */
const search = (db: Db, args: Search) =>
  db.as({}, () =>
    db.query<Found & Record<string, unknown>>(
      `select * from app_public.available_slots(${Object.keys(args)
        .map((name, i) => `${name} => $${i + 1}`)
        .join(', ')})`,
      Object.values(args),
    ),
  )

const found = async (db: Db, args: Search) => (await search(db, args)).map((slot) => slot.booking_slot_id)

/** A specialization of its own, and a way to give it to doctors. */
async function aSpecialization(db: Db) {
  const { id } = await db.one<{ id: string }>(
    'insert into app_public.specializations (name) values ($1) returning id',
    [unique('Specialization')],
  )
  const doctorWithIt = async (clinicId: string) => {
    const doctorId = await aDoctor(db, clinicId)
    await db.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [clinicId, doctorId, id])
    return doctorId
  }
  return { specializationId: id, doctorWithIt }
}

describe('available_slots', () => {
  it('returns clinic, doctor, date and local times, to any caller', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId } = await aPractice(db, 'Asia/Kathmandu')
      const expected = await db.one(
        `select c.name as clinic_name, d.full_name as doctor_name, bs.slot_date, bs.starts_at, bs.ends_at,
                (bs.starts_at at time zone 'Asia/Kathmandu')::time as local_start,
                (bs.ends_at at time zone 'Asia/Kathmandu')::time as local_end
         from app_public.booking_slots bs
         join app_public.clinics c on c.id = bs.clinic_id join app_public.doctors d on d.id = bs.doctor_id
         where bs.id = $1`,
        [slotId],
      )
      const [slot] = await search(db, { clinic_id: clinicId })
      const ids = {
        clinic_id: clinicId,
        doctor_id: doctorId,
        booking_slot_id: slotId,
        time_zone: 'Asia/Kathmandu',
        zone_distance: null,
      }
      expect(slot).toEqual({ ...expected, ...ids, cursor: slot?.cursor })
    }))

  it('finds by clinic, by doctor, and by specialization across clinics', () =>
    inTransaction(async (db) => {
      const { specializationId, doctorWithIt } = await aSpecialization(db)
      const [here, there] = [await aClinic(db), await aClinic(db)]
      const generalist = await aDoctor(db, here)
      const [ann, bob] = [await doctorWithIt(here), await doctorWithIt(there)]
      const slots = {
        generalist: await aSlot(db, here, generalist, 50),
        bobEarly: await aSlot(db, there, bob, 51),
        ann: await aSlot(db, here, ann, 52),
        bobLate: await aSlot(db, there, bob, 53),
      }
      expect(await found(db, { clinic_id: here })).toEqual([slots.generalist, slots.ann])
      expect(await found(db, { clinic_id: here, doctor_id: ann })).toEqual([slots.ann])
      expect(await found(db, { specialization_id: specializationId })).toEqual([
        slots.bobEarly,
        slots.ann,
        slots.bobLate,
      ])
      expect(await found(db, { clinic_id: here, specialization_id: specializationId })).toEqual([slots.ann])
      expect(await found(db, { clinic_id: here, doctor_id: generalist, specialization_id: specializationId })).toEqual(
        [],
      )
      // A doctor is a clinic's.
      expect(await found(db, { clinic_id: there, doctor_id: ann })).toEqual([])
    }))

  it('finds slots from one time until before another', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const doctorId = await aDoctor(db, clinicId)
      const [first, second, third] = [
        await aSlot(db, clinicId, doctorId, 50),
        await aSlot(db, clinicId, doctorId, 60),
        await aSlot(db, clinicId, doctorId, 70),
      ]
      const between = (from: string, to: string) =>
        db.as({}, async () => {
          const rows = await db.query<Found>(
            `select booking_slot_id from app_public.available_slots($1, from_time => now() + $2::interval, to_time => now() + $3::interval)`,
            [clinicId, from, to],
          )
          return rows.map((row) => row.booking_slot_id)
        })
      expect(await between('60 hours', '70 hours')).toEqual([second])
      expect(await between('59:59', '70:00:01')).toEqual([second, third])
      expect(await between('0', '50 hours')).toEqual([])
      expect(await between('60:00:01', '60 hours')).toEqual([])
      expect(await between('-1 year', '1 year')).toEqual([first, second, third])
      expect(await found(db, { clinic_id: clinicId, from_time: '-infinity', to_time: 'infinity' })).toHaveLength(3)
      expect(await found(db, { clinic_id: clinicId, to_time: '-infinity' })).toEqual([])
    }))

  it('returns the slots that can be booked, and no others', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const doctorId = await aDoctor(db, clinicId)
      const slotIn = (hours: number) => aSlot(db, clinicId, doctorId, hours)
      const free = await slotIn(50)
      const [held, booked, withdrawn] = [await slotIn(51), await slotIn(52), await slotIn(53)]
      await slotIn(-1)
      await slotIn(0)
      const customer = await aCustomer(db)
      await db.as(customer.claims, async () => {
        await hold(db, clinicId, held)
        await book(db, clinicId, booked)
      })
      await withdraw(db, clinicId, withdrawn)
      expect(await found(db, { clinic_id: clinicId })).toEqual([free])
    }))

  it("respects each clinic's lead time and horizon", () =>
    inTransaction(async (db) => {
      const { specializationId, doctorWithIt } = await aSpecialization(db)
      const clinics = []
      for (const set of [`lead_time = '2 days'`, `horizon = '2 days'`]) {
        const clinicId = await aClinic(db)
        await policy(db, clinicId, set)
        const doctorId = await doctorWithIt(clinicId)
        clinics.push({ soon: await aSlot(db, clinicId, doctorId, 47), late: await aSlot(db, clinicId, doctorId, 49) })
      }
      expect(await found(db, { specialization_id: specializationId })).toEqual([clinics[1]?.soon, clinics[0]?.late])
    }))

  it('returns no slot of an inactive doctor or clinic', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aPractice(db)
      await db.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId])
      expect(await found(db, { clinic_id: clinicId })).toEqual([])
    }))

  it('returns pages of 20 by default and of 100 at most', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aPractice(db)
      for (let hour = 100; hour < 125; hour++) await aSlot(db, clinicId, doctorId, hour)
      expect(await found(db, { clinic_id: clinicId })).toHaveLength(20)
      expect(await found(db, { clinic_id: clinicId, page_size: 1 })).toHaveLength(1)
      expect(await found(db, { clinic_id: clinicId, page_size: 100 })).toHaveLength(26)
    }))

  it.each([
    ['a page of nothing', { page_size: 0 }],
    ['a page of less', { page_size: -1 }],
    ['a page of more than a hundred', { page_size: 101 }],
    ['a page of unknown size', { page_size: null }],
    ['a doctor without the clinic', { doctor_id: '1' }],
    ['a cursor that is a word', { after: 'tomorrow' }],
    ['a cursor that is half of one', { after: '0002ad21bf0e2000' }],
    ['a cursor with a sign', { after: '-002ad21bf0e20000000000000000001' }],
    ['a cursor with more behind it', { after: '0002ad21bf0e20000000000000000001; drop table bookings' }],
    ['a cursor with a line behind it', { after: '0002ad21bf0e20000000000000000001\n' }],
    ['a cursor in other digits', { after: '١٧'.repeat(16) }],
    ['a cursor of another age', { after: '0020000000000000000000000000001a' }],
    ['a cursor of a slot that cannot be', { after: '0002ad21bf0e20008000000000000001' }],
    ['a cursor as they once were', { after: '1700000000000000.1' }],
    ['an empty cursor', { after: '' }],
  ] as [string, Search][])('refuses %s', (_, args) =>
    inTransaction(async (db) => {
      await db.as({})
      await expectRefusal(search(db, args), 'invalid_argument')
    }),
  )
})

describe('page by page', () => {
  /** All slots of a clinic, in pages of the given size; `between` is called after each page. */
  async function pages(
    db: Db,
    args: Search,
    page_size: number,
    between: (page: string[]) => Promise<void> = async () => {},
  ) {
    const all: string[] = []
    let after: string | undefined
    for (;;) {
      const page = await search(db, { ...args, page_size, ...(after ? { after } : {}) })
      const ids = page.map((slot) => slot.booking_slot_id)
      all.push(...ids)
      await between(ids)
      if (page.length < page_size) return all
      after = page.at(-1)?.cursor
    }
  }

  /** Seven doctors with slots at the same four times: a page often ends among equals. */
  async function manySlots(db: Db) {
    const clinicId = await aClinic(db)
    for (let doctor = 0; doctor < 7; doctor++) {
      const doctorId = await aDoctor(db, clinicId)
      for (const hours of [50, 51, 52, 53]) await aSlot(db, clinicId, doctorId, hours)
    }
    const rows = await db.query<{ id: string }>(
      'select id from app_public.booking_slots where clinic_id = $1 order by starts_at, id',
      [clinicId],
    )
    return { clinicId, all: rows.map(({ id }) => id) }
  }

  it.each([1, 2, 3, 4, 7, 28, 100])('%i at a time, every slot comes once, in order', (size) =>
    inTransaction(async (db) => {
      const { clinicId, all } = await manySlots(db)
      expect(await pages(db, { clinic_id: clinicId }, size)).toEqual(all)
    }),
  )

  it('returns each slot once, even while others book before and after the cursor', () =>
    inTransaction(async (db) => {
      const { clinicId, all } = await manySlots(db)
      const customer = await aCustomer(db)
      const taken = new Set<string>()
      const take = async (id: string | undefined) => {
        if (!id || taken.has(id)) return
        taken.add(id)
        await db.as(customer.claims, () => hold(db, clinicId, id))
      }
      const seen = await pages(db, { clinic_id: clinicId }, 3, async (page) => {
        // Takes the last slot of the page, which the next cursor names, and one that was not returned yet.
        await take(page.at(-1))
        await take(all[all.indexOf(page.at(-1) as string) + 2])
      })
      expect(new Set(seen).size).toBe(seen.length)
      const missed = all.filter((id) => !seen.includes(id))
      expect(missed.every((id) => taken.has(id))).toBe(true)
      expect(missed.length).toBeGreaterThan(0)
      expect(seen).toEqual(all.filter((id) => seen.includes(id)))
    }))

  it('a cursor whose time has passed continues with the future slots', () =>
    inTransaction(async (db) => {
      const { clinicId, all } = await manySlots(db)
      const { past } = await db.one<{ past: string }>(
        `select encode(timestamptz_send(now() - interval '1 day') || int8send(999999999999), 'hex') as past`,
      )
      expect(await found(db, { clinic_id: clinicId, after: past, page_size: 100 })).toEqual(all)
    }))

  it('a cursor before from_time does not shorten the first page', () =>
    inTransaction(async (db) => {
      const { clinicId, all } = await manySlots(db)
      const [first] = await search(db, { clinic_id: clinicId, page_size: 1 })
      const { time } = await db.one<{ time: string }>(
        'select starts_at::text as time from app_public.booking_slots where id = $1',
        [all[7]],
      )
      // As if a client changed from_time and kept the old cursor, whose slot has a higher id.
      const after = `${first?.cursor.slice(0, 16)}7fffffffffffffff`
      expect(await found(db, { clinic_id: clinicId, from_time: time, after, page_size: 100 })).toEqual(all.slice(7))
    }))
})
