import type { Pool } from 'pg'
import { globalNumber } from '../../database/several_databases.ts'
import type { Shards } from '../../database/shards.ts'
import { log } from '../../process/log.ts'

/** Pause between two rounds, milliseconds. */
const everyMs = 1000

/** How long after its beginning a booking is still passed on if it takes so long to be committed, milliseconds. */
const longestMs = 10_000
/** What was taken before that is passed on with what the network takes next, milliseconds. */
const mostMs = 60_000

/** A row of app_private.network_slots: what a network has taken in a database. */
interface Taken {
  shard_id: number
}

/**
 * Brings to each database what networks have taken in the others, so that the limit for the slots of one network
 * (app_private.network_limits, kind booking) applies to all databases together, about a second later. Only what networks that may
 * reach the limit have taken is passed on. Bookings wait for nothing. A database that does not answer has what it had. `global` is
 * a connection to the global database, which this ends.
 */
export function countNetworksTogether(shards: Shards, global: Pool): { end(): Promise<void> } {
  let reachable = true
  let complete = performance.now()
  let timer = setTimeout(turn, everyMs)

  async function turn(): Promise<void> {
    const began = performance.now()
    const withinMs = Math.min(began - complete + longestMs, mostMs)
    const databases = new Map([[globalNumber, global], ...answering(shards)])
    try {
      await exchange(databases, shards.all.size + 1, withinMs)
      if (databases.size > shards.all.size) complete = began
      reachable = true
    } catch (error) {
      if (reachable && !global.ending) log.warn({ err: error }, 'the slots of networks could not be counted together')
      reachable = false
    }
    if (!global.ending) timer = setTimeout(turn, everyMs)
  }

  return {
    async end() {
      clearTimeout(timer)
      await global.end()
    },
  }
}

const answering = ({ all }: Shards) =>
  [...all].filter(([, shard]) => shard.answeredLast).map(([number, { figures }]) => [number, figures] as const)

/** One round. Throws the first error if a database has failed; the others have got what was known. */
async function exchange(databases: ReadonlyMap<number, Pool>, count: number, withinMs: number): Promise<void> {
  const ask = `select app_private.networks_near_limit($1, $2 * interval '1 millisecond') as value`
  const near = await fromEach(databases, ask, () => [count, withinMs])
  const networks = [...new Set(near.values.flat())]
  let failure = near.failure
  if (networks.length > 0) {
    const own = 'select t as value from jsonb_array_elements(app_private.own_network_slots($1)) t'
    const taken = await fromEach<Taken>(databases, own, () => [networks])
    const others = (number: number) => taken.values.flat().filter(({ shard_id }) => shard_id !== number)
    const put = await fromEach(databases, 'select app_private.put_network_slots($1)', (number) => [
      JSON.stringify(others(number)),
    ])
    failure ??= taken.failure ?? put.failure
  }
  if (failure) throw failure
}

/** What each database answers, and the first error. */
async function fromEach<T>(databases: ReadonlyMap<number, Pool>, text: string, values: (number: number) => unknown[]) {
  const answers = await Promise.allSettled(
    [...databases].map(async ([number, pool]) => {
      const { rows } = await pool.query<{ value: T }>(text, values(number))
      return rows.map(({ value }) => value)
    }),
  )
  return {
    values: answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])),
    failure: answers.find((answer) => answer.status === 'rejected')?.reason as Error | undefined,
  }
}
