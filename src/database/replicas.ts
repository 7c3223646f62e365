import type { Pool, PoolClient } from 'pg'
import { log } from '../process/log.ts'
import type { ServerSettings } from '../process/settings.ts'
import { requestPool, watchPool } from './pools.ts'

// Positions in the write-ahead log, as PostgreSQL's pg_lsn less '0/0': the number of bytes written before.

/** Returns the position that contains everything which was committed on the primary until now. */
export const selectPosition = `select pg_current_wal_insert_lsn() - '0/0' as position`

/** A replica serves reads when it contains everything that was committed until this long ago, milliseconds. */
const maxLagMs = 2000
/** The pause between two queries to a server that answered, and to one that did not, milliseconds. */
const everyMs = 100
const againMs = 500

/** A position of the primary, and the moment of performance.now() at which it was requested. */
interface Sample {
  askedAt: number
  position: number
}

/** A read-only copy of the database. */
export class Replica {
  /** Host and port. */
  readonly name: string
  /** Connections for requests. */
  readonly pool: Pool
  /** Reads that began here, and those of them that were repeated on the primary. */
  reads = 0
  failures = 0
  /** Orders replicas that are equally busy. */
  lastChosen = 0
  readonly #inUse = new Set<PoolClient>()
  #replayed = -1
  #answeredAt = Number.NEGATIVE_INFINITY
  /** Everything that was committed before this moment is on this replica. */
  #completeUntil = Number.NEGATIVE_INFINITY
  /** The replica counts only once it has replayed more than this. */
  #mustPass = -1

