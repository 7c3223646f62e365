import { execFileSync } from 'node:child_process'
import type { Benchmark, Scale } from './benchmark.ts'
import { compare, type Measured, measured, median } from './compare.ts'
import { atATime, type Load, loadOn, perSecond } from './load.ts'
import { byGraphQL } from './ways.ts'
import { makeWorld, openSlots, requireBooked, type World } from './world.ts'

const clients = 16
const sizes = {
  quick: { clinics: [2, 8], share: 20, searches: 5, rounds: 1, load: 400 },
  usual: { clinics: [10, 100, 700], share: 300, searches: 50, rounds: 3, load: 12_000 },
  full: { clinics: [10, 1000, 10_000], share: 1000, searches: 200, rounds: 5, load: 300_000 },
}

export const benchmark: Benchmark = {
  name: 'growth',
  work: 'from few clinics to many, 2 doctors each: bookings by GraphQL, search, and memory as requests go on',
  seconds: { quick: 20, usual: 110, full: 2400 },
  run,
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { clinics, share, searches, rounds, load } = sizes[scale]
  const worlds: World[] = []
  const loads: Load[] = []
  try {
    const contestants = []
    for (const n of clinics) {
      // The fewest clinics need the most days to have slots for all rounds.
      const world = await makeWorld({ clinics: n, doctors: 2, days: n <= 10 ? 180 : 28, customers: 2 * n })
      worlds.push(world)
      const program = await world.program('server')
      const server = loadOn(program.url, clients)
      loads.push(server)
      contestants.push({
        name: `${n.toLocaleString('en')} clinics`,
        world,
        program,
        server,
        slots: await openSlots(world, 1e5),
      })
      progress(`${n} clinics are made`)
    }
    const bookings = await compare({
      group: 'bookings by GraphQL',
      unit: '/s',
      rounds,
      warm: () => Promise.all(worlds.map((world) => world.query('vacuum analyze'))),
      contestants: contestants.map(({ name, world, server, slots }) => ({
        name,
        async round() {
          const some = slots.splice(0, share)
          const figure = await perSecond(clients, some, async (slot) => {
            if (!(await byGraphQL(server)(slot))) throw new Error('a free slot was refused')
          })
          await requireBooked(world, some)
          return figure
        },
      })),
    })
    const search = await compare({
      group: 'next 20 slots of a specialization, by GraphQL',
      unit: 'ms',
      rounds,
      contestants: contestants.map(({ name, server }) => ({
        name,
        round: async () => median(await atATime(1, [...Array(searches).keys()], (n) => searchOf(server, n))),
      })),
    })

    // The server of the first world, asked again and again; the worker beside it sends what the bookings gave it to send.
    const [{ world, program, server }] = contestants as [(typeof contestants)[number]]
    const worker = await world.program('worker')
    const memory: Record<string, number[]> = { server: [], worker: [] }
    for (let tenth = 0; tenth <= 10; tenth++) {
      await atATime(clients, [...Array(load / 10).keys()], (n) => searchOf(server, n))
      memory.server?.push(megabytesOf(program.process.pid))
      memory.worker?.push(megabytesOf(worker.process.pid))
    }
    progress(`${load} further requests`)
    const flat = Object.entries(memory).map(([name, figures]) => ({
      group: `memory through ${load.toLocaleString('en')} requests after as many to warm up (ratio: last third to the third before)`,
      ...measured(name, 'MB', figures.slice(4), [median(figures.slice(-3)) / median(figures.slice(-6, -3))]),
    }))
    return [...bookings, ...search, ...flat]
  } finally {
    await Promise.all(loads.map((each) => each.close()))
    await Promise.all(worlds.map((world) => world.end()))
  }
}

async function searchOf(server: Load, n: number): Promise<void> {
  const { text } = await server.post('/graphql', {
    query: '{ availableSlots(specializationId: $id) { bookingSlotId startsAt doctorName } }'.replace(
      '{',
      'query ($id: BigInt) {',
    ),
    variables: { id: String(1 + (n % 20)) },
  })
  if (!Array.isArray(JSON.parse(text).data?.availableSlots)) throw new Error(text)
}

/** What a process has in memory. */
export function megabytesOf(pid: number | undefined): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
}
