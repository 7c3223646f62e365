import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { type CronItem, parseCronItems } from 'graphile-worker'
import type { Pool } from 'pg'
import { keyOf } from '../../src/worker/perpetual_jobs.ts'
import { cronItems, perpetualJobs, taskList } from '../../src/worker/task_list.ts'
import { anInvoice, aPaidPractice, billing } from '../helpers/clinic/billing.ts'
import { aPractice, noonZone } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, superuserUrlOf } from '../helpers/database/cluster.ts'
import { connect } from '../helpers/database/connection.ts'
import { ownPool } from '../helpers/database/own_pool.ts'
import { work as workOff } from '../helpers/programs/work.ts'
import { eventually } from '../helpers/time/eventually.ts'

// The development transport for every channel.
const tasks = taskList({}, 'https://book.test')

let database: ClonedDatabase
let pool: Pool
let db: Parameters<typeof aPractice>[0]

beforeAll(async () => {
  ;({ database, pool, db } = await ownPool())
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** Works until nothing is due; no job may fail. */
async function work(task: string): Promise<void> {
  expect(await workOff(pool, tasks, task)).toEqual([])
}

it('every task has a file of its name, and every cron item a task', async () => {
  const found = await readdir('src/worker/tasks', { recursive: true })
  const files = found.flatMap((file) => /(\w+)\.ts$/.exec(file)?.[1] ?? [])
  expect(files.sort()).toEqual(Object.keys(tasks).sort())
  expect(parseCronItems(cronItems).map(({ task }) => task)).toEqual(expect.arrayContaining(Object.keys(tasks)))
  for (const { task } of cronItems as CronItem[]) expect(tasks).toHaveProperty(task)
})

it('remove_old_records continues until nothing is left, however many batches that takes', async () => {
  const { clinicId, customer } = await aPractice(db)
  await db.query(
    `insert into app_private.idempotency_keys (clinic_id, account_id, key, operation, arguments, created_at)
     select $1, $2, i::text, 'x', '[]', now() - interval '1 year' from generate_series(1, 2100) i`,
    [clinicId, customer.accountId],
  )
  await work('remove_old_records')
  expect(await db.query('select from app_private.idempotency_keys where clinic_id = $1', [clinicId])).toEqual([])
})

it('queue_payment_reminders queues one reminder for an invoice that was not paid in time, however often it runs', async () => {
  const { clinicId, customer } = await aPaidPractice(db)
  await db.query('select app_private.ensure_clinic_customer($1, c) from app_public.customers c where id = $2', [
    clinicId,
    customer.customerId,
  ])
  const invoiceId = await anInvoice(db, clinicId, customer.customerId, 10_000)
  await billing(db, 'issue_invoice', clinicId, invoiceId)
  await work('queue_payment_reminders')
  const states = () => db.query('select state from app_public.notifications where invoice_id = $1', [invoiceId])
  expect(await states()).toEqual([])
  // The day has passed. Triggers refuse this change, as due dates stay.
  const superuser = await connect(superuserUrlOf(database.name), { options: '-c session_replication_role=replica' })
  await superuser.query(`update billing.invoices set due_on = current_date - 2 where id = $1`, [invoiceId])
  await superuser.close()
  await work('queue_payment_reminders')
  await work('queue_payment_reminders')
  await work('send_notifications')
  await work('queue_payment_reminders')
  expect(await states()).toEqual([{ state: 'sent' }])
  expect(
    await db.query(
      `select m.body like '%100.00 EUR%' as is_due from app_private.messages m
       join app_public.notifications n on n.clinic_id = m.clinic_id and n.id = m.notification_id where n.invoice_id = $1`,
      [invoiceId],
    ),
  ).toEqual([{ is_due: true }])
})

describe('send_notifications', () => {
  it('delivers the messages that are due, leaves the reminder, and queues itself again', async () => {
    const { clinicId, slotId, customer } = await aPractice(db)
    const booking = await db.one<{ id: string }>('select id from app_public.book_slot($1, $2, $3)', [
      clinicId,
      slotId,
      customer.customerId,
    ])
    await work('send_notifications')
    const notifications = await db.query(
      `select n.kind, n.state, m.recipient is not null as delivered
       from app_public.notifications n
       left join app_private.messages m on m.clinic_id = n.clinic_id and m.notification_id = n.id
       where n.clinic_id = $1 and n.booking_id = $2 order by n.kind`,
      [clinicId, booking.id],
    )
    expect(notifications).toEqual([
      { kind: 'booking_confirmed', state: 'sent', delivered: true },
      { kind: 'booking_reminder', state: 'pending', delivered: false },
    ])
    // Measured from the time at which the job was put back, because it may be due by now.
    const [next] = await db.query<{ seconds: number }>(
      `select extract(epoch from run_at - updated_at)::float as seconds from graphile_worker.jobs where key = 'send_notifications'`,
    )
    expect(next?.seconds).toBeCloseTo(60, 0)
  })

  it('records what cannot be delivered and delivers the rest', async () => {
    const { clinicId, slotId, customer } = await aPractice(db)
    await db.query('select app_public.book_slot($1, $2, $3)', [clinicId, slotId, customer.customerId])
    const other = await aPractice(db)
    await db.query('select app_public.book_slot($1, $2, $3)', [other.clinicId, other.slotId, other.customer.customerId])
    await db.query('update app_public.clinic_customers set email = null where clinic_id = $1', [clinicId])
    await work('send_notifications')
    const outcome = (id: string) =>
      db.query(
        `select state, attempts, last_error is not null as has_error
         from app_public.notifications where clinic_id = $1 and kind = 'booking_confirmed'`,
        [id],
      )
    expect(await outcome(clinicId)).toEqual([{ state: 'dead', attempts: 1, has_error: true }])
    expect(await outcome(other.clinicId)).toEqual([{ state: 'sent', attempts: 1, has_error: false }])
  })
})

it('send_account_messages keeps the mail in its row, on a developer’s machine, and queues itself again', async () => {
  await db.query(`select app_public.register_customer('new@test.example', 'a fine long password', 'Ann')`)
  await work('send_account_messages')
  expect(
    await db.query(
      `select state, delivered_subject, delivered_body like '%https://book.test/confirm-email%' as has_link from app_private.account_messages where kind = 'registered'`,
    ),
  ).toEqual([{ state: 'sent', delivered_subject: 'Confirm your e-mail address', has_link: true }])
  expect(
    await db.query(`select run_at > updated_at as later from graphile_worker.jobs where key = 'send_account_messages'`),
  ).toEqual([{ later: true }])
})

it('publish_events reads all new events and queues itself again', async () => {
  await aPractice(db)
  // It waits for the oldest transaction of the cluster, and other tests have some open.
  await eventually(async () => {
    await work('publish_events')
    const { behind } = await db.one<{ behind: number }>(
      `select count(*)::int as behind from app_public.events e, app_private.event_publication p
       where (e.transaction_id, e.id) > (p.transaction_id, p.event_id)`,
    )
    return behind === 0
  }, 'all events to be published')
  expect(await db.query(`select from graphile_worker.jobs where key = 'publish_events'`)).toHaveLength(1)
})

it('seal_events seals all new events and queues itself again; verify_events fails when one was changed', async () => {
  const { clinicId } = await aPractice(db)
  await eventually(async () => {
    await work('seal_events')
    const { unsealed } = await db.one('select unsealed from app_public.verify_events($1)', [clinicId])
    return unsealed === '0'
  }, 'all events to be sealed')
  expect(await db.query(`select from graphile_worker.jobs where key = 'seal_events'`)).toHaveLength(1)
  await work('verify_events')

  await db.query('alter table app_public.events disable trigger user')
  const [tampered] = await db.query(`update app_public.events set actor = 'admin' where clinic_id = $1 returning id`, [
    clinicId,
  ])
  expect(await workOff(pool, tasks, 'verify_events')).toEqual([
    `verify_events: events were tampered with: clinic ${clinicId}: changed at position 1, event ${tampered?.id}`,
  ])
  await db.query(`update app_public.events set actor = 'system' where clinic_id = $1`, [clinicId])
  await db.query(
    `select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs where task_identifier = 'verify_events'))`,
  )
  await db.query('alter table app_public.events enable trigger user')
})

it('generate_due_slots makes the week of every clinic whose schedule was due', async () => {
  const { clinicId, doctorId } = await aPractice(db, 'Australia/Lord_Howe')
  await db.query(
    `with ts as (insert into app_public.time_slots (clinic_id, name, start_time, end_time) values ($1, 'early', '07:00', '07:30') returning id)
     insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday)
     select $1, $2, ts.id, weekday from ts, generate_series(1, 7) weekday`,
    [clinicId, doctorId],
  )
  // As if the clinic had existed before its last Thursday 22:00.
  await db.query(`update app_public.clinics set created_at = now() - interval '8 days' where id = $1`, [clinicId])
  await work('generate_due_slots')
  const runs = await db.query<{ days: number; made: number; passed: number }>(
    `select to_date - from_date + 1 as days, slots_made as made, templates_passed_over as passed
     from app_public.slot_generation_runs where clinic_id = $1 and due_at is not null`,
    [clinicId],
  )
  expect(runs).toHaveLength(1)
  const [run] = runs
  expect((run?.made ?? 0) + (run?.passed ?? 0)).toBe(run?.days)
  await work('generate_due_slots')
  expect(await db.query('select from app_public.slot_generation_runs where clinic_id = $1', [clinicId])).toHaveLength(1)
})

it('release_expired_holds opens slots whose hold has expired, and no others', async () => {
  const { clinicId, slotId, customer } = await aPractice(db)
  const live = await aPractice(db)
  await db.query('select app_public.hold_slot($1, $2, $3)', [clinicId, slotId, customer.customerId])
  await db.query('select app_public.hold_slot($1, $2, $3)', [live.clinicId, live.slotId, live.customer.customerId])
  await db.query(`update app_public.booking_slots set held_until = now() - interval '1 second' where id = $1`, [slotId])
  await work('release_expired_holds')
  const status = async (id: string) =>
    (await db.one<{ status: string }>('select status from app_public.booking_slots where id = $1', [id])).status
  expect(await status(slotId)).toBe('open')
  expect(await status(live.slotId)).toBe('held')
})

it('the perpetual jobs are also started by cron, with their own key', () => {
  for (const job of perpetualJobs) {
    expect(cronItems).toContainEqual(
      expect.objectContaining({
        task: job.task,
        payload: job.payload,
        options: expect.objectContaining({ jobKey: keyOf(job) }),
      }),
    )
  }
})

it('a perpetual job is due by the clock of the database, whatever the clock of this machine says', async () => {
  const clock = jest
    .spyOn(Date, 'now')
    .mockImplementation(() => performance.timeOrigin + performance.now() + 3 * 3_600_000)
  try {
    await work('publish_events')
  } finally {
    clock.mockRestore()
  }
  const due = await db.one<{ soon: boolean }>(
    `select run_at <= now() + interval '1 minute' as soon from graphile_worker.jobs where key = 'publish_events'`,
  )
  expect(due).toEqual({ soon: true })
})

describe('compare_time_zones', () => {
  it('records the rules of the zones of clinics, and keeps the rules by which slots were made', async () => {
    const zone = noonZone()
    const { clinicId } = await aPractice(db, zone)
    await work('compare_time_zones')
    const noted = () =>
      db.one('select offsets, changed_at from app_private.time_zone_rules where time_zone = $1', [zone])
    expect(await noted()).toMatchObject({ changed_at: null })
    // As if they had been noted before an update that put the clocks an hour ahead.
    await db.query(
      `update app_private.time_zone_rules
       set offsets = array(select row(o.time_zone, o.since, o.seconds - 3600)::app_public.utc_offset from unnest(offsets) o)
       where time_zone = $1`,
      [zone],
    )
    const old = await noted()
    // The slot was made by the old rules, so its local time differs from that of its time slot now.
    expect(await db.query('select from app_private.slots_at_wrong_local_times($1)', [clinicId])).toHaveLength(1)
    await work('compare_time_zones')
    expect(await noted()).toEqual({ ...old, changed_at: expect.any(Date) })
    const clinics = await db.query('select id from app_public.clinics where time_zone = $1', [zone])
    for (const { id } of clinics) await db.query('select app_private.correct_local_times_of_slots($1)', [id])
    await work('compare_time_zones')
    expect(await noted()).toMatchObject({ changed_at: null })
  })
})
