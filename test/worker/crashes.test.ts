import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { startEmbedded } from '../../src/database/embedded/embedded.ts'
import { migrateDatabase } from '../../src/database/migrations.ts'
import { createPool } from '../../src/database/pools.ts'
import { log } from '../../src/process/log.ts'
import { aClinic, aCustomer, aDoctor, aSlot } from '../helpers/clinic/world.ts'
import { smtpPeer } from '../helpers/external/peers.ts'
import { takeOwnPort } from '../helpers/programs/own_port.ts'
import { type Program, startProgram } from '../helpers/programs/program.ts'
import { eventually } from '../helpers/time/eventually.ts'

// This test has its own PostgreSQL, because it crashes it, too.
let dataDir: string
let server: Awaited<ReturnType<typeof startEmbedded>>
let pool: Pool
let smtp: Awaited<ReturnType<typeof smtpPeer>>
const workers: Program[] = []

beforeAll(async () => {
  log.level = 'silent'
  dataDir = await mkdtemp(join(tmpdir(), 'medislot-crashes-'))
  await chmod(dataDir, 0o755)
  takeOwnPort(dataDir)
  server = await startEmbedded(dataDir)
  await migrateDatabase(server.ownerUrl())
  pool = createPool(server.ownerUrl(), { name: 'test', size: 4 })
  smtp = await smtpPeer()
})

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop('SIGKILL')))
  await pool.end()
  await smtp.close()
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const startWorker = async () => {
  const env = {
    DATABASE_URL: server.ownerUrl(),
    SMTP_URL: smtp.url,
    MAIL_FROM: 'desk@medislot.example',
    LOG_LEVEL: 'error',
  }
  // A worker that starts while PostgreSQL is recovering exits; a supervisor starts it again.
  workers.push(await eventually(() => startProgram('worker', { env }), 'a worker that starts'))
}

/** Repeats what a crash of PostgreSQL interrupts. */
async function stubborn<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  for (;;) {
    try {
      return (await pool.query(text, values)).rows
    } catch (error) {
      // Class 57 or a lost connection; any other error is not a crash.
      const code = (error as { code?: string }).code ?? ''
      if (!/^(57|08|ECONN|EPIPE|58)/.test(code) && !/terminat|Connection|timeout/i.test((error as Error).message))
        throw error
      await sleep(50)
    }
  }
}

it('when workers are killed and PostgreSQL crashes, every message is sent, and a second delivery can be recognized', async () => {
  const db = {
    query: stubborn,
    one: async (text: string, values?: unknown[]) => (await stubborn(text, values))[0],
  } as Parameters<typeof aClinic>[0]
  const clinicId = await aClinic(db)
  await db.query(`update app_public.policies set reminder_lead_times = '{24 hours,2 hours}'`)
  const slots: { slotId: string; customerId: string }[] = []
  for (let i = 0; i < 60; i++) {
    const slotId = await aSlot(db, clinicId, await aDoctor(db, clinicId), 48)
    slots.push({ slotId, customerId: (await aCustomer(db)).customerId })
  }
  const spare = await Array.fromAsync({ length: 15 }, async () => aSlot(db, clinicId, await aDoctor(db, clinicId), 50))
  // A slow server, so that a worker dies while it is sending many messages.
  smtp.answer = async () => {
    await sleep(100)
    return 'accept' as const
  }
  await Promise.all([startWorker(), startWorker()])

  let done = false
  const desk = (async () => {
    for (const [i, { slotId, customerId }] of slots.entries()) {
      // With an idempotency key, so that a booking whose answer was lost is not made twice.
      const [booking] = await stubborn<{ id: string }>('select id from app_public.book_slot($1, $2, $3, null, $4)', [
        clinicId,
        slotId,
        customerId,
        `b${i}`,
      ])
      if (i % 4 === 1)
        await stubborn('select app_public.reschedule_booking($1, $2, $3, $4)', [
          clinicId,
          booking?.id,
          spare.pop(),
          `r${i}`,
        ])
      if (i % 4 === 2)
        await stubborn('select app_public.cancel_booking($1, $2, null, $3)', [clinicId, booking?.id, `c${i}`])
      await sleep(60)
    }
    done = true
  })()

  const missing: unknown[] = []
  for (let round = 0; !done || round < 6; round++) {
    await sleep(300 + Math.random() * 500)
    if (round % 3 === 2) {
      const [victim] = await stubborn<{ pid: number }>(
        `select pid from pg_stat_activity where application_name like 'medislot%' and pid <> pg_backend_pid() order by random() limit 1`,
      )
      // PostgreSQL treats the death of any of its processes as a crash: it ends all of them, recovers, and continues.
      if (victim) process.kill(victim.pid, 'SIGKILL')
    } else {
      const [worker] = workers.splice(0, 1)
      await worker?.stop('SIGKILL')
      await startWorker()
    }
    missing.push(...(await stubborn('select * from app_private.bookings_missing_reminders')))
  }
  await desk

  await eventually(
    async () => {
      // Moves the time on by the half minute after which a dead worker's claim ends.
      await stubborn(
        `update app_public.notifications n set retry_at = now()
         where n.state = 'pending' and n.attempts > 0 and n.retry_at > now() and not exists (
           select from app_private.delivery_attempts da
           where da.clinic_id = n.clinic_id and da.notification_id = n.id and da.started_at > now() - interval '3 seconds')`,
      )
      const [left] = await stubborn<{ n: number }>(
        `select count(*)::int as n from app_public.notifications where state = 'pending' and kind <> 'booking_reminder'`,
      )
      return left?.n === 0
    },
    'everything sent',
    180_000,
  )
  missing.push(...(await stubborn('select * from app_private.bookings_missing_reminders')))
  expect(missing).toEqual([])

  const told = await stubborn<{ key: string; attempts: number }>(
    `select 'medislot-' || app_private.installation_id() || '-' || n.clinic_id || '-' || n.id || '-1@medislot.example' as key,
       (select count(*)::int from app_private.delivery_attempts da where da.clinic_id = n.clinic_id and da.notification_id = n.id) as attempts
     from app_public.notifications n where n.state = 'sent'`,
  )
  expect(told.length).toBeGreaterThan(40)
  expect(
    await stubborn(`select * from app_public.notifications where state not in ('sent', 'pending', 'dropped')`),
  ).toEqual([])
  // Everyone who still has an appointment got a message about it, at its first time or at the new one.
  expect(
    await stubborn(
      `select b.id from app_public.bookings b where b.status = 'booked' and not exists (
         select from app_public.notifications n where n.clinic_id = b.clinic_id and n.booking_id = b.id and n.booking_sequence = b.sequence
           and n.kind in ('booking_confirmed', 'booking_rescheduled') and n.state = 'sent')`,
    ),
  ).toEqual([])
  const copies = (key: string) => smtp.mails.filter(({ raw }) => raw.includes(`<${key}>`)).length
  for (const { key, attempts } of told) {
    expect([key, copies(key) >= 1]).toEqual([key, true])
    // Each copy has its own attempt, written before it was sent.
    expect([key, copies(key) <= attempts]).toEqual([key, true])
  }
})

