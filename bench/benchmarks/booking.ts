import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { type Contestant, compare, type Measured } from '../measure/compare.ts'
import { type Load, loadOn, perSecond } from '../measure/load.ts'
import { peersInstalled } from '../prepare.ts'
import { byGraphQL, byPeer, byRest, bySql, byStockPostGraphile, type Way } from '../world/ways.ts'
import { makePeerTables, makeWorld, openSlots, requestConnections, requireBooked } from '../world/world.ts'

const clients = 32
const sizes = {
  quick: { clinics: 2, doctors: 4, days: 12, customers: 8, first: 20, share: 20, rounds: 1 },
  // After 2,000 requests most of a server's code is compiled.
  usual: { clinics: 50, doctors: 20, days: 17, customers: 1000, first: 2000, share: 400, rounds: 5 },
  full: { clinics: 50, doctors: 20, days: 17, customers: 1000, first: 3000, share: 3000, rounds: 9 },
}
const withoutPackages = ['express_pg']
const withPackages = ['drizzle', 'prisma', 'typeorm']
const titles: Record<string, string> = {
  express_pg: 'Express + pg',
  drizzle: 'Drizzle',
  prisma: 'Prisma',
  typeorm: 'TypeORM',
}

export const benchmark: Benchmark = {
  name: 'booking',
  work: `${clients} clients book free slots; bookings a second`,
  peers: true,
  seconds: { quick: 25, usual: 120, full: 900 },
  run,
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { first, share, rounds, ...size } = sizes[scale]
  const world = await makeWorld(size)
  const loads: Load[] = []
  const loadOf = ({ url }: { url: string }) => {
    const load = loadOn(url, clients)
    loads.push(load)
    return load
  }
  const pool = requestConnections(world, clients)
  try {
    await makePeerTables(world)
    const left = { medislot: await openSlots(world, 1e6), peers: await openSlots(world, 1e6) }
    progress(`${left.medislot.length} slots`)

    const contestant = (name: string, way: Way, of: 'medislot' | 'peers'): Contestant => ({
      name,
      async round(round) {
        const count = round === 0 ? first : share
        const slots = left[of].splice(0, count)
        if (slots.length < count) throw new Error('there are too few slots for this')
        const figure = await perSecond(clients, slots, async (slot) => {
          if (!(await way(slot))) throw new Error('a free slot was refused')
        })
        await requireBooked(world, slots, of)
        return figure
      },
    })
    const server = loadOf(await world.program('server'))
    const peers = [...withoutPackages, ...(peersInstalled() ? withPackages : [])]
    const byPeers = (job: 'whole' | 'slot') =>
      Promise.all(
        peers.map(async (name) =>
          contestant(
            `${titles[name]}${job === 'whole' ? '' : ', slot and booking only'}`,
            byPeer(loadOf(await world.peer(name, job))),
            'peers',
          ),
        ),
      )
    return await compare({
      unit: '/s',
      rounds,
      // Plans for the empty tables are made again, as they would be after autovacuum a minute later.
      warm: () => world.query('vacuum analyze'),
      contestants: [
        contestant('book_slot over pg', bySql(pool), 'medislot'),
        contestant('medislot graphql', byGraphQL(server), 'medislot'),
        contestant('medislot rest', byRest(server), 'medislot'),
        contestant('stock PostGraphile', byStockPostGraphile(loadOf(await world.peer('postgraphile'))), 'medislot'),
        ...(await byPeers('whole')),
        ...(await byPeers('slot')),
      ],
    })
  } finally {
    await Promise.all([pool.end(), ...loads.map((load) => load.close())])
    await world.end()
  }
}
