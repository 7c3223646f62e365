import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { log } from '../../../src/process/log.ts'
import { aClinic, aCustomer, aDoctor, aSlot, type Customer } from '../../helpers/clinic/world.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { errorNames, expectRefusal } from '../../helpers/database/database.ts'
import { type Installation, startInstallation } from '../../helpers/shards/shards.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// `npm run shards -- move` between real servers: a global database and two shards, while patients book.

let installation: Installation
let global: Connection
let one: Connection
let two: Connection

beforeAll(async () => {
  log.level = 'silent'
  installation = await startInstallation(2)
  global = installation.global
  ;[one, two] = installation.databases as [Connection, Connection]
})
afterAll(() => installation?.remove())

interface Practice {
  clinicId: string
  slotIds: string[]
}

/** Waits until the map has a new clinic of a shard. */
const mapped = (clinicId: string) =>
  eventually(
    async () =>
      (await global.query('select from app_private.clinic_shards where clinic_id = $1', [clinicId])).length > 0,
    'the clinic in the map',
  )

async function aPractice(database: Connection, slots = 2): Promise<Practice> {
  const clinicId = await aClinic(database)
  const doctorId = await aDoctor(database, clinicId)
  const slotIds: string[] = []
  for (let hour = 0; hour < slots; hour++) slotIds.push(await aSlot(database, clinicId, doctorId, 48 + hour))
  return { clinicId, slotIds }
}

/** A patient whom all shards know. */
async function aPatient(): Promise<Customer> {
  const patient = await aCustomer(global)
  // The customer is written after the account and the session.
  for (const database of [one, two])
    await eventually(
      async () =>
        (await database.query('select from app_public.customers where id = $1', [patient.customerId])).length > 0,
      'the copy of the customer',
    )
  return patient
}

const books = (database: Connection, { claims }: Customer, clinicId: string, slotId: string | undefined) =>
  database.request(claims, () =>
    database.one<{ id: string }>('select id from app_public.book_slot($1, $2)', [clinicId, slotId]),
  )
const cancels = (database: Connection, { claims }: Customer, clinicId: string, bookingId: string) =>
  database.request(claims, () => database.one('select app_public.cancel_booking($1, $2)', [clinicId, bookingId]))

/** The name of a database in the command, by its number. */
const named = (database: number) => (database === 0 ? 'global' : String(database))
const moves = (clinicId: string, to: number) => installation.shards('move', clinicId, named(to))

/** Moves a clinic, which succeeds. */
async function moved(clinicId: string, to: number): Promise<void> {
  const { code, stdout, stderr } = await moves(clinicId, to)
  const place = to === 0 ? 'the global database' : `shard ${to}`
  expect([code, stdout, code && stderr]).toEqual([0, `Clinic ${clinicId} is in ${place}.\n`, 0])
}

/** How many rows of a clinic a database has in each table in which it has any. */
async function rowsOf(database: Connection, clinicId: string): Promise<Record<string, number>> {
  const tables = await database.query<{ table: string }>(
    `select table_name as table from app_private.table_homes where home = 'clinic' order by table_name`,
  )
  const counts: Record<string, number> = {}
  for (const { table } of tables) {
    const column = table === 'app_public.clinics' ? 'id' : 'clinic_id'
    const { length } = await database.query(`select from ${table} where ${column} = $1`, [clinicId])
    if (length > 0) counts[table] = length
  }
  return counts
}

/** The chain of a clinic's events is as it was sealed, and everything in it is sealed. */
async function chainIsIntact(database: Connection, clinicId: string): Promise<void> {
  await eventually(async () => {
    const { left } = await database.one('select app_private.unsealed_events($1)::int as left', [clinicId])
    return left === 0
  }, 'the seals')
  const verified = await database.one('select fault, unsealed::int from app_public.verify_events($1)', [clinicId])
  expect(verified).toEqual({ fault: null, unsealed: 0 })
}

