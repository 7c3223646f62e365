import type { Pool } from 'pg'
import { makePgAdaptorWithPgClient, PgSubscriber } from 'postgraphile/adaptors/pg'
import { log } from '../process/log.ts'
import { answersPool, listenPool, requestPool, watchPool } from './pools.ts'
import { databaseOfId, globalNumber, withLoginOf } from './several_databases.ts'

/** The pause between two readings of the map, and between two queries to a shard, milliseconds. */
const everyMs = 1000

/** How long a shard may take to answer a query, and after how many unanswered queries it counts as hanging. */
const answerMs = 2000
const mostUnanswered = 3
/** How long a shard may take to give figures for /metrics. */
const figuresMs = 3000

interface MappedShard {
  shard_id: number
  /** Null in a row that is not about a database to connect to. */
  address: string | null
  moved_clinic_ids: string[]
}

/** A database that holds some of the clinics. */
export class Shard {
  readonly number: number
  readonly address: string
  /** Connections for requests. */
  readonly pool: Pool
  readonly connect: ReturnType<typeof makePgAdaptorWithPgClient>
  /** What is announced in this database. */
  readonly subscriber: PgSubscriber
  /**
   * One connection for /metrics and the counts of networks, so that these do not delay the queries that check whether
   * the shard answers.
   */
  readonly figures: Pool
  /** Operations that began here, and those that got no connection. */
  operations = 0
  failures = 0
  readonly #listening: Pool
  readonly #asking: Pool
  readonly #whenItHangs = new Set<() => void>()
  #unanswered = 0
  #timer: NodeJS.Timeout | undefined

  constructor(number: number, address: string, settings: Parameters<typeof requestPool>[0]) {
    this.number = number
    this.address = address
    const databaseUrl = withLoginOf(settings.databaseUrl, address)
    // The address leads to PostgreSQL itself, also when connections to the global database go through a pooler.
    this.pool = requestPool({ ...settings, databaseUrl, listenDatabaseUrl: undefined }, `shard ${number}`)
    this.connect = makePgAdaptorWithPgClient(this.pool)
    this.#listening = listenPool(databaseUrl)
    this.subscriber = new PgSubscriber(this.#listening)
    this.#asking = answersPool(databaseUrl, answerMs)
    this.figures = answersPool(databaseUrl, figuresMs)
    void this.#poll()
  }

  /**
   * False for a shard that has not answered three queries in succession, one every second: it is down or hangs, and a
   * request would wait for it until its time limit.
   */
  get answers(): boolean {
    return this.#unanswered < mostUnanswered
  }

  /** Whether it has answered the last question. */
  get answeredLast(): boolean {
    return this.#unanswered === 0
  }

  /** Calls a function when the shard no longer answers. Returns a function that ends this. */
  onSilence(call: () => void): () => void {
    this.#whenItHangs.add(call)
    return () => void this.#whenItHangs.delete(call)
  }

  async #poll(): Promise<void> {
    const err = await this.#asking.query('select').then(
      () => undefined,
      (error: Error) => error,
    )
    if (this.#asking.ending) return
    const before = this.answers
    this.#unanswered = err ? this.#unanswered + 1 : 0
    if (before !== this.answers) {
      log.warn({ err, shard: this.number }, before ? 'the shard does not answer' : 'the shard answers again')
      if (before) for (const call of this.#whenItHangs) call()
    }
    this.#timer = setTimeout(() => void this.#poll(), everyMs)
  }

  async end(): Promise<void> {
    clearTimeout(this.#timer)
    await this.subscriber.release()
    await Promise.all([this.pool.end(), this.#listening.end(), this.#asking.end(), this.figures.end()])
  }
}

/** The map of an installation with shards, which servers keep in memory. */
export interface Shards {
  /** By their numbers. */
  readonly all: ReadonlyMap<number, Shard>
  /** The numbers of the databases to which clinics were moved, whose ids do not say where they are. */
  readonly moved: ReadonlyMap<string, number>
  /**
   * The number of the database with a clinic: globalNumber, that of a shard, or undefined for one that is not known.
   */
  ofClinic(id: string): number | undefined
  /**
   * The numbers of the databases that may have a row of a clinic, the likeliest first: the one that made its id, and
   * those to which clinics were moved, perhaps with this row. None for the id of a shard that is not known.
   */
  ofRow(id: string): number[]
  /** Whether a shard answers at the moment. */
  anyAnswers(): Promise<boolean>
  /** Ends following the map and closes the connections. */
  end(): Promise<void>
}

type ShardSettings = Parameters<typeof requestPool>[0]

/** The map in memory, which `follow` brings up to date. */
function createMap(
  settings: ShardSettings,
): Pick<Shards, 'all' | 'moved' | 'ofClinic' | 'ofRow'> & { follow(rows: MappedShard[]): void } {
  const all = new Map<number, Shard>()
  let moved = new Map<string, number>()

  function follow(rows: MappedShard[]): void {
    for (const { shard_id: number, address } of rows) {
      // The global database, for clinics that were moved back to it, and what a later version may add.
      if (address === null) continue
      const known = all.get(number)
      if (known?.address === address) continue
      all.set(number, new Shard(number, address, settings))
      log.info({ shard: number, address }, 'the shard is in the map')
      // Its requests end first.
      void known?.end()
    }
    moved = new Map(
      rows.flatMap(({ shard_id, moved_clinic_ids }) => moved_clinic_ids.map((id) => [id, shard_id] as const)),
    )
  }

  return {
    follow,
    all,
    get moved() {
      return moved
    },
    ofClinic(id) {
      const number = moved.get(id) ?? databaseOfId(id)
      return number === globalNumber || all.has(number) ? number : undefined
    },
    ofRow(id) {
      const number = databaseOfId(id)
      return number === globalNumber || all.has(number) ? [...new Set([number, ...moved.values()])] : []
    },
  }
}

/**
 * Reads the map of the global database that `pool` leads to and follows its changes. Undefined in an installation of
 * one database: its first shard is noticed when servers start again. The shards need not be available, neither now nor
 * later.
 */
export async function watchShards(pool: Pool, settings: ShardSettings): Promise<Shards | undefined> {
  const first = await readMap(pool).catch((error: Error & { code?: string }) => {
    // A database that lacks this release's migrations has no function for this.
    if (error.code === '42883') return []
    throw error
  })
  if (first.length === 0) return undefined
  const watcher = watchPool(settings)
  const map = createMap(settings)

  map.follow(first)
  let reachable = true
  let timer = setTimeout(turn, everyMs)
  async function turn(): Promise<void> {
    try {
      map.follow(await readMap(watcher))
      reachable = true
    } catch (error) {
      // The map stays as it was.
      if (reachable && !watcher.ending) log.warn({ err: error }, 'the map of the shards could not be read')
      reachable = false
    }
    if (!watcher.ending) timer = setTimeout(turn, everyMs)
  }

  return {
    all: map.all,
    ofClinic: map.ofClinic,
    ofRow: map.ofRow,
    get moved() {
      return map.moved
    },
    anyAnswers: () =>
      Promise.any([...map.all.values()].map(({ pool }) => pool.query('select'))).then(
        () => true,
        () => false,
      ),
    async end() {
      clearTimeout(timer)
      await Promise.all([watcher.end(), ...[...map.all.values()].map((shard) => shard.end())])
    },
  }
}

const readMap = async (pool: Pool) => (await pool.query<MappedShard>('select * from app_private.shard_map()')).rows
