import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { compare, type Measured } from '../measure/compare.ts'
import { makeWorld, type World } from '../world/world.ts'

const sizes = {
  quick: { clinics: 3, rounds: 1 },
  usual: { clinics: 30, rounds: 5 },
  full: { clinics: 2000, rounds: 1 },
}

export const benchmark: Benchmark = {
  name: 'generation',
  work: 'slots of 10 doctors with 20 times a day, for a week; slots a second',
  seconds: { quick: 10, usual: 60, full: 1200 },
  run,
}

const perClinic = 10 * 20 * 7

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { clinics, rounds } = sizes[scale]
  const world = await makeWorld({ clinics, doctors: 10, days: 0, customers: 0 })
  try {
    await twentyTimesADay(world)
    const measured: Measured[] = []
    // Each week is generated once, by one of the two, so that both write into the same growing table.
    let week = 0
    for (const [group, some] of [
      ['a clinic’s week', [1]],
      [`a week of ${clinics} clinics`, Array.from({ length: clinics }, (_, i) => i + 1)],
    ] as const) {
      progress(group)
      const contestant = (name: string, make: (from: number) => Promise<unknown>) => ({
        name,
        async round() {
          const from = ++week * 7
          const before = await count(world)
          const began = performance.now()
          await make(from)
          const perSecond = (some.length * perClinic * 1000) / (performance.now() - began)
          const made = (await count(world)) - before
          if (made !== some.length * perClinic) throw new Error(`${made} slots were made`)
          return perSecond
        },
      })
      measured.push(
        ...(await compare({
          group,
          unit: '/s',
          rounds,
          warm: () => world.query('vacuum analyze'),
          contestants: [
            contestant('plain INSERT … SELECT', async (from) => {
              await world.query(
                `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
                 select clinic_id, doctor_id, time_slot_id, slot_date + $2::int,
                   tstzrange(lower(during) + $2 * interval '1 day', upper(during) + $2 * interval '1 day'), true
                 from bench.week where clinic_id = any ($1)`,
                [some, from],
              )
            }),
            contestant('medislot generate_booking_slots', async (from) => {
              for (const clinic of some) {
                await world.query(
                  'select app_public.generate_booking_slots($1, current_date + $2::int, current_date + $2::int + 6)',
                  [clinic, from],
                )
              }
            }),
          ],
        })),
      )
    }
    return measured
  } finally {
    await world.end()
  }
}

/** Twenty times of each weekday, and the rows of one such week to copy. */
async function twentyTimesADay(world: World): Promise<void> {
  await world.query(`
    update app_public.clinics set time_zone = 'UTC';
    delete from app_public.time_slots;
    insert into app_public.time_slots (clinic_id, name, start_time, end_time)
      select c.id, i::text, time '08:00' + i * interval '30 min', time '08:30' + i * interval '30 min'
      from app_public.clinics c, generate_series(0, 19) i;
    insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday)
      select d.clinic_id, d.id, ts.id, weekday
      from app_public.doctors d join app_public.time_slots ts using (clinic_id), generate_series(1, 7) weekday;
    create schema bench;
    create table bench.week as
      select d.clinic_id, d.id as doctor_id, ts.id as time_slot_id, current_date + i as slot_date,
        tstzrange(current_date + i + ts.start_time, current_date + i + ts.end_time) as during
      from app_public.doctors d join app_public.time_slots ts using (clinic_id), generate_series(0, 6) i
      order by d.clinic_id, d.id, 5;
    create index on bench.week (clinic_id);
    analyze`)
}

async function count(world: World): Promise<number> {
  return (await world.one<{ n: number }>('select count(*)::int as n from app_public.booking_slots')).n
}
