import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { type Contestant, compare, type Measured, measured, median } from '../measure/compare.ts'
import { atATime, perSecond } from '../measure/load.ts'
import { bySql } from '../world/ways.ts'
import { makeWorld, openSlots, requestConnections, requireBooked, type Slot, type World } from '../world/world.ts'

const clients = 16
const sizes = {
  quick: { clinics: 2, share: 30, reads: 2, rounds: 1 },
  usual: { clinics: 10, share: 600, reads: 10, rounds: 3 },
  full: { clinics: 50, share: 4000, reads: 50, rounds: 5 },
}

export const benchmark: Benchmark = {
  name: 'events',
  work: 'sealing the chain of events and verifying it, bookings at the same time, and reading a past calendar',
  seconds: { quick: 10, usual: 40, full: 600 },
  run,
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { clinics, share, reads, rounds } = sizes[scale]
  const world = await makeWorld({ clinics, doctors: 20, days: 28, customers: clinics * 20 })
  const pool = requestConnections(world, clients)
  try {
    const sealing = await eventsPerSecond(() => sealAll(world))
    progress('sealed what there was')
    const bookings = await compare({
      group: 'bookings over pg',
      unit: '/s',
      rounds,
      warm: () => world.query('vacuum analyze'),
      contestants: contestantsOf(world, pool, await openSlots(world, 1e5), share),
    })
    await sealAll(world)
    const verifying = await eventsPerSecond(() => verify(world))
    return [
      { group: 'events', ...measured('sealed', '/s', [sealing]) },
      { group: 'events', ...measured('verified', '/s', [verifying]) },
      ...bookings,
      ...(await measureCalendars(world, reads)),
    ]
  } finally {
    await pool.end()
    await world.end()
  }
}

/** Seals all events. Returns how many there were. */
async function sealAll(world: World): Promise<number> {
  let sealed = 0
  for (let seen = 5000; seen === 5000; sealed += seen) {
    seen = (await world.one<{ seen: number }>('select app_private.seal_events() as seen')).seen
  }
  return sealed
}

/** Verifies the chain of a clinic. Returns how many events it has. */
async function verify(world: World): Promise<number> {
  const { position, fault } = await world.one<{ position: string; fault: string | null }>(
    'select position, fault from app_public.verify_events(1)',
  )
  if (fault !== null) throw new Error(`the chain is broken: ${fault}`)
  return Number(position)
}

async function eventsPerSecond(work: () => Promise<number>): Promise<number> {
  const began = performance.now()
  const events = await work()
  return (events * 1000) / (performance.now() - began)
}

function contestantsOf(world: World, pool: Pool, slots: Slot[], share: number): Contestant[] {
  async function book(): Promise<number> {
    const some = slots.splice(0, share)
    const figure = await perSecond(clients, some, async (slot) => {
      if (!(await bySql(pool)(slot))) throw new Error('a free slot was refused')
    })
    await requireBooked(world, some)
    return figure
  }
  async function bookWhileSealing(): Promise<number> {
    let over = false
    // Like the job: full batches and the rest, then a pause of half a second.
    const sealer = (async () => {
      while (!over) {
        await sealAll(world)
        await sleep(500)
      }
    })()
    const figure = await book()
    over = true
    await sealer
    return figure
  }
  return [
    { name: 'not sealed', round: book },
    { name: 'sealed meanwhile', round: bookWhileSealing },
  ]
}

async function measureCalendars(world: World, reads: number): Promise<Measured[]> {
  const calendars: Measured[] = []
  for (const days of [1, 7, 31]) {
    const took = await atATime(1, [...Array(reads).keys()], () =>
      world.query('select * from app_public.calendar_as_of(1, now(), current_date + 1, current_date + $1::int)', [
        days,
      ]),
    )
    calendars.push({
      group: 'calendar of 20 doctors as of a moment',
      ...measured(`${days} days`, 'ms', [median(took)]),
    })
  }
  return calendars
}