  constructor(name: string, pool: Pool) {
    this.name = name
    this.pool = pool
    pool.on('acquire', (client) => this.#inUse.add(client))
    pool.on('release', (_error, client) => this.#inUse.delete(client))
    pool.on('remove', (client) => this.#inUse.delete(client))
  }

  /** How long ago the moment is until which everything is known to be here, milliseconds. */
  get lagMs(): number {
    return performance.now() - this.#completeUntil
  }

  /** Connections in use and requests that wait for one. */
  get busy(): number {
    return this.pool.totalCount - this.pool.idleCount + this.pool.waitingCount
  }

  /** Whether reads may be served that have to see everything until this position. */
  serves(position: number): boolean {
    return this.lagMs <= maxLagMs && this.#replayed >= position
  }

  /** Notes the replica's position; `samples` are the primary's, the newest first. */
  hasReplayed(position: number, samples: readonly Sample[]): void {
    this.#replayed = position
    this.#answeredAt = performance.now()
    if (position <= this.#mustPass) return
    const contained = samples.find((sample) => sample.position <= position)
    if (contained) this.#completeUntil = Math.max(this.#completeUntil, contained.askedAt)
  }

  /**
   * Compares with a newer position of the primary. A replica that is ahead has a history of its own, such as that of a
   * primary which was replaced. It counts again when it replays something new.
   */
  compare({ askedAt, position }: Sample, isOtherHistory: boolean): void {
    const isAhead = this.#answeredAt < askedAt && this.#replayed > position
    if (!isAhead && !isOtherHistory) return
    this.#mustPass = Math.max(this.#replayed, position)
    this.stopServing()
  }

  /** Serves no further reads until its position is known again. */
  stopServing(): void {
    this.#completeUntil = Number.NEGATIVE_INFINITY
  }

  /** Breaks the connections of running reads, which would otherwise wait for a server that does not answer. */
  breakConnections(): void {
    for (const client of this.#inUse) {
      const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
      connection.stream.destroy()
    }
  }
}

/** The replicas of the database, each watched for how much of the primary it contains. */
export interface Replicas {
  readonly all: readonly Replica[]
  /** Reads that the primary had to serve because no replica had enough. */
  readonly fallbacks: number
  /** The least busy replica that contains everything until a position; undefined when none does. */
  choose(position: number): Replica | undefined
  /** Ends the watching and closes the connections. */
  end(): Promise<void>
}

type ReplicaSettings = Parameters<typeof requestPool>[0] & Pick<ServerSettings, 'replicaUrls'>

/** Watches the replicas at `replicaUrls`. They need not be available, neither now nor later. */
export function watchReplicas(settings: ReplicaSettings): Replicas {
  const replicas = settings.replicaUrls.map((databaseUrl) => {
    const { host } = new URL(databaseUrl)
    return new Replica(host, requestPool({ ...settings, databaseUrl }, `replica ${host}`))
  })
  const pools = [settings.databaseUrl, ...settings.replicaUrls].map((databaseUrl) =>
    watchPool({ ...settings, databaseUrl }),
  )
  const [primaryPool, ...replicaPools] = pools as [Pool, ...Pool[]]
  const primary = new Primary(primaryPool, replicas)
  const watchers = [
    watch(primaryPool, { poll: () => primary.poll(), failed: () => {} }),
    ...replicas.map((replica, n) => watchReplica(replica, replicaPools[n] as Pool, primary)),
  ]
  const reporting = reportChanges(replicas)
  let fallbacks = 0
  let chosen = 0

  return {
    all: replicas,
    get fallbacks() {
      return fallbacks
    },
    choose(position) {
      const [best] = replicas
        .filter((replica) => replica.serves(position))
        .sort((a, b) => a.busy - b.busy || a.lastChosen - b.lastChosen)
      if (!best) {
        fallbacks++
        return undefined
      }
      best.lastChosen = ++chosen
      return best
    },
    async end() {
      clearInterval(reporting)
      for (const stop of watchers) stop()
      await Promise.all([...pools, ...replicas.map(({ pool }) => pool)].map((pool) => pool.end()))
    },
  }
}

/** The primary, with which the replicas are compared. */
class Primary {
  readonly #pool: Pool
  readonly #replicas: readonly Replica[]
  #samples: readonly Sample[] = []
  #timeline: string | undefined

  constructor(pool: Pool, replicas: readonly Replica[]) {
    this.#pool = pool
    this.#replicas = replicas
  }

  /** Its positions of the last seconds, the newest first. */
  get samples(): readonly Sample[] {
    return this.#samples
  }

  /** Reads its position and compares the replicas with it. */
  async poll(): Promise<void> {
    const askedAt = performance.now()
    const { rows } = await this.#pool.query<{ position: string; timeline: string }>(
      // The position of the flushed log, since the rest has not been sent to replicas.
      `select pg_current_wal_flush_lsn() - '0/0' as position,
              left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) as timeline`,
    )
    const [row] = rows as [(typeof rows)[number]]
    const sample = { askedAt, position: Number(row.position) }
    // A promotion begins another timeline.
    const isOtherHistory = this.#timeline !== undefined && this.#timeline !== row.timeline
    this.#timeline = row.timeline
    const older = isOtherHistory ? [] : this.#samples.filter((each) => askedAt - each.askedAt < 2 * maxLagMs)
    this.#samples = [sample, ...older]
    for (const replica of this.#replicas) replica.compare(sample, isOtherHistory)
  }
}

/** Reads the position of a replica again and again. Returns a function that ends this. */
function watchReplica(replica: Replica, pool: Pool, primary: Primary): () => void {
  return watch(pool, {
    async poll() {
      const { rows } = await pool.query<{ in_recovery: boolean; position: string | null }>(
        `select pg_is_in_recovery() as in_recovery, pg_last_wal_replay_lsn() - '0/0' as position`,
      )
      const [row] = rows as [(typeof rows)[number]]
      // After a promotion it is no replica any more.
      if (row.in_recovery && row.position !== null) replica.hasReplayed(Number(row.position), primary.samples)
      else replica.stopServing()
    },
    failed() {
      replica.stopServing()
      replica.breakConnections()
    },
  })
}

/** Asks a server again and again. Returns a function that ends this. */
function watch(pool: Pool, { poll, failed }: { poll: () => Promise<void>; failed: () => void }): () => void {
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  const turn = async () => {
    let pauseMs = everyMs
    try {
      await poll()
    } catch {
      // Also when it is stopping: the pool is closed then.
      if (!isOver) failed()
      pauseMs = againMs
    }
    if (!isOver && !pool.ending) timer = setTimeout(turn, pauseMs)
  }
  void turn()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

/** Logs when a replica begins or ceases to serve reads. */
function reportChanges(replicas: readonly Replica[]): NodeJS.Timeout {
  // They begin to serve soon after the start, or are reported with the next change.
  const served = new Map<Replica, boolean>(replicas.map((replica) => [replica, false]))
  const timer = setInterval(() => {
    for (const replica of replicas) {
      const serves = replica.serves(0)
      if (served.get(replica) === serves) continue
      served.set(replica, serves)
      if (serves) log.info({ replica: replica.name }, 'the replica serves reads')
      else log.warn({ replica: replica.name }, 'the replica serves no reads: it does not answer, or it is behind')
    }
  }, 1000)
  return timer.unref()
}