/** A database that the clinic has left does not use its id for another clinic. */
const refusesClinicWithId = (database: Connection, clinicId: string) =>
  expectRefusal(
    database.query(
      `insert into app_public.clinics (id, name, time_zone) overriding system value values ($1, 'New', 'UTC')`,
      [clinicId],
    ),
    'not_here',
  )

/** The clinic is in one database only, and everything agrees. */
async function isIn(database: Connection, other: Connection, clinicId: string): Promise<void> {
  expect(await rowsOf(other, clinicId)).toEqual({})
  expect(await rowsOf(database, clinicId)).toMatchObject({ 'app_public.clinics': 1 })
  await chainIsIntact(database, clinicId)
  expect(await installation.shards('check')).toMatchObject({ code: 0, stderr: '' })
}

/** Moves of one clinic under load. `MOVES=100 npm run jest -- test/programs/shards/moving -t 'each booking once'` tries many. */
const moveCount = Number(process.env.MOVES ?? 5)
jest.setTimeout(Math.max(300_000, moveCount * 60_000))

describe('a clinic that moves while patients book', () => {
  it('has each booking once, in the database where the clinic is then, and an intact history', async () => {
    const patients = [await aPatient(), await aPatient(), await aPatient()]
    const { clinicId, slotIds } = await aPractice(one, patients.length)
    await mapped(clinicId)
    /** The databases to which the clinic moves in turn. */
    const places = [1, 2, 0]
    let isOver = false
    const acknowledged: { id: string; isLive: boolean }[] = []
    const patient = async (customer: Customer, slotId: string) => {
      const connections = await Promise.all(installation.servers.map((server) => connect(server.ownerUrl())))
      const [map] = connections as [Connection]
      /** In the clinic's shard, and again if the clinic moves meanwhile. */
      const there = async <T>(work: (database: Connection) => Promise<T>): Promise<T> =>
        eventually(async () => {
          const { shard } = await map.one(
            `select coalesce(max(shard_id), 0) as shard from app_private.clinic_shards where clinic_id = $1`,
            [clinicId],
          )
          return work(connections[shard] as Connection).catch(async (error) => {
            const name = (await errorNames()).get(error.code)
            // A server that has not read the new map yet does not find the clinic's rows.
            if (name === 'clinic_moving' || name === 'not_here' || name?.endsWith('_not_found')) return undefined
            unexpected.push(error)
            return undefined
          })
        }, 'the booking') as Promise<T>
      while (!isOver) {
        const booking = {
          id: (await there((database) => books(database, customer, clinicId, slotId))).id,
          isLive: true,
        }
        acknowledged.push(booking)
        if (isOver) break
        await there((database) => cancels(database, customer, clinicId, booking.id))
        booking.isLive = false
        // A few dozen writes a second: with a history that grows faster than it is copied, a hundred moves would take days.
        await sleep(100)
      }
      for (const connection of connections) await connection.close()
    }
    const unexpected: Error[] = []
    const all = Promise.all(patients.map((customer, index) => patient(customer, slotIds[index] as string)))
    try {
      for (let move = 1; move <= moveCount; move++) await moved(clinicId, places[move % 3] as number)
    } finally {
      isOver = true
      await all
    }
    expect(unexpected).toEqual([])
    expect(acknowledged.length).toBeGreaterThan(patients.length)
    const last = [global, one, two][places[moveCount % 3] as number] as Connection
    const found = await last.query(
      `select id, status = 'booked' as "isLive" from app_public.bookings where clinic_id = $1`,
      [clinicId],
    )
    const byId = (a: { id: string }, b: { id: string }) => Number(a.id) - Number(b.id)
    expect((found as typeof acknowledged).sort(byId)).toEqual(acknowledged.sort(byId))
    // The state of each slot and booking is the last one in its history.
    const { different } = await last.one(
      `select count(*)::int as different from app_public.bookings b where b.clinic_id = $1 and b.status::text <> (
         select e.to_state from app_public.events e where e.clinic_id = b.clinic_id and e.booking_id = b.id
         order by e.recorded_at desc, e.id desc limit 1)`,
      [clinicId],
    )
    expect(different).toBe(0)
    for (const other of [one, two]) if (other !== last) await isIn(last, other, clinicId)
  })
})

