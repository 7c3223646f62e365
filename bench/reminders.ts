import { setTimeout as sleep } from 'node:timers/promises'
import { log } from '../src/log.ts'
import { smtpPeer } from '../test/helpers/peers.ts'
import { startProgram } from '../test/helpers/program.ts'
import { makeWorld } from './world.ts'

// How 20,000 bookings that start at the same hour are reminded of: how they are spread, what planning and claiming cost, and
// how fast workers send. `node bench/reminders.ts [bookings]`.

const bookings = Number(process.argv[2] ?? 20_000)
const perSecond = 20
log.level = 'warn'
const world = await makeWorld(1, 1)
const { pool } = world
const one = async <Row>(text: string, values: unknown[] = []): Promise<Row> => (await pool.query(text, values)).rows[0]
const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
  const began = performance.now()
  return [await work(), Math.round(performance.now() - began)]
}

try {
  await pool.query(`update app_private.channels set per_second = ${perSecond} where channel = 'email'`)
  // As many doctors as bookings, all at nine on one day; written straight into the tables, reminders by the function that bookings use.
  const [, made] = await timed(() =>
    pool.query(
      `
      insert into app_public.doctors (clinic_id, full_name) select 1, 'Busy ' || i from generate_series(1, ${bookings}) i;
      insert into app_public.customers (full_name, email) select 'Patient ' || i, 'patient' || i || '@bench.example' from generate_series(1, ${bookings}) i;
      insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
        select 1, id, full_name, email from app_public.customers where full_name like 'Patient %';
      begin;
      insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status, customer_id)
        select 1, d.id, (select min(id) from app_public.time_slots), current_date + 3,
          tstzrange(current_date + 3 + time '09:00', current_date + 3 + time '09:30'), 'booked', c.id
        from (select id, row_number() over (order by id) n from app_public.doctors where full_name like 'Busy %') d
        join (select id, row_number() over (order by id) n from app_public.customers where full_name like 'Patient %') c using (n);
      insert into app_public.bookings (clinic_id, booking_slot_id, customer_id)
        select 1, id, customer_id from app_public.booking_slots where status = 'booked';
      select app_private.reconcile_reminders(1);
      commit;
      vacuum analyze app_public.notifications;`.replace('vacuum analyze app_public.notifications;', ''),
    ),
  )
  await pool.query('vacuum analyze app_public.notifications')
  console.log(`${bookings} bookings at one hour, with reminders, made in ${made} ms`)

  const { due } = await one<{ due: Date }>(
    `select min(due_at) as due from app_public.notifications where kind = 'booking_reminder'`,
  )
  const before = (hours: number) => new Date(due.getTime() - hours * 3_600_000)
  const [{ n }, planning] = await timed(() =>
    one<{ n: number }>('select app_private.plan_reminders($1) as n', [before(12)]),
  )
  const [, again] = await timed(() => one('select app_private.plan_reminders($1) as n', [before(12)]))
  console.log(`planned ${n} in ${planning} ms; planned again, nothing to change, in ${again} ms`)

  const spread = await one<{ first: number; late: number; most: number }>(`
    select extract(epoch from max(due_at) - min(t))::float as first, count(*) filter (where t > due_at)::int as late,
      (select max(c)::int from (select count(*) as c from app_public.notifications where kind = 'booking_reminder'
         group by date_trunc('minute', send_after)) m) as most
    from (select least(send_after, due_at) as t, due_at from app_public.notifications where kind = 'booking_reminder') x`)
  console.log(
    `at ${perSecond} a second: the first ${Math.round(spread.first)} s ahead of the due time (${bookings / perSecond} s at that rate), at most ${spread.most} in a minute, ${spread.late} later than due`,
  )

  // The clock runs through the last hour before, a minute at a time, with a sender that takes all that may leave.
  let most = 0
  let claimed = 0
  let slowest = 0
  for (let minute = 60; minute >= 0; minute--) {
    let sent = 0
    for (;;) {
      const [{ count }, ms] = await timed(() =>
        one<{ count: number }>(`select count(*)::int from app_private.claim_notifications(20, $1, 'email')`, [
          before(minute / 60),
        ]),
      )
      slowest = Math.max(slowest, ms)
      if (count === 0) break
      sent += count
      if (sent > 3 * perSecond * 60) break
    }
    // Those are out.
    await pool.query(
      `update app_public.notifications set state = 'sent', sent_at = now() where state = 'pending' and attempts > 0`,
    )
    claimed += sent
    most = Math.max(most, sent)
  }
  console.log(`clock run through: ${claimed} sent, at most ${most} in a minute, slowest claim of 20 ${slowest} ms`)

  // And for real: all of them due now, over SMTP, by one worker and by two.
  for (const workers of [1, 2]) {
    const smtp = await smtpPeer()
    await pool.query(`update app_public.notifications set state = 'pending', sent_at = null, attempts = 0, retry_at = null,
      generation = generation + 1, due_at = now() - interval '1 second', send_after = null where id in (select id from app_public.notifications where kind = 'booking_reminder' limit 3000)`)
    const env = {
      DATABASE_URL: world.databaseUrl,
      SMTP_URL: smtp.url,
      MAIL_FROM: 'a@bench.example',
      LOG_LEVEL: 'error',
    }
    const programs = await Promise.all(Array.from({ length: workers }, () => startProgram('worker', { env })))
    const [, ms] = await timed(async () => {
      while (smtp.mails.length < 3000) await sleep(50)
    })
    console.log(`${workers} worker(s): 3000 e-mails by SMTP in ${ms} ms, ${Math.round(3_000_000 / ms)} a second`)
    await Promise.all(programs.map((program) => program.stop()))
    await smtp.close()
  }
} finally {
  await world.end()
}
