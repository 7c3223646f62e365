import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientBase, Pool } from 'pg'
import { isConnectionFailure, isPoolExhausted } from './pools.ts'

/** How long a call waits for the copy of what was recorded, and the pause between two questions, milliseconds. */
const patienceMs = 3000
const pauseMs = 5

/** Tasks that record nothing. Without an answer, the shard decides by its own rows. */
const dispensable = new Set(['count_unconfirmed'])

/**
 * A request in a notice of a database: a shard asks the global database to record something
 * (sql/core/shards/people/in_global_database.sql), or any database asks others to hold slots for a checkout
 * (sql/billing/shares/shares_of_checkout.sql).
 */
interface Asked {
  task: string
  asked: object
}

interface Databases {
  /** A connection outside a transaction: the call's own, since all others may be waiting, too. */
  shard: ClientBase
  global: Pool
}

const messages = new Set([
  'medislot: to be recorded in the global database',
  'medislot: to be shared with other databases',
])

/** Reads the requests of a database from the notices on a connection, until it is disposed. */
export function listenForAsked(client: ClientBase) {
  let asked: Asked | undefined
  const listen = ({ message, detail }: { message?: string | undefined; detail?: string | undefined }) => {
    if (messages.has(message ?? '') && detail) asked = JSON.parse(detail)
  }
  client.on('notice', listen)
  return {
    /** What was asked for since the last call. */
    take(): Asked | undefined {
      const taken = asked
      asked = undefined
      return taken
    },
    [Symbol.dispose]: () => void client.off('notice', listen),
  }
}

/**
 * Gets the answers of the global database to the requests of a shard. Empty if it is down or hangs and the shard can
 * continue without an answer.
 */
async function answerOf({ task, asked }: Asked, global: Pool): Promise<object> {
  const answering = global
    .query<{ answer: object }>('select app_private.record_for_clinic($1, $2) as answer', [task, JSON.stringify(asked)])
    .then(({ rows }) => rows[0]?.answer ?? {})
  if (!dispensable.has(task)) return answering
  const answered = answering.catch((error: Error) => {
    if (isConnectionFailure(error) || isPoolExhausted(error)) return {}
    throw error
  })
  return Promise.race([answered, sleep(patienceMs, {}, { ref: false })])
}

/**
 * Records in the global database what a shard has asked for, and waits until the shard has the copy. Returns the answer
 * by its task; undefined when the copy does not arrive. Throws the database's refusal. `check` may end the wait by
 * throwing.
 */
export async function recordGlobally(
  part: Asked,
  { shard, global }: Databases,
  check?: () => void,
): Promise<Record<string, object> | undefined> {
  const { task } = part
  const answer = await answerOf(part, global)
  if (dispensable.has(task)) return { [task]: answer }
  const values = [task, JSON.stringify(answer)]
  for (const end = performance.now() + patienceMs; ; await sleep(pauseMs)) {
    const { rows: found } = await shard.query('select app_private.has_arrived($1, $2) as arrived', values)
    if (found[0]?.arrived) return { [task]: answer }
    check?.()
    if (performance.now() > end) return undefined
  }
}
