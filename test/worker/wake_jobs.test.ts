import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { Pool } from 'pg'
import { keyOf, type PerpetualJob } from '../../src/worker/perpetual_jobs.ts'
import { perpetualJobs, taskList } from '../../src/worker/task_list.ts'
import { wakeJobs } from '../../src/worker/wake_jobs.ts'
import { book } from '../helpers/clinic/operations.ts'
import { aPractice } from '../helpers/clinic/world.ts'
import type { ClonedDatabase } from '../helpers/database/cluster.ts'
import { ownPool } from '../helpers/database/own_pool.ts'
import { work } from '../helpers/programs/work.ts'
import { eventually } from '../helpers/time/eventually.ts'
import { anOnlinePractice, bookOnline } from '../sql/consultation/online.ts'
import { aRecordedVisit, aRecording, bothAgree } from '../sql/consultation/recordings.ts'

// Workers ask twice a second which jobs have something to do, and wake only these.

let database: ClonedDatabase
let pool: Pool
let db: Parameters<typeof aPractice>[0]
const tasks = taskList({}, 'https://book.test')

beforeAll(async () => {
  ;({ database, pool, db } = await ownPool())
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

const withWork = async (): Promise<string[]> =>
  (await db.query('select task, variant from app_private.jobs_with_work() order by task, variant')).map(
    ({ task, variant }) => [task, variant].filter(Boolean).join(':'),
  )

/** Runs perpetual jobs until none has anything to do. Other tests' transactions delay events. */
const workOff = () =>
  eventually(async () => {
    for (const { task, payload } of perpetualJobs) expect(await work(pool, tasks, task, payload)).toEqual([])
    return (await withWork()).length === 0
  }, 'jobs that have nothing to do')

/** The keys of the jobs in the queue that are due. */
const due = async (): Promise<string[]> =>
  (
    await db.query<{ key: string }>(
      'select key from graphile_worker.jobs where key is not null and run_at <= now() order by key',
    )
  ).map(({ key }) => key)

beforeEach(workOff)

async function aBooking() {
  const { clinicId, slotId, customer } = await aPractice(db)
  await db.query('select app_public.create_webhook_endpoint($1, $2)', [clinicId, 'https://hooks.clinic.de/'])
  await book(db, clinicId, slotId, customer)
  return clinicId
}

it.each<[string, () => Promise<unknown>]>([
  ['send_notifications:email', aBooking],
  [
    'send_notifications:sms',
    async () =>
      db.query(
        `update app_public.notifications set channel = 'sms' where clinic_id = $1 and kind = 'booking_confirmed' and channel = 'email'`,
        [await aBooking()],
      ),
  ],
  ['send_webhooks:answering', aBooking],
  [
    'send_webhooks:failing',
    async () =>
      db.query(
        `insert into app_private.webhook_health (clinic_id, endpoint_id, failures)
         select clinic_id, id, 1 from app_public.webhook_endpoints where clinic_id = $1`,
        [await aBooking()],
      ),
  ],
  [
    'send_account_messages',
    () => db.query(`select app_public.register_customer('new@test.example', 'a fine long password', 'Ann')`),
  ],
  [
    'prepare_consultations',
    async () => {
      const practice = await anOnlinePractice(db)
      await bookOnline(db, practice, practice.slotId)
    },
  ],
  [
    'keep_recordings',
    async () => {
      const visit = await aRecordedVisit(db)
      await bothAgree(db, visit)
      await aRecording(db, visit)
      await db.query('update app_public.recordings set retry_at = now()')
    },
  ],
  ['publish_events', aBooking],
  ['seal_events', aBooking],
])('%s has work when its rows are due, and none once it has run', async (job, given) => {
  expect(await withWork()).toEqual([])
  await given()
  await eventually(async () => (await withWork()).includes(job), `work for ${job}`)
  await workOff()
})

it('webhooks to an endpoint that is paused or switched off do not wake the job', async () => {
  const clinicId = await aBooking()
  expect(await withWork()).toContain('send_webhooks:answering')
  await db.query(
    `insert into app_private.webhook_health (clinic_id, endpoint_id, failures, retry_at)
     select clinic_id, id, 1, now() + interval '1 hour' from app_public.webhook_endpoints where clinic_id = $1`,
    [clinicId],
  )
  expect((await withWork()).filter((job) => job.startsWith('send_webhooks'))).toEqual([])
  await db.query('delete from app_private.webhook_health where clinic_id = $1', [clinicId])
  expect(await withWork()).toContain('send_webhooks:answering')
  await db.query('update app_public.webhook_endpoints set is_active = false where clinic_id = $1', [clinicId])
  // The same state results from a booking whose transaction did not see yet that the endpoint is inactive.
  await db.query(
    `update app_public.notifications set state = 'pending', dropped_because = null
     where clinic_id = $1 and channel = 'webhook'`,
    [clinicId],
  )
  expect((await withWork()).filter((job) => job.startsWith('send_webhooks'))).toEqual([])
  await db.query(
    `update app_public.notifications set state = 'dropped', dropped_because = 'endpoint_removed'
     where clinic_id = $1 and channel = 'webhook'`,
    [clinicId],
  )
})

it('perpetual jobs queue themselves again for the next minute, and only those with work are woken', async () => {
  for (const { task, payload } of perpetualJobs) expect(await work(pool, tasks, task, payload)).toEqual([])
  expect(await due()).toEqual([])
  await wakeJobs(pool, perpetualJobs)
  expect(await due()).toEqual([])

  await db.query(`select app_public.register_customer('later@test.example', 'a fine long password', 'Ann')`)
  await aBooking()
  await wakeJobs(pool, perpetualJobs)
  // Events may have to wait for other tests' transactions.
  expect((await due()).filter((key) => !key.endsWith('_events'))).toEqual([
    'send_account_messages',
    'send_notifications:email:1',
    'send_notifications:email:2',
    'send_webhooks:answering',
  ])
})

it('a job with work that was lost is added again; one that runs or has failed is left alone', async () => {
  await aBooking()
  const jobs: PerpetualJob[] = perpetualJobs.filter(({ payload }) => payload.channel === 'email')
  const [first, second] = jobs.map(keyOf)
  const queue = () =>
    db.query(
      `select key, attempts, locked_by is not null as runs, run_at > now() as waits from graphile_worker.jobs
       where key = any ($1) order by key`,
      [[first, second]],
    )
  await db.query(
    'select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs where key = any ($1)))',
    [[first, second]],
  )
  expect(await queue()).toEqual([])
  await wakeJobs(pool, jobs)
  const added = { attempts: 0, runs: false, waits: false }
  expect(await queue()).toEqual([
    { key: first, ...added },
    { key: second, ...added },
  ])

  await db.query(
    `update graphile_worker._private_jobs set attempts = 1, locked_at = case when key = $1 then now() end,
       locked_by = case when key = $1 then 'a worker' end,
       run_at = case when key = $2 then now() + interval '1 minute' else now() end
     where key in ($1, $2)`,
    [first, second],
  )
  await wakeJobs(pool, jobs)
  expect(await queue()).toEqual([
    { key: first, attempts: 1, runs: true, waits: false },
    { key: second, attempts: 1, runs: false, waits: true },
  ])
  await db.query(`select graphile_worker.force_unlock_workers(array['a worker'])`)
})
