import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark, Scale } from './benchmark.ts'
import { compare, type Measured, measured, median } from './compare.ts'
import { atATime, perSecond } from './load.ts'
import { bySql } from './ways.ts'
import { makeWorld, openSlots, requestConnections, requireBooked } from './world.ts'

const clients = 16
const sizes = {
  quick: { clinics: 2, share: 30, reads: 2, rounds: 1 },
  usual: { clinics: 10, share: 600, reads: 10, rounds: 3 },
  full: { clinics: 50, share: 4000, reads: 50, rounds: 5 },
}

export const benchmark: Benchmark = {
  name: 'events',
  work: 'sealing the chain of events and verifying it, bookings while that goes on, and a past calendar told',
  seconds: { quick: 10, usual: 40, full: 600 },
  run,
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { clinics, share, reads, rounds } = sizes[scale]
  const world = await makeWorld({ clinics, doctors: 20, days: 28, customers: clinics * 20 })
  const pool = requestConnections(world, clients)
  try {
    const seal = async () => (await world.one<{ seen: number }>('select app_private.seal_events() as seen')).seen
    const sealAll = async () => {
      let sealed = 0
      for (let seen = 5000; seen === 5000; sealed += seen) seen = await seal()
      return sealed
    }
    const timed = async (work: () => Promise<number>) => {
      const began = performance.now()
      const events = await work()
      return (events * 1000) / (performance.now() - began)
    }
    const sealing = await timed(sealAll)
    progress('sealed what there was')

    const slots = await openSlots(world, 1e5)
    const book = async () => {
      const some = slots.splice(0, share)
      const figure = await perSecond(clients, some, async (slot) => {
        if (!(await bySql(pool)(slot))) throw new Error('a free slot was refused')
      })
      await requireBooked(world, some)
      return figure
    }
    const bookings = await compare({
      group: 'bookings over pg',
      unit: '/s',
      rounds,
      warm: () => world.query('vacuum analyze'),
      contestants: [
        { name: 'not sealed', round: book },
        {
          name: 'sealed meanwhile',
          async round() {
            let over = false
            // Like the job: full batches and the rest, then a pause of half a second.
            const sealer = (async () => {
              while (!over) {
                await sealAll()
                await sleep(500)
              }
            })()
            const figure = await book()
            over = true
            await sealer
            return figure
          },
        },
      ],
    })
    await sealAll()
    const verifying = await timed(async () => {
      const { position, fault } = await world.one<{ position: string; fault: string | null }>(
        'select position, fault from app_public.verify_events(1)',
      )
      if (fault !== null) throw new Error(`the chain is broken: ${fault}`)
      return Number(position)
    })
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
    return [
      { group: 'events', ...measured('sealed', '/s', [sealing]) },
      { group: 'events', ...measured('verified', '/s', [verifying]) },
      ...bookings,
      ...calendars,
    ]
  } finally {
    await pool.end()
    await world.end()
  }
}
