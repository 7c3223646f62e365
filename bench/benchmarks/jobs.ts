import { Logger, type Runner, run as runWorker, type TaskList } from 'graphile-worker'
import { Pool } from 'pg'
import { createPool } from '../../src/database/pools.ts'
import { keyOf } from '../../src/worker/perpetual_jobs.ts'
import { perpetualJobs, taskList } from '../../src/worker/task_list.ts'
import type { Message } from '../../src/worker/transports/message.ts'
import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { type Contestant, compare, type Measured, median } from '../measure/compare.ts'
import { atATime, perSecond } from '../measure/load.ts'
import { peersInstalled } from '../prepare.ts'
import { bySql } from '../world/ways.ts'
import { makeWorld, openSlots, requestConnections, requireBooked, type World } from '../world/world.ts'

const clients = 16
/** Jobs at the same time, the default of medislot's worker. */
const concurrency = 4
/** Reminders per second, when an hour's reminders are spread. */
const perSecondSpread = 20
const sizes = {
  quick: { clinics: 2, share: 20, reminders: 60, rounds: 1 },
  usual: { clinics: 20, share: 800, reminders: 1500, rounds: 3 },
  full: { clinics: 20, share: 1500, reminders: 100_000, rounds: 1 },
}

export const benchmark: Benchmark = {
  name: 'jobs',
  work: 'bookings with and without a worker that sends their messages; reminders of one popular hour recorded and delivered',
  peers: true,
  seconds: { quick: 20, usual: 90, full: 750 },
  run,
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { clinics, share, rounds, reminders } = sizes[scale]
  return [
    ...(await bookingsBesideAWorker({ clinics, share, rounds }, progress)),
    ...(await remindersDelivered({ reminders, rounds }, progress)),
  ]
}

async function bookingsBesideAWorker(
  { clinics, share, rounds }: { clinics: number; share: number; rounds: number },
  progress: (text: string) => void,
): Promise<Measured[]> {
  const world = await makeWorld({ clinics, doctors: 20, days: 17, customers: clinics * 20 })
  const pool = requestConnections(world, clients)
  try {
    const slots = await openSlots(world, 1e5)
    progress(`${slots.length} slots`)
    const round = async () => {
      const some = slots.splice(0, share)
      const figure = await perSecond(clients, some, async (slot) => {
        if (!(await bySql(pool)(slot))) throw new Error('a free slot was refused')
      })
      await requireBooked(world, some)
      return figure
    }
    return await compare({
      group: 'bookings over pg',
      unit: '/s',
      rounds,
      warm: () => world.query('vacuum analyze'),
      contestants: [
        { name: 'without a worker', round },
        {
          name: 'with a worker that sends',
          async round() {
            const worker = await world.program('worker')
            const figure = await round()
            await worker.stop()
            return figure
          },
        },
      ],
    })
  } finally {
    await pool.end()
    await world.end()
  }
}

/** What a booking's transaction does for its reminder, and how a worker delivers what is due. */
interface Design {
  name: string
  /** Begins a round: nothing is recorded. */
  begin(): Promise<unknown>
  record(bookingId: string): Promise<unknown>
  /** Does what is done before the reminders are due, and checks the result. */
  spread?(): Promise<unknown>
  /** All are due now. */
  makeDue(): Promise<unknown>
  end?(): Promise<unknown>
  /** Starts a worker, and calls `delivered` for each delivered reminder. Returns a function that stops the worker. */
  deliver(delivered: (bookingId: string) => void): Promise<() => Promise<unknown>>
}

