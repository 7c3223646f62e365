import { execFileSync } from 'node:child_process'
import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { compare, type Measured, measured, median } from '../measure/compare.ts'
import { askable, heapOf } from '../measure/heap.ts'
import { atATime, type Load, loadOn, perSecond } from '../measure/load.ts'
import { byGraphQL, byRest } from '../world/ways.ts'
import { fillWithSlots, makeWorld, openSlots, requireBooked, type Slot, type World } from '../world/world.ts'

const clients = 16
const sizes = {
  quick: { clinics: [1, 2], days: 28, share: 20, searches: 5, rounds: 1, load: 100 },
  usual: { clinics: [10, 100, 700], days: 180, share: 300, searches: 50, rounds: 3, load: 12_000 },
  full: { clinics: [10, 1000, 10_000, 50_000], days: 180, share: 1000, searches: 200, rounds: 5, load: 12_000 },
}

export const benchmark: Benchmark = {
  name: 'growth',
  work: 'from few clinics to many, 2 doctors each: bookings by GraphQL, search, and memory as requests go on',
  seconds: { quick: 20, usual: 110, full: 3000 },
  run,
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { clinics, days, share, searches, rounds, load } = sizes[scale]
  const worlds: World[] = []
  const loads: Load[] = []
  try {
    const contestants = []
    for (const n of clinics) {
      const world = await manyClinics(n, days)
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
      progress(`${n} clinics are made: ${await sizeOf(world)}`)
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

    const flat = await memoryOf(contestants[0] as (typeof contestants)[number], load)
    progress(`${load} further requests`)
    return [...bookings, ...search, ...flat]
  } finally {
    await Promise.all(loads.map((each) => each.close()))
    await Promise.all(worlds.map((world) => world.end()))
  }
}

/**
 * With few clinics, more days are needed to have slots for all rounds: `daysOfFew`. For very many, generating a month would take hours: two
 * days are made at once, without templates and events.
 */
async function manyClinics(clinics: number, daysOfFew: number): Promise<World> {
  const isBulk = clinics > 10_000
  const days = isBulk ? 0 : clinics <= 10 ? daysOfFew : 28
  const world = await makeWorld({ clinics, doctors: 2, days, customers: Math.min(2 * clinics, 20_000) })
  if (isBulk) await fillWithSlots(world, 2, 0)
  return world
}

/** How many slots a world has, and the bytes that a row of its large tables takes with its indexes. */
async function sizeOf(world: World): Promise<string> {
  const { all, slots, rows } = await world.one<{ all: string; slots: string; rows: string }>(
    `select pg_size_pretty(pg_database_size(current_database())) as all,
       (select reltuples::bigint from pg_class where oid = 'app_public.booking_slots'::regclass) as slots,
       (select string_agg(format('%s %s', relname, round(pg_total_relation_size(oid) / reltuples)), ', ')
        from pg_class where relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
          and relkind = 'r' and reltuples > 1000) as rows`,
  )
  return `${all}, ${slots} slots; bytes of a row: ${rows}`
}

/** The memory of server and worker during bookings, searches and lists, while the worker sends the messages. */
async function memoryOf({ world, slots }: { world: World; slots: Slot[] }, requests: number): Promise<Measured[]> {
  const programs = { server: await world.program('server', askable), worker: await world.program('worker', askable) }
  const server = loadOn(programs.server.url, clients)
  const ways: ((slot: Slot) => Promise<unknown>)[] = [
    byGraphQL(server),
    byRest(server),
    ({ id }: Slot) => searchOf(server, Number(id)),
    ({ id }: Slot) => listOf(server, Number(id)),
  ]
  const heaps: Record<string, number[]> = { server: [], worker: [] }
  const all: Record<string, number> = {}
  try {
    for (let tenth = 0; tenth < 10; tenth++) {
      await atATime(clients, slots.splice(0, requests / 10), async (slot) =>
        ways[Number(slot.id) % ways.length]?.(slot),
      )
      for (const [name, program] of Object.entries(programs)) {
        heaps[name]?.push(await heapOf(program))
        all[name] = megabytesOf(program.process.pid)
      }
    }
  } finally {
    await server.close()
  }
  return Object.entries(heaps).map(([name, figures]) => ({
    group: `memory in use through ${requests.toLocaleString('en')} requests (ratio: the last third to the third before)`,
    ...measured(name, 'MB', figures.slice(4), [median(figures.slice(-3)) / median(figures.slice(-6, -3))]),
    also: { 'MB of the process': Math.round(all[name] as number) },
  }))
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

async function listOf(server: Load, n: number): Promise<void> {
  const { text } = await server.get(`/api/clinics?limit=${1 + (n % 100)}`)
  if (!Array.isArray(JSON.parse(text).items)) throw new Error(text)
}

/** The memory of a process. */
export function megabytesOf(pid: number | undefined): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
}
