import { clinicsOf, peopleOf } from '../../src/database/several_databases.ts'
import { caughtUp } from '../../src/shards/replication.ts'
import { startProgram } from '../../test/helpers/programs/program.ts'
import { type Installation, startInstallation } from '../../test/helpers/shards/shards.ts'
import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { compare, type Measured, median } from '../measure/compare.ts'
import { atATime, type Load, loadOn, perSecond } from '../measure/load.ts'
import { bookingsToGlobal, catchingUp, peopleToShard } from '../world/catching_up.ts'
import { byRest } from '../world/ways.ts'
import {
  makeCallers,
  makeClinics,
  makeSpecializations,
  makeWorld,
  openSlots,
  poolSize,
  requireBooked,
  type Slot,
  secret,
  type World,
} from '../world/world.ts'

const clients = 16
/** The clinics are spread evenly over the shards. */
const sizes = {
  quick: {
    shards: 2,
    clinics: 4,
    doctors: 4,
    days: 10,
    customers: 40,
    share: 16,
    single: 4,
    people: 2,
    searches: 4,
    copied: 20,
    rounds: 1,
  },
  usual: {
    shards: 4,
    clinics: 16,
    doctors: 10,
    days: 24,
    customers: 400,
    share: 300,
    single: 40,
    people: 15,
    searches: 40,
    copied: 1000,
    rounds: 5,
  },
  full: {
    shards: 4,
    clinics: 64,
    doctors: 20,
    days: 40,
    customers: 2000,
    share: 2000,
    single: 200,
    people: 50,
    searches: 100,
    copied: 4000,
    rounds: 9,
  },
}

export const benchmark: Benchmark = {
  name: 'shards',
  work: 'an installation with four shards on the same cores, and one database with the same clinics; by REST',
  seconds: { quick: 60, usual: 180, full: 1500 },
  run,
}

/** A server with its databases. */
interface Side {
  server: Load
  /** The databases, by the number that ids made in them begin with. */
  databases: Pick<World, 'query' | 'one'>[]
  /** The slots of the clinics in each shard. With one database there is one list with all slots. */
  slots: Slot[][]
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const size = sizes[scale]
  await using running = new AsyncDisposableStack()
  const plain = await plainSide(size, running)
  progress('one database is made')
  const { installation, ...sharded } = await shardedSide(size, running)
  progress(`${size.shards} shards are made`)
  const inShards = { 'clinics of one shard': 1, 'clinics of two shards': 2, 'clinics of four shards': 4 }
  const candidates: Candidate[] = [
    { name: 'one database', side: plain, shards: 1 },
    ...Object.entries(inShards).flatMap(([name, shards]) =>
      shards <= size.shards ? [{ name, side: sharded, shards }] : [],
    ),
  ]
  return [
    ...(await compareSearches(size, { 'one database': plain, 'global copies': sharded })),
    ...(await compareBookings(size, candidates)),
    ...(await compareFirstBookings(size, candidates)),
    ...(await measureCopies(size, installation, sharded)),
  ]
}

type ShardsSize = (typeof sizes)[Scale]

/** A side, and in how many of its shards the clinics are. */
interface Candidate {
  name: string
  side: Side
  shards: number
}

function compareSearches(size: ShardsSize, sides: Record<string, Side>): Promise<Measured[]> {
  const found = new Map<number, string>()
  return compare({
    group: 'search for a specialization on a day in all clinics, one caller',
    unit: 'ms',
    rounds: size.rounds,
    contestants: Object.entries(sides).map(([name, { server }]) => ({
      name,
      round: async () =>
        median(
          await atATime(1, [...Array(size.searches).keys()], async (n) => {
            const times = await searchOf(server, n, size.doctors)
            if (times !== (found.get(n) ?? times)) throw new Error(`found ${times}, not ${found.get(n)}`)
            found.set(n, times)
          }),
        ),
    })),
  })
}

async function compareBookings({ share, single, rounds }: ShardsSize, candidates: Candidate[]): Promise<Measured[]> {
  const bookingEach = (
    count: number,
    measured: (slots: Slot[], book: (slot: Slot) => Promise<void>) => Promise<number>,
  ) =>
    candidates.map(({ name, side, shards }) => ({
      name,
      async round() {
        const slots = taken(side, shards, count)
        const figure = await measured(slots, booked(side))
        await requireAllBooked(side, slots)
        return figure
      },
    }))
  const many = await compare({
    group: `bookings, ${clients} clients`,
    unit: '/s',
    rounds,
    warm: () => vacuum(new Set(candidates.map(({ side }) => side))),
    contestants: bookingEach(share, (slots, book) => perSecond(clients, slots, book)),
  })
  const one = await compare({
    group: 'a booking, one client',
    unit: 'ms',
    rounds,
    contestants: bookingEach(single, async (slots, book) => median(await atATime(1, slots, book))),
  })
  return [...many, ...one]
}

function compareFirstBookings({ people, rounds }: ShardsSize, candidates: Candidate[]): Promise<Measured[]> {
  const registering: Record<string, number[]> = {}
  return compare({
    group: 'the first booking, right after registering',
    unit: 'ms',
    rounds,
    contestants: candidates.map(({ name, side, shards }) => ({
      name,
      async round() {
        const took: number[] = []
        for (const slot of taken(side, shards, people)) {
          const began = performance.now()
          const token = await registered(side.server)
          const registeredAt = performance.now()
          registering[name] = [...(registering[name] ?? []), registeredAt - began]
          await booked(side)({ ...slot, by: { ...slot.by, token } })
          took.push(performance.now() - registeredAt)
        }
        return median(took)
      },
      also: () => ({ 'ms to register': median(registering[name] ?? []).toFixed(1) }),
    })),
  })
}