async function remindersDelivered(
  { reminders, rounds }: { reminders: number; rounds: number },
  progress: (text: string) => void,
): Promise<Measured[]> {
  const world = await makeWorld({ clinics: 1, doctors: 1, days: 0, customers: 0 })
  const pool = createPool(world.databaseUrl, { name: 'bench jobs', size: clients })
  const designs: Design[] = []
  try {
    const bookings = await bookingsAtOneHour(world, reminders)
    progress(`${bookings.length} bookings at one hour`)
    designs.push(
      jobPerReminder(world, pool),
      ...(peersInstalled() ? [await pgBoss(world, pool)] : []),
      notificationRows(world, pool),
    )
    const contestant = (design: Design): Contestant => {
      const seen: Record<string, number[]> = { recorded: [], delivered: [] }
      return {
        name: design.name,
        async round() {
          await design.begin()
          await world.query('vacuum analyze')
          const began = performance.now()
          await atATime(clients, bookings, (id) => design.record(id))
          const recorded = performance.now()
          await design.spread?.()
          const spread = performance.now()
          await design.makeDue()
          const due = performance.now()
          const delivered = new Map<string, number>()
          const { promise, resolve } = Promise.withResolvers<void>()
          const end = await design.deliver((id) => {
            delivered.set(id, (delivered.get(id) ?? 0) + 1)
            if (delivered.size === reminders) resolve()
          })
          await promise
          const over = performance.now()
          await end()
          if ([...delivered.values()].some((times) => times !== 1)) throw new Error('one was delivered twice')
          seen.recorded?.push((reminders * 1000) / (recorded - began))
          seen.delivered?.push((reminders * 1000) / (over - due))
          return (reminders * 1000) / (spread - began + over - due)
        },
        also: () =>
          Object.fromEntries(
            Object.entries(seen).map(([what, figures]) => [what, `${median(figures.slice(1)).toFixed(0)}/s`]),
          ),
      }
    }
    return await compare({
      group: `${reminders.toLocaleString('en')} reminders recorded in transactions, spread, delivered to memory`,
      unit: '/s',
      rounds,
      contestants: designs.map(contestant),
    })
  } finally {
    await Promise.all(designs.map(({ end }) => end?.()))
    await pool.end()
    await world.end()
  }
}

/** The ids of bookings that all start at the same hour in three days, each with a different doctor and patient. */
async function bookingsAtOneHour(world: World, count: number): Promise<string[]> {
  await world.query(`
    insert into app_public.doctors (clinic_id, full_name) select 1, 'Busy ' || i from generate_series(1, ${count}) i;
    insert into app_public.customers (full_name, email) select 'Patient ' || i, 'patient' || i || '@bench.example' from generate_series(1, ${count}) i;
    insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
      select 1, id, full_name, email from app_public.customers where full_name like 'Patient %';
    begin;
    insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status, customer_id)
      select 1, d.id, (select min(id) from app_public.time_slots), current_date + 3,
        tstzrange(current_date + 3 + time '09:00', current_date + 3 + time '09:30'), 'booked', c.id
      from (select id, row_number() over (order by id) n from app_public.doctors where full_name like 'Busy %') d
      join (select id, row_number() over (order by id) n from app_public.customers where full_name like 'Patient %') c using (n);
    -- By the statistics of empty tables each booking would look through all that there is.
    analyze;
    insert into app_public.bookings (clinic_id, booking_slot_id, customer_id)
      select 1, id, customer_id from app_public.booking_slots where status = 'booked';
    commit;`)
  return (await world.query<{ id: string }>('select id from app_public.bookings order by id')).map(({ id }) => id)
}

/**
 * medislot: a row for each reminder, which is written and planned before it is due, and one job that sends due rows.
 */
function notificationRows(world: World, pool: Pool): Design {
  const delivered = { to: (_id: string): void => undefined }
  const transports = {
    email: {
      async send({ idempotencyKey }: Message) {
        delivered.to(idempotencyKey)
        return undefined
      },
    },
  }
  return {
    name: 'medislot: a row for each',
    begin: () =>
      world.query(`delete from app_private.delivery_attempts; delete from app_public.notifications;
        update app_private.reminder_rounds set looked_at = now()`),
    // What a booking does when its reminder is not due soon, as in queue_notifications; the rows are written later.
    record: (id) =>
      pool.query({
        name: 'record',
        text: `select app_private.queue_reminders(b.clinic_id, array[b.id]) from app_public.bookings b
               where b.clinic_id = 1 and b.id = $1 and exists (
                 select from app_public.policies p cross join unnest(p.reminder_lead_times) as ahead
                 where p.clinic_id = b.clinic_id and b.starts_at - ahead <= clock_timestamp() + app_private.reminder_period())`,
        values: [id],
      }),
    async spread() {
      await world.query(
        `select app_private.queue_coming_reminders(1, min(starts_at) - interval '37 hours') from app_public.bookings`,
      )
      await world.query(`update app_private.channels set per_second = ${perSecondSpread} where channel = 'email'`)
      const { due } = await world.one<{ due: Date }>('select min(due_at) as due from app_public.notifications')
      await world.query('select app_private.plan_reminders($1)', [new Date(due.getTime() - 12 * 3_600_000)])
      const { late, most } = await world.one<{ late: number; most: number }>(
        `select count(*) filter (where send_after > due_at)::int as late,
           (select max(n)::int from (select count(*) as n from app_public.notifications group by date_trunc('minute', coalesce(send_after, due_at))) m) as most
         from app_public.notifications`,
      )
      if (late > 0) throw new Error(`${late} reminders would leave late`)
      if (most > perSecondSpread * 60 + 1) throw new Error(`${most} reminders would leave within a minute`)
    },
    makeDue: () =>
      world.query(`update app_public.notifications set due_at = now() - interval '1 second', send_after = null`),
    deliver: (report) => {
      delivered.to = report
      return working(world, taskList(transports, 'http://127.0.0.1'), async (runner) => {
        for (const job of perpetualJobs.filter(({ payload }) => payload.channel === 'email')) {
          await runner.addJob(job.task, job.payload, { jobKey: keyOf(job) })
        }
      })
    },
  }
}