it('a worker that is killed after the mail server has accepted its messages causes at most one repetition of each', async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop('SIGKILL')))
  const query = async <Row>(text: string, values?: unknown[]) => (await pool.query(text, values)).rows as Row[]
  const db = { query, one: async (text: string, values?: unknown[]) => (await query(text, values))[0] } as Parameters<
    typeof aClinic
  >[0]
  await query(`update app_public.notifications set state = 'dropped' where state = 'pending'`)
  const clinicId = await aClinic(db)
  for (let i = 0; i < 6; i++) {
    const slotId = await aSlot(db, clinicId, await aDoctor(db, clinicId), 48)
    const { customerId } = await aCustomer(db)
    await query('select app_public.book_slot($1, $2, $3)', [clinicId, slotId, customerId])
  }
  smtp.mails.length = 0
  let taken = 0
  const { promise: killed, resolve: kill } = Promise.withResolvers<void>()
  smtp.answer = async () => {
    taken++
    // The worker uses all its connections at once. None of these mails is answered before the worker is killed.
    if (taken === 5) kill()
    await killed
    // The worker may have sent them before this test has read its ready line.
    await started
    await workers[0]?.stop('SIGKILL')
    return 'accept' as const
  }
  const started = startWorker()
  await started
  await killed
  await workers[0]?.ended
  await eventually(() => smtp.mails.length === 5, 'what was taken of the dead worker')
  const attempts = () =>
    query<{ state: string; outcomes: (string | null)[]; key: string }>(
      `select n.state, array_agg(da.outcome order by da.attempt) as outcomes,
         'medislot-' || app_private.installation_id() || '-' || n.clinic_id || '-' || n.id || '-1@medislot.example' as key
       from app_public.notifications n
       join app_private.delivery_attempts da on da.clinic_id = n.clinic_id and da.notification_id = n.id
       where n.clinic_id = $1 group by n.clinic_id, n.id, n.state`,
      [clinicId],
    )
  // The attempts were written before anything was sent, and have no outcome.
  expect((await attempts()).map(({ state, outcomes }) => [state, outcomes])).toEqual(Array(6).fill(['pending', [null]]))

  smtp.answer = () => 'accept'
  await query('update app_public.notifications set retry_at = now() where clinic_id = $1 and attempts > 0', [clinicId])
  workers.length = 0
  await startWorker()
  await eventually(async () => (await attempts()).every(({ state }) => state === 'sent'), 'everything sent')
  const told = await attempts()
  expect(told.map(({ outcomes }) => outcomes)).toEqual(Array(6).fill([null, 'sent']))
  const copies = told.map(({ key }) => smtp.mails.filter(({ raw }) => raw.includes(`<${key}>`)).length)
  expect(copies.sort()).toEqual([1, 2, 2, 2, 2, 2])
})
