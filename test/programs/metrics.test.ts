import { book } from '../helpers/clinic/operations.ts'
import { aPractice } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { type Program, startServer } from '../helpers/programs/program.ts'

let database: ClonedDatabase
let db: Connection
let server: Program
const token = 'a-token-that-nobody-guesses-0123456789'

beforeAll(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
  server = await startServer(database.serverUrl, { METRICS_TOKEN: token })
})
afterAll(async () => {
  await server?.stop()
  await db?.close()
  await database?.drop()
})

const ask = (headers: Record<string, string> = {}) => fetch(`${server.url}/metrics`, { headers })
const figure = async (line: string) => {
  const text = await (await ask()).text()
  return text
    .split('\n')
    .find((each) => each.startsWith(`${line} `))
    ?.split(' ')[1]
}

test('reports waiting, sent, failed and dead messages by channel', async () => {
  const { clinicId, slotId, customer } = await aPractice(db)
  const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
  expect(await figure('medislot_notifications_waiting{channel="email"}')).toBe('2')
  expect(await figure('medislot_notifications_due{channel="email"}')).toBe('1')
  expect(await figure('medislot_notifications_sent_total{channel="email"}')).toBe('0')

  await db.query(
    `update app_public.notifications set due_at = now() - interval '90 seconds' where booking_id = $1 and kind = 'booking_confirmed'`,
    [id],
  )
  expect(Number(await figure('medislot_notifications_late_seconds{channel="email"}'))).toBeGreaterThanOrEqual(90)
  await db.query(
    `select app_private.record_deliveries(jsonb_agg(to_jsonb(n) || $1)) from app_private.claim_notifications() n`,
    [{ error: 'no such mailbox', code: '550' }],
  )
  expect(await figure('medislot_notifications_dead{channel="email"}')).toBe('1')
  expect(await figure('medislot_notifications_failed_total{channel="email"}')).toBe('1')
  expect(await figure('medislot_notifications_died_total{channel="email"}')).toBe('1')

  await db.query(
    `select app_public.settle_notification(clinic_id, id) from app_public.notifications where booking_id = $1 and state = 'dead'`,
    [id],
  )
  expect(await figure('medislot_notifications_dead{channel="email"}')).toBe('0')
  expect(await figure('medislot_notifications_died_total{channel="email"}')).toBe('1')
  await db.query(
    `select app_public.send_again(clinic_id, id) from app_public.notifications where booking_id = $1 and state = 'dead'`,
    [id],
  )
  await db.query(
    'select app_private.record_deliveries(jsonb_agg(to_jsonb(n))) from app_private.claim_notifications() n',
  )
  expect(await figure('medislot_notifications_sent_total{channel="email"}')).toBe('1')
  expect(await figure('medislot_notifications_dead{channel="email"}')).toBe('0')
  expect(await figure('medislot_notifications_late_seconds{channel="sms"}')).toBe('0')
})

test('reports the jobs, the requests and the connections', async () => {
  await db.query(`select graphile_worker.add_job('nobody_does_this', run_at => now() - interval '1 hour')`)
  await fetch(`${server.url}/healthz`)
  await fetch(`${server.url}/made/up/${'x'.repeat(100)}`)
  expect(await figure('medislot_jobs_waiting{task="nobody_does_this"}')).toBe('1')
  expect(Number(await figure('medislot_jobs_late_seconds{task="nobody_does_this"}'))).toBeGreaterThanOrEqual(3600)
  expect(await figure('medislot_http_request_seconds_count{method="GET",area="healthz",status="200"}')).toBe('1')
  expect(await figure('medislot_http_request_seconds_count{method="GET",area="none",status="404"}')).toBe('1')
  expect(await figure('medislot_pool_connections{pool="requests",state="waiting"}')).toBe('0')
  expect(await figure('medislot_pool_connections{pool="passwords",state="waiting"}')).toBe('0')
  expect(Number(await figure('process_resident_memory_bytes'))).toBeGreaterThan(0)
})

test('reports for how many time zones the data differ, or have changed since slots were generated', async () => {
  // Only the time zones of clinics are counted.
  expect(await figure('medislot_time_zones_differing')).toBe('0')
  expect(await figure('medislot_time_zones_changed')).toBe('0')
  await db.query(
    `insert into app_private.time_zone_rules (time_zone, from_time, to_time, offsets, changed_at)
     values ('Europe/Berlin', now(), now() + interval '1 day', '{}', now())`,
  )
  expect(await figure('medislot_time_zones_changed')).toBe('1')
})

test('answers requests from this machine or with the token, and refuses those through a proxy without it', async () => {
  const through = { 'x-forwarded-for': '203.0.113.7' }
  expect((await ask()).status).toBe(200)
  expect((await ask(through)).status).toBe(404)
  expect((await ask({ ...through, authorization: `Bearer ${token}` })).status).toBe(200)
  expect((await ask({ ...through, authorization: `Bearer ${token}x` })).status).toBe(404)
})
