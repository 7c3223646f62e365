import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { Notification } from 'pg'
import { book, hold } from '../../helpers/clinic/operations.ts'
import { aDoctor, aPractice } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'

let database: ClonedDatabase
let publisher: Connection
let other: Connection
let listener: Connection
let heard: Notification[] = []

beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  ;[publisher, other, listener] = [
    await connect(database.url),
    await connect(database.url),
    await connect(database.url),
  ]
  await publishAll()
  heard = []
  listener.client.on('notification', (notification) => heard.push(notification))
})
afterEach(async () => {
  for (const connection of [publisher, other, listener]) await connection.close()
})

/**
 * Waits until nothing older than the youngest event is running. A transaction in any database of the cluster counts, those of other
 * tests too: PostgreSQL's snapshots do not tell them apart.
 */
async function settled(): Promise<void> {
  for (;;) {
    const { is_settled } = await publisher.one<{ is_settled: boolean }>(
      `select not exists (
         select from app_public.events where transaction_id >= pg_snapshot_xmin(pg_current_snapshot())) as is_settled`,
    )
    if (is_settled) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const publish = async (batch = 5000) =>
  (await publisher.one<{ seen: number }>('select app_private.publish_events($1) as seen', [batch])).seen

/** Publishes everything that was committed so far, and discards the notifications that were received. */
async function publishAll(): Promise<void> {
  await settled()
  while ((await publish()) > 0);
  await messages()
  heard = []
}

const listen = (clinicId: string) => listener.query(`listen "medislot:clinic:${clinicId}"`)

/** The ids of all events of a clinic, in order. */
const eventsOf = async (clinicId: string) => {
  const rows = await publisher.query<{ id: string }>(
    'select id from app_public.events where clinic_id = $1 order by id',
    [clinicId],
  )
  return rows.map(({ id }) => id)
}

/** The notifications received so far, each with its channel and the ids of its events. */
async function messages(): Promise<[string, string[]][]> {
  // PostgreSQL sends pending notifications to the listener before the result of this query.
  await listener.query('select 1')
  return heard.map(({ channel, payload }) => [channel, JSON.parse(payload ?? '').eventIds])
}

it('one NOTIFY per clinic has all its new events; the next has only newer ones', async () => {
  const [here, there] = [await aPractice(publisher), await aPractice(publisher)]
  for (const { clinicId } of [here, there]) await listen(clinicId)
  await publisher.request(here.customer.claims, () => book(publisher, here.clinicId, here.slotId))
  const before = { here: await eventsOf(here.clinicId), there: await eventsOf(there.clinicId) }
  await settled()
  expect(await publish()).toBe(before.here.length + before.there.length)
  expect((await messages()).sort()).toEqual(
    [
      [`medislot:clinic:${here.clinicId}`, before.here],
      [`medislot:clinic:${there.clinicId}`, before.there],
    ].sort(),
  )

  heard = []
  expect(await publish()).toBe(0)
  await publisher.request(there.customer.claims, () => hold(publisher, there.clinicId, there.slotId))
  await settled()
  expect(await publish()).toBe(1)
  expect(await messages()).toEqual([[`medislot:clinic:${there.clinicId}`, (await eventsOf(there.clinicId)).slice(-1)]])
})

it('an event whose transaction commits late is not lost, although newer ones have been published', async () => {
  const { clinicId, slotId, customer } = await aPractice(publisher)
  const later = await aPractice(publisher)
  for (const id of [clinicId, later.clinicId]) await listen(id)
  await publishAll()

  // Draws its event's id, and does not commit yet …
  await other.query('begin')
  await hold(other, clinicId, slotId, { customerId: customer.customerId })
  // … while a later one does, with a higher id.
  await publisher.request(later.customer.claims, () => hold(publisher, later.clinicId, later.slotId))
  expect(await publish()).toBe(0)
  await other.query('commit')
  await settled()
  expect(await publish()).toBe(2)
  const told = new Map(await messages())
  expect(told.get(`medislot:clinic:${clinicId}`)).toEqual((await eventsOf(clinicId)).slice(-1))
  expect(told.get(`medislot:clinic:${later.clinicId}`)).toEqual((await eventsOf(later.clinicId)).slice(-1))
})

it('a rolled back event is not published and does not block others', async () => {
  const { clinicId, slotId, customer } = await aPractice(publisher)
  await listen(clinicId)
  await publishAll()
  await other.query('begin')
  await hold(other, clinicId, slotId, { customerId: customer.customerId })
  await other.query('rollback')
  await publisher.request(customer.claims, () => book(publisher, clinicId, slotId))
  await settled()
  expect(await publish()).toBe(2)
  expect(await messages()).toEqual([[`medislot:clinic:${clinicId}`, (await eventsOf(clinicId)).slice(-2)]])
})

it('many events come in chunks that fit a NOTIFY, and in batches, each once and in order', async () => {
  const { clinicId, doctorId } = await aPractice(publisher)
  await listen(clinicId)
  await publisher.query(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
     select clinic_id, d.id, time_slot_id, (at at time zone 'Europe/Berlin')::date, tstzrange(at, at + interval '30 minutes')
     from app_public.booking_slots, generate_series(1, 750) n, unnest($3::bigint[]) d (id),
       lateral (select starts_at + n * interval '25 hours') t (at)
     where clinic_id = $1 and doctor_id = $2`,
    [clinicId, doctorId, [doctorId, await aDoctor(publisher, clinicId)]],
  )
  await settled()
  // 1501 of one clinic, in batches of 700: 300, 300, 100; again; and 101.
  expect([await publish(700), await publish(700), await publish(700), await publish(700)]).toEqual([700, 700, 101, 0])
  const told = await messages()
  expect(told.map(([, ids]) => ids.length)).toEqual([300, 300, 100, 300, 300, 100, 101])
  expect(told.flatMap(([, ids]) => ids)).toEqual(await eventsOf(clinicId))
  // The longest there can be: 300 ids of 19 digits.
  const longest = JSON.stringify({ eventIds: Array(300).fill('9223372036854775807') }).length + 300
  expect(longest).toBeLessThan(8000)
})

it('of two publishers, one publishes and the other does not wait', async () => {
  const { clinicId } = await aPractice(publisher)
  await listen(clinicId)
  await settled()
  await other.query('begin')
  await other.query('select app_private.publish_events()')
  await publisher.query(`set lock_timeout = '5s'`)
  expect(await publish()).toBe(0)
  await other.query('rollback')
  // What the first publisher did not commit is still to be published.
  expect(await publish()).toBe(1)
  expect(await messages()).toHaveLength(1)
})

it('after a restore into a cluster with lower transaction ids, it publishes new events', async () => {
  const { clinicId, slotId, customer } = await aPractice(publisher)
  await listen(clinicId)
  await publisher.query(`update app_private.event_publication set transaction_id = '9000000000000000000', event_id = 1`)
  expect(await publish()).toBe(0)
  await publisher.request(customer.claims, () => hold(publisher, clinicId, slotId))
  await settled()
  expect(await publish()).toBeGreaterThan(0)
  expect((await messages()).at(-1)?.[1].at(-1)).toBe((await eventsOf(clinicId)).at(-1))
})
