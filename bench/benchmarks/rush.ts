import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { type Contestant, compare, type Measured, median, quantile } from '../measure/compare.ts'
import { atATime, type Load, loadOn } from '../measure/load.ts'
import { byGraphQL, byPeer, byRest, bySql, type Way } from '../world/ways.ts'
import {
  type Caller,
  makePeerTables,
  makeWorld,
  openSlots,
  poolSize,
  requestConnections,
  type Slot,
} from '../world/world.ts'

const sizes = {
  quick: { callers: 30, rounds: 2 },
  usual: { callers: 500, rounds: 10 },
  full: { callers: 500, rounds: 30 },
}

export const benchmark: Benchmark = {
  name: 'rush',
  work: 'many callers at once want one slot; the median of how long the losers wait, milliseconds',
  seconds: { quick: 10, usual: 50, full: 120 },
  run,
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { callers, rounds } = sizes[scale]
  progress(`${callers} callers, ${rounds} times`)
  const world = await makeWorld({ clinics: 1, doctors: 10, days: 14, customers: callers })
  const loads: Load[] = []
  const loadOf = async ({ url }: { url: string }, path: string) => {
    const load = loadOn(url, callers)
    loads.push(load)
    // All clients are connected before the slot is opened.
    await Promise.all(world.callers.map(() => load.get(path)))
    return load
  }
  const pool = requestConnections(world, poolSize)
  try {
    await makePeerTables(world)
    // Each slot at another time, since a customer who has won could not book a second slot at the same time.
    const slots = (await openSlots(world, 1e6)).filter(({ nth }) => nth === 1)
    const contestant = (name: string, way: Way, winners: Winners) =>
      contestantOf(name, { way, winners, slots, callers: world.callers })
    const count = (table: string, column: string) => async (slot: Slot) =>
      (await world.one<{ n: number }>(`select count(*)::int as n from ${table} where ${column} = $1`, [slot.id])).n
    const bookings = count('app_public.bookings', 'active_booking_slot_id')
    const server = await loadOf(await world.program('server'), '/healthz')
    return await compare({
      unit: 'ms',
      rounds,
      warm: () => world.query('vacuum analyze'),
      contestants: [
        contestant(`book_slot over pg, ${poolSize} connections`, bySql(pool), bookings),
        contestant('medislot graphql', byGraphQL(server), bookings),
        contestant('medislot rest', byRest(server), bookings),
        contestant(
          'Express + pg',
          byPeer(await loadOf(await world.peer('express_pg'), '/')),
          count('peers.bookings', 'slot_id'),
        ),
        contestant(
          naive,
          byPeer(await loadOf(await world.peer('naive'), '/')),
          count('peers.naive_bookings', 'slot_id'),
        ),
      ],
    })
  } finally {
    await Promise.all([pool.end(), ...loads.map((load) => load.close())])
    await world.end()
  }
}

/** A variant without a lock, in which several callers may win. */
const naive = 'look, then take (naive)'

/** Counts who has won a slot. */
type Winners = (slot: Slot) => Promise<number>

interface Rush {
  way: Way
  winners: Winners
  /** Each round takes one of them. */
  slots: Slot[]
  callers: Caller[]
}

function contestantOf(name: string, { way, winners, slots, callers }: Rush): Contestant {
  const waits: number[] = []
  const won: number[] = []
  return {
    name,
    async round(round) {
      const slot = slots.pop() as Slot
      const answers: boolean[] = []
      const took = await atATime(callers.length, [...callers.keys()], async (n) => {
        answers[n] = await way({ ...slot, by: callers[n] as Caller })
      })
      const accepted = answers.filter(Boolean).length
      const booked = await winners(slot)
      if (accepted !== booked) throw new Error(`${accepted} requests were accepted, and ${booked} have the slot`)
      if (booked !== 1 && name !== naive) throw new Error(`${booked} have one slot`)
      const losers = took.filter((_, n) => !answers[n])
      if (round > 0) {
        waits.push(...losers)
        won.push(booked)
      }
      return median(losers.length > 0 ? losers : took)
    },
    also: () => ({
      winners: Math.min(...won) === Math.max(...won) ? `${won[0]}` : `${Math.min(...won)} to ${Math.max(...won)}`,
      p99: `${quantile(waits, 0.99).toFixed(0)} ms`,
    }),
  }
}