describe('a clinic of the global database', () => {
  it('moves to a shard with its history, its archive and the links that it has sent', async () => {
    const { clinicId } = await aPractice(global)
    await global.query(`select app_private.archive_past_slots(500, now() + interval '1000 days')`)
    const slotId = await aSlot(global, clinicId, await aDoctor(global, clinicId))
    const patient = await aPatient()
    const { id: bookingId } = await books(global, patient, clinicId, slotId)
    await global.query(`update app_public.bookings set note = 'private' where id = $1`, [bookingId])
    const link = await global.one(
      `select app_private.link_token('manage', $1, $2, link_generation) as token from app_public.bookings where id = $2`,
      [clinicId, bookingId],
    )
    const before = await rowsOf(global, clinicId)
    expect(before).toMatchObject({ 'app_public.archived_booking_slots': 2, 'app_public.events': expect.any(Number) })
    await moved(clinicId, 1)
    // Seals may have been added.
    expect(Object.keys(await rowsOf(one, clinicId))).toEqual(expect.arrayContaining(Object.keys(before)))
    expect(await one.query('select note from app_public.bookings where id = $1', [bookingId])).toEqual([
      { note: 'private' },
    ])
    await one.one('select (app_public.booking_by_link($1)).*', [link.token])

    const copied = (
      await global.query<{ table: string }>(
        `select table_name as table from app_private.table_homes where home = 'clinic' and copied_columns is not null`,
      )
    ).map(({ table }) => table)
    expect(copied).toEqual(expect.arrayContaining(Object.keys(await rowsOf(global, clinicId))))
    expect(await global.query('select note from app_public.bookings where id = $1', [bookingId])).toEqual([
      { note: null },
    ])
    await expectRefusal(cancels(global, patient, clinicId, bookingId), 'not_here')
    await cancels(one, patient, clinicId, bookingId)
    await eventually(
      async () =>
        (await global.one('select status from app_public.bookings where id = $1', [bookingId])).status === 'cancelled',
      'the cancellation in the copy',
    )
    await chainIsIntact(one, clinicId)
    expect(await installation.shards('check')).toMatchObject({ code: 0, stderr: '' })

    const inShard = await rowsOf(one, clinicId)
    await moved(clinicId, 0)
    expect(await rowsOf(global, clinicId)).toEqual(inShard)
    await isIn(global, one, clinicId)
    expect(await global.query('select note, status from app_public.bookings where id = $1', [bookingId])).toEqual([
      { note: 'private', status: 'cancelled' },
    ])
    await global.one('select (app_public.booking_by_link($1)).*', [link.token])
    await books(global, patient, clinicId, slotId)
    await refusesClinicWithId(one, clinicId)
  })

  it('can come from a shard and be moved to another one', async () => {
    const { clinicId, slotIds } = await aPractice(two)
    const patient = await aPatient()
    await books(two, patient, clinicId, slotIds[0])
    await mapped(clinicId)
    await moved(clinicId, 0)
    await isIn(global, two, clinicId)
    await books(global, patient, clinicId, slotIds[1])
    await moved(clinicId, 1)
    await isIn(one, two, clinicId)
    expect((await rowsOf(one, clinicId))['app_public.bookings']).toBe(2)
    expect(await global.query('select from app_private.returned_clinics where clinic_id = $1', [clinicId])).toEqual([])
  })
})