const reminderOf = `
  select c.full_name, c.email, d.full_name as doctor, cl.name as clinic, b.starts_at at time zone cl.time_zone as local_start
  from app_public.bookings b join app_public.customers c on c.id = b.customer_id join app_public.clinics cl on cl.id = b.clinic_id
  join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id where b.clinic_id = 1 and b.id = $1`

/** A job of the peers: reads the booking and delivers a text. */
async function remind(pool: Pool, id: string, deliver: (id: string) => void): Promise<void> {
  const { rows } = await pool.query({ name: 'remind', text: reminderOf, values: [id] })
  const [{ full_name, email, doctor, clinic, local_start }] = rows
  const mail = `To: ${email}\n\nDear ${full_name}, you have an appointment with ${doctor} at ${clinic} on ${local_start}.`
  if (mail.length > 0) deliver(id)
}

/** graphile-worker with a job for each reminder, added in the booking's transaction. */
function jobPerReminder(world: World, pool: Pool): Design {
  return {
    name: 'graphile-worker, a job for each',
    begin: () => world.query('select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs'),
    record: (id) =>
      pool.query({
        name: 'add_job',
        text: `select graphile_worker.add_job('remind', json_build_object('id', $1::text), run_at => now() + interval '2 days')`,
        values: [id],
      }),
    makeDue: () =>
      world.query(
        `select graphile_worker.reschedule_jobs(array_agg(id), run_at => now()) from graphile_worker.jobs where task_identifier = 'remind'`,
      ),
    deliver: (report) =>
      working(
        world,
        { remind: (payload) => remind(pool, (payload as { id: string }).id, report) },
        async () => undefined,
      ),
  }
}

async function working(
  world: World,
  tasks: TaskList,
  begun: (runner: Runner) => Promise<unknown>,
): Promise<() => Promise<unknown>> {
  // Without a timeout: on a busy machine a benchmark takes longer, but does not fail.
  const pgPool = new Pool({ connectionString: world.databaseUrl, max: 4 * concurrency })
  pgPool.on('error', () => undefined).on('connect', (client) => client.on('error', () => undefined))
  const runner = await runWorker({
    pgPool,
    taskList: tasks,
    concurrency,
    noHandleSignals: true,
    pollInterval: 500,
    logger: new Logger(() => () => undefined),
  })
  await begun(runner)
  return async () => {
    await runner.stop()
    await pgPool.end()
  }
}

/** pg-boss with a job for each. */
async function pgBoss(world: World, pool: Pool): Promise<Design> {
  const { PgBoss } = await import('pg-boss' as string)
  const boss = new PgBoss({ connectionString: world.databaseUrl, max: clients })
  boss.on('error', () => undefined)
  await boss.start()
  await boss.createQueue('remind')
  return {
    name: 'pg-boss, a job for each',
    begin: () => boss.deleteAllJobs('remind'),
    record: (id) => boss.send('remind', { id }, { startAfter: 172_800 }),
    makeDue: () => world.query(`update pgboss.job set start_after = now() where name = 'remind'`),
    end: () => boss.stop({ graceful: false }),
    async deliver(report) {
      await boss.work(
        'remind',
        { batchSize: 20, localConcurrency: concurrency, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
        async (jobs: { data: { id: string } }[]) => {
          await Promise.all(jobs.map(({ data }) => remind(pool, data.id, report)))
        },
      )
      return () => boss.offWork('remind')
    },
  }
}