/** How fast copies catch up with bookings, and with people. */
async function measureCopies({ copied, rounds }: ShardsSize, installation: Installation, sharded: Side) {
  const toGlobal = bookingsToGlobal(installation, async () => {
    const slots = taken(sharded, 1, copied)
    await atATime(clients, slots, booked(sharded))
    return slots.length
  })
  return [await catchingUp(toGlobal, rounds), await catchingUp(peopleToShard(installation, copied), rounds)]
}

async function plainSide(size: ShardsSize, running: AsyncDisposableStack): Promise<Side> {
  const world = running.adopt(await makeWorld(size), (it) => it.end())
  await specialize(world)
  const { url } = await world.program('server')
  const server = running.adopt(loadOn(url, clients), (it) => it.close())
  return { server, databases: [world], slots: [await openSlots(world, 1e6)] }
}

async function shardedSide(
  size: ShardsSize,
  running: AsyncDisposableStack,
): Promise<Side & { installation: Installation }> {
  const installation = await startInstallation(size.shards, undefined, { throwaway: false })
  running.adopt(installation, (it) => it.remove())
  const { global, databases } = installation
  await makeSpecializations(global)
  const callers = await makeCallers(global, size.customers)
  for (let n = 1; n <= size.shards; n++) await requireCopied(global, peopleOf(n))
  const clinics = size.clinics / size.shards
  for (const shard of databases) {
    await makeClinics(shard, { ...size, clinics })
    await specialize(shard as Side['databases'][number])
  }
  const slots: Slot[][] = []
  // Patients of their own for each shard: two slots at the same time are for different ones.
  const perShard = size.customers / size.shards
  for (const [n, shard] of databases.entries()) {
    const some = callers.slice(n * perShard, (n + 1) * perShard)
    slots.push(await openSlots({ query: shard.query as World['query'], callers: some }, 1e6))
  }
  for (const [n, shard] of databases.entries()) await requireCopied(shard, clinicsOf(1 + n))
  const all = [global, ...databases] as Side['databases']
  await vacuum([{ databases: all }])
  const [first] = installation.servers as [Installation['servers'][number]]
  const env = { NODE_ENV: 'production', POOL_SIZE: String(poolSize), LOG_LEVEL: 'warn' }
  const program = running.adopt(
    await startProgram('server', { env: { ...env, DATABASE_URL: first.serverUrl(), JWT_SECRET: secret } }),
    async (it) => void (await it.stop()),
  )
  const server = running.adopt(loadOn(program.url, clients), (it) => it.close())
  return { server, databases: all, slots, installation }
}

/** Gives the doctors of each clinic one specialization after the other, whatever their ids are. */
const specialize = ({ query }: Side['databases'][number]) =>
  query(`delete from app_public.doctor_specializations;
    insert into app_public.doctor_specializations
      select clinic_id, id, 1 + row_number() over (partition by clinic_id order by id) % 20 from app_public.doctors`)

async function requireCopied({ client }: Installation['global'], slot: string): Promise<void> {
  while (!(await caughtUp(client, slot))) process.stderr.write('  waiting for copies\n')
}

async function vacuum(sides: Iterable<Pick<Side, 'databases'>>): Promise<void> {
  for (const { databases } of sides) for (const { query } of databases) await query('vacuum analyze')
}

/** Takes free slots of clinics in so many shards, in turn. */
function taken({ slots }: Side, shards: number, count: number): Slot[] {
  const found = Array.from({ length: count }, (_, n) => slots[n % shards]?.pop())
  if (found.includes(undefined)) throw new Error('there are too few slots for this')
  return found as Slot[]
}

const booked =
  ({ server }: Side) =>
  async (slot: Slot) => {
    if (!(await byRest(server)(slot))) throw new Error('a free slot was refused')
  }

async function requireAllBooked({ databases }: Side, slots: Slot[]): Promise<void> {
  const byDatabase = Map.groupBy(slots, ({ id }) => Math.floor(Number(id) / 1e12))
  for (const [number, some] of byDatabase) await requireBooked(databases[number] as World, some)
}

let people = 0

async function registered(server: Load): Promise<string> {
  const person = { email: `new${people++}@bench.example`, password: 'a password for benchmarks', fullName: 'New' }
  const { status, text } = await server.post('/api/auth/register', person)
  if (status !== 201) throw new Error(text)
  return JSON.parse(text).accessToken
}

/** The times that are found, in their order. */
async function searchOf(server: Load, n: number, doctors: number): Promise<string> {
  const day = new Date(Date.now() + (2 + (n % 7)) * 86_400_000).toISOString().slice(0, 10)
  const specialization = 1 + ((1 + (n % doctors)) % 20)
  const { text } = await server.get(`/api/availability/search?specialization=${specialization}&date=${day}&limit=20`)
  return (JSON.parse(text).items as { startsAt: string }[]).map(({ startsAt }) => startsAt).join()
}