it('a removal that a shard had carried out before a clinic moved there is carried out again for the clinic', async () => {
  const { clinicId } = await aPractice(two)
  await mapped(clinicId)
  const patient = await aPatient()
  const slotId = await aSlot(two, clinicId, await aDoctor(two, clinicId))
  const { id } = await books(two, patient, clinicId, slotId)
  await global.query('insert into app_private.removals (customer_id) values ($1)', [patient.customerId])
  const carryOut = async () =>
    (await one.one('select app_private.carry_out_removal($1) as done', [patient.customerId])).done
  await eventually(carryOut, 'the removal')
  expect(await carryOut()).toBe(false)
  await moved(clinicId, 1)
  expect(await carryOut()).toBe(true)
  expect(await one.query('select status from app_public.bookings where id = $1', [id])).toEqual([
    { status: 'cancelled' },
  ])
})

describe('a move that is interrupted', () => {
  const waiting = `select pid from pg_stat_activity where application_name = 'medislot shards' and wait_event_type = 'Lock'`

  /** Locks a table of a database against writing. */
  async function aLock([database, table]: [number, string]) {
    const blocker = await connect((installation.servers[database] as Installation['servers'][number]).ownerUrl())
    await blocker.query(`begin; lock table ${table} in share mode`)
    // Not in the transaction of the lock, in which pg_stat_activity stays the same.
    const observer = [global, one, two][database] as Connection
    return {
      awaited: () => eventually(async () => (await observer.query(waiting)).length > 0, 'a move that waits'),
      endWaiting: () => observer.query(`select pg_terminate_backend(pid) from (${waiting}) w`),
      release: () => blocker.close(),
    }
  }

  /**
   * Kills a move when it waits for a table that another transaction has locked. With several tables it waits for one after
   * the other. Something else may happen before it is killed.
   */
  async function interrupted(
    clinicId: string,
    to: number,
    tables: [number, string][],
    meanwhile: () => Promise<unknown> = async () => undefined,
  ): Promise<void> {
    const [first, ...others] = tables as [[number, string], ...[number, string][]]
    let lock = await aLock(first)
    const blocked = async () => {
      await lock.awaited()
      for (const table of others) {
        const next = await aLock(table)
        await lock.release()
        lock = next
        await lock.awaited()
      }
      await meanwhile()
    }
    try {
      const killed = installation.killedShards(blocked(), 'move', clinicId, named(to))
      const { code, stderr } = await killed
      expect([code, code !== 'SIGKILL' && stderr]).toEqual(['SIGKILL', false])
      await lock.endWaiting()
    } finally {
      await lock.release()
    }
    for (const connection of [global, one, two])
      await eventually(
        async () =>
          (await connection.query(`select from pg_stat_activity where application_name = 'medislot shards'`)).length ===
          0,
        'the end of its connections',
      )
  }

  /** A clinic in the first shard with a booking, and its patient. */
  async function aClinicInUse() {
    const practice = await aPractice(one)
    const patient = await aPatient()
    await books(one, patient, practice.clinicId, practice.slotIds[0])
    await chainIsIntact(one, practice.clinicId)
    await mapped(practice.clinicId)
    return { ...practice, patient }
  }
  const aBookingOf = async (database: Connection, clinicId: string) =>
    (await database.one('select min(id) as id from app_public.bookings where clinic_id = $1', [clinicId])).id
  const stillMoving = async (clinicId: string) =>
    expect((await installation.shards('check')).stderr).toContain(`clinic ${clinicId} is still moving`)

  it('while rows are copied leaves the clinic in use and nothing in the new shard, and can be repeated', async () => {
    const { clinicId, slotIds, patient } = await aClinicInUse()
    await interrupted(clinicId, 2, [[2, 'app_public.events']])
    expect(await rowsOf(two, clinicId)).toEqual({})
    await books(one, patient, clinicId, slotIds[1])
    await stillMoving(clinicId)
    await moved(clinicId, 2)
    await isIn(two, one, clinicId)
  })

  it('while writes are refused accepts them again after a minute, and is undone by a move to where the clinic is', async () => {
    const { clinicId, slotIds, patient } = await aClinicInUse()
    await interrupted(clinicId, 2, [[2, 'app_private.link_keys']], () =>
      expectRefusal(books(one, patient, clinicId, slotIds[1]), 'clinic_moving'),
    )
    const { left } = await one.one(
      'select refused_until - clock_timestamp() <= $2 as left from app_private.clinic_moves where clinic_id = $1',
      [clinicId, '1 minute'],
    )
    expect(left).toBe(true)
    await one.query(`update app_private.clinic_moves set refused_until = now() where clinic_id = $1`, [clinicId])
    await books(one, patient, clinicId, slotIds[1])
    expect(await rowsOf(two, clinicId)).toEqual({})
    await moved(clinicId, 1)
    await isIn(one, two, clinicId)
    expect(await one.query('select from app_private.clinic_moves where clinic_id = $1', [clinicId])).toEqual([])
  })

  it('between the refusal of writes and the arrival can be repeated', async () => {
    const { clinicId, slotIds, patient } = await aClinicInUse()
    await interrupted(clinicId, 2, [[2, 'app_private.link_keys']])
    // As app_private.leave_clinic leaves it, with the transaction in the other shard lost.
    await one.query('select app_private.leave_clinic($1)', [clinicId])
    await expectRefusal(books(one, patient, clinicId, slotIds[1]), 'clinic_moving')
    await moved(clinicId, 2)
    await isIn(two, one, clinicId)
  })

  it('after the arrival and before the map is changed can only be completed', async () => {
    const { clinicId, slotIds, patient } = await aClinicInUse()
    await interrupted(clinicId, 2, [[0, 'app_private.clinic_shards']])
    await expectRefusal(books(one, patient, clinicId, slotIds[1]), 'clinic_moving')
    await stillMoving(clinicId)
    expect(await moves(clinicId, 1)).toMatchObject({ code: 1, stderr: expect.stringMatching(/has arrived in shard 2/) })
    await moved(clinicId, 2)
    await books(two, patient, clinicId, slotIds[1])
    await isIn(two, one, clinicId)
  })

  it('before the rows are removed removes them when it is repeated, and keeps what was booked since', async () => {
    const { clinicId, slotIds, patient } = await aClinicInUse()
    const runs = async (database: Connection) =>
      (await database.query('select from app_public.slot_generation_runs where clinic_id = $1', [clinicId])).length
    await one.query(
      `insert into app_public.slot_generation_runs (clinic_id, due_at, from_date, to_date, slots_made,
         templates_passed_over, already_existing, in_the_past, skipped_local_times, overlapping, doctor_absent, examples, dates)
       select $1, now() + n * interval '1 day', day, day, 0, 0, 0, 0, 0, 0, 0, '[]', datemultirange(daterange(day, day, '[]'))
       from generate_series(1, 4100) n, current_date day`,
      [clinicId],
    )
    await interrupted(clinicId, 2, [
      [0, 'app_private.clinic_shards'],
      [1, 'app_public.events'],
    ])
    // Most rows were removed by transactions before the one that waited.
    expect([await runs(one), await runs(two)]).toEqual([100, 4100])
    await books(two, patient, clinicId, slotIds[1])
    await stillMoving(clinicId)
    await moved(clinicId, 2)
    await isIn(two, one, clinicId)
    expect((await rowsOf(two, clinicId))['app_public.bookings']).toBe(2)
    await refusesClinicWithId(one, clinicId)
  })

  it('to the global database leaves complete copies there, at whichever step', async () => {
    const { clinicId, slotIds, patient } = await aClinicInUse()
    await one.query(`update app_public.bookings set note = 'private' where clinic_id = $1`, [clinicId])
    const note = async () =>
      (await global.one('select note from app_public.bookings where clinic_id = $1', [clinicId])).note
    // While copies are completed, while the other rows are copied, and while writes are refused.
    for (const table of ['app_public.bookings', 'app_public.events', 'app_private.link_keys']) {
      await interrupted(clinicId, 0, [[0, table]])
      await expectRefusal(books(global, patient, clinicId, slotIds[1]), 'not_here')
      expect(await global.query('select from app_public.events where clinic_id = $1', [clinicId])).toEqual([])
    }
    expect(await note()).toBe('private')
    await stillMoving(clinicId)
    await moved(clinicId, 1)
    expect(await note()).toBeNull()
    await books(one, patient, clinicId, slotIds[1])
    expect(await installation.shards('check')).toMatchObject({ code: 0, stderr: '' })

    // Before the rows are removed.
    await interrupted(clinicId, 0, [
      [0, 'app_private.clinic_shards'],
      [1, 'app_public.events'],
    ])
    await cancels(global, patient, clinicId, await aBookingOf(global, clinicId))
    await moved(clinicId, 0)
    await isIn(global, one, clinicId)
  })

  it('and repeated later also moves what was written meanwhile, and copies it to the global database', async () => {
    const { clinicId } = await aClinicInUse()
    const lock = await aLock([0, 'app_public.events'])
    const moving = moves(clinicId, 0)
    await lock.awaited()
    await one.query(`update app_public.bookings set note = 'written meanwhile' where clinic_id = $1`, [clinicId])
    await one.query(`insert into app_public.resources (clinic_id, type, name) values ($1, 'room', 'Room 1')`, [
      clinicId,
    ])
    await lock.release()
    expect(await moving).toMatchObject({ code: 0 })
    expect(await global.query('select note from app_public.bookings where clinic_id = $1', [clinicId])).toEqual([
      { note: 'written meanwhile' },
    ])
    expect((await rowsOf(global, clinicId))['app_public.resources']).toBe(1)
  })
})

describe('a move', () => {
  it('that finds a fault in the chain of events is undone', async () => {
    const { clinicId, slotIds } = await aPractice(one)
    const patient = await aPatient()
    await books(one, patient, clinicId, slotIds[0])
    await chainIsIntact(one, clinicId)
    await one.query(
      `begin; set local session_replication_role = replica;
       update app_public.events set actor = 'admin' where clinic_id = ${clinicId} and booking_id is not null; commit`,
    )
    await mapped(clinicId)
    expect(await moves(clinicId, 2)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/chain of events.*changed/),
    })
    expect(await rowsOf(two, clinicId)).toEqual({})
    await books(one, patient, clinicId, slotIds[1])
    expect(await one.query('select from app_private.clinic_moves where clinic_id = $1', [clinicId])).toEqual([])
    expect(await installation.shards('check')).toMatchObject({ code: 0, stderr: '' })
  })

  it('is refused while patients are paying, and for clinics and shards that do not exist', async () => {
    const { clinicId } = await aPractice(one)
    const { customerId } = await aPatient()
    await mapped(clinicId)
    await one.query(
      `begin; set local session_replication_role = replica;
       with checkout as (
         insert into billing.checkouts (customer_id, currency, amount, expires_at)
         values (${customerId}, 'EUR', 0, now() + interval '1 hour') returning id)
       insert into billing.checkout_parts (clinic_id, checkout_id, customer_id, amount, invoice_id)
       select ${clinicId}, id, ${customerId}, 0, 1 from checkout; commit`,
    )
    const attempts: [string, number, RegExp][] = [
      [clinicId, 2, /paying online/],
      [clinicId, 3, /Shard 3 is not active/],
      ['7000000000000', 2, /no clinic 7000000000000/],
    ]
    for (const [clinic, shard, message] of attempts)
      expect(await moves(clinic, shard)).toMatchObject({ code: 1, stderr: expect.stringMatching(message) })
    expect(await rowsOf(two, clinicId)).toEqual({})
    expect(await one.query('select from app_private.clinic_moves where clinic_id = $1', [clinicId])).toEqual([])
  })
})
