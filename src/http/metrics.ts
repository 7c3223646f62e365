import { type RequestHandler, Router } from 'express'
import type { Pool } from 'pg'
import { type Aggregator, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Replica, Replicas } from '../database/replicas.ts'
import type { Shard, Shards } from '../database/shards.ts'
import { compareTimeZones } from '../database/time_zones.ts'
import { log } from '../process/log.ts'
import { figuresOfAllProcesses, giveFigures, sharesPort } from '../process/processes.ts'
import type { Settings } from '../process/settings.ts'
import type { CatalogueCache } from '../request/catalogue_cache.ts'
import { mayReadMetrics } from './metrics_access.ts'
import { copyMetrics, shardMetrics } from './shard_metrics.ts'

/** Other parts whose figures are included, if they exist. */
interface Watched {
  replicas?: Replicas | undefined
  cache?: CatalogueCache | undefined
  shards?: Shards | undefined
}

/**
 * GET /metrics for Prometheus: messages and jobs as the database counts them, this server's requests and connections,
 * and its process. Clients on this machine, and clients that send METRICS_TOKEN as a bearer token, get them; all others
 * get 404. `pool` runs the queries and must be separate from the pools of requests, so that a busy server still
 * answers. `watched` are the pools of requests by their purpose.
 *
 * Install `observe` before all routes, and `routes` among them. `readTimeZones` compares the time zone data before the
 * first request.
 */
export function createMetrics(
  settings: Pick<Settings, 'metricsToken'>,
  pool: Pool,
  watched: Record<string, Pool>,
  { replicas, cache, shards }: Watched = {},
): { observe: RequestHandler; routes: Router; readTimeZones: () => Promise<void> } {
  // The figures of this process, which are added up if several processes share the port, and those of the database.
  const own = new Registry()
  const shared = new Registry()
  collectDefaultMetrics({ register: own })
  if (sharesPort) giveFigures(own)
  const observe = requestMetrics([own])
  poolMetrics(watched, [own])
  if (replicas) replicaMetrics(replicas, [own])
  if (cache) cacheMetrics(cache, [own])
  if (shards) shardMetrics(shards, [own])
  const readQueues = queueMetrics(pool, shards, [shared])
  const readCopies = shards && copyMetrics(pool, shards, [shared])
  const readTimeZones = timeZoneMetrics(pool, [shared])

  const routes = Router().get('/metrics', async (request, response, next) => {
    if (!mayReadMetrics(request, settings.metricsToken)) return next()
    // When the database does not answer, the other metrics are still worth having. One after the other: the pool has
    // one connection.
    await readQueues()
      .then(readCopies)
      .then(readTimeZones)
      .catch((error) => log.warn({ err: error }, 'the database gave no figures'))
    const figures = await Promise.all([sharesPort ? figuresOfAllProcesses() : own.metrics(), shared.metrics()])
    response.type(own.contentType).send(figures.join('\n'))
  })
  return { observe, routes, readTimeZones }
}

/** How long requests take. Returns the handler that measures them. */
function requestMetrics(registers: Registry[]): RequestHandler {
  const requests = new Histogram({
    name: 'medislot_http_request_seconds',
    help: 'Duration of requests in seconds, by method, first part of the path, and status',
    labelNames: ['method', 'area', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  return (request, response, next) => {
    const { method, path } = request
    const end = requests.startTimer({ method })
    // Not the path: ids in it would make a time series for every booking.
    response.once('close', () => end({ area: areaOf(path, response.statusCode), status: response.statusCode }))
    next()
  }
}

/** The connections to the database, by the purpose of their pool. */
function poolMetrics(watched: Record<string, Pool>, registers: Registry[]): void {
  new Gauge({
    name: 'medislot_pool_connections',
    help: 'Database connections for requests that are idle or busy, and requests waiting for one',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const [pool, { idleCount, totalCount, waitingCount }] of Object.entries(watched)) {
        this.set({ pool, state: 'idle' }, idleCount)
        this.set({ pool, state: 'busy' }, totalCount - idleCount)
        this.set({ pool, state: 'waiting' }, waitingCount)
      }
    },
  })
}

/**
 * Messages and jobs, with shards those of each database. Returns the function that reads the figures. A shard that
 * gives none is left out.
 */
function queueMetrics(pool: Pool, shards: Shards | undefined, registers: Registry[]): () => Promise<void> {
  const ofShard = shards ? ['shard'] : []
  const gauge = (name: string, help: string, label: string) =>
    new Gauge({ name: `medislot_${name}`, help, labelNames: [label, ...ofShard], registers })
  const counter = (name: string, help: string) =>
    new Counter({ name: `medislot_${name}_total`, help, labelNames: ['channel', ...ofShard], registers })
  const byChannel = {
    waiting: gauge('notifications_waiting', 'Messages that are not sent yet, due now or later', 'channel'),
    due: gauge('notifications_due', 'Messages that are due and not sent yet', 'channel'),
    late_seconds: gauge('notifications_late_seconds', 'Seconds since the oldest due message became due', 'channel'),
    dead: gauge('notifications_dead', 'Messages that were given up and are neither sent again nor settled', 'channel'),
    // Counted in the database, since other processes send the messages.
    sent: counter('notifications_sent', 'Messages sent'),
    failed: counter('notifications_failed', 'Failed attempts to send a message'),
    died: counter('notifications_died', 'Messages given up'),
  }
  const byTask = {
    waiting: gauge('jobs_waiting', 'Jobs in the queue', 'task'),
    late_seconds: gauge('jobs_late_seconds', 'Seconds since the oldest job not yet started became due', 'task'),
    failed: gauge('jobs_failed', 'Jobs given up', 'task'),
  }
  const queues = [
    ['select * from app_private.delivery_figures()', 'channel', byChannel],
    ['select * from app_private.job_figures()', 'task', byTask],
  ] as const

  /** The figures of a database, those of each queue. */
  async function read(from: Pool): Promise<Record<string, string>[][]> {
    const found: Record<string, string>[][] = []
    // One after the other: the pool has one connection.
    for (const [query] of queues) found.push((await from.query<Record<string, string>>(query)).rows)
    return found
  }

  const readShard = ({ number, figures }: Shard) =>
    read(figures).catch((error) => {
      log.warn({ err: error, shard: number }, 'the shard gave no figures')
      return []
    })

  function add(found: Record<string, string>[][], database: { shard?: string }): void {
    for (const [index, [, label, gauges]] of queues.entries())
      for (const [column, each] of Object.entries(gauges))
        for (const row of found[index] ?? [])
          each.inc({ [label]: row[label] as string, ...database }, Number(row[column]))
  }

  return async () => {
    const all = [...(shards?.all.values() ?? [])]
    const [own, ...ofShards] = await Promise.all([read(pool), ...all.map(readShard)])
    for (const [, , gauges] of queues) for (const each of Object.values(gauges)) each.reset()
    add(own, shards ? { shard: 'global' } : {})
    for (const [index, { number }] of all.entries()) add(ofShards[index] ?? [], { shard: String(number) })
  }
}

/**
 * Differences between the time zone data of PostgreSQL and of this server. Returns the function that compares them: at
 * the start and then once a day, since the data change only when PostgreSQL or Node is updated.
 */
function timeZoneMetrics(pool: Pool, registers: Registry[]): () => Promise<void> {
  const zones = (name: string, help: string) => new Gauge({ name: `medislot_${name}`, help, registers })
  const differing = zones('time_zones_differing', 'Time zones of clinics for which PostgreSQL and this server differ')
  const changed = zones(
    'time_zones_changed',
    'Time zones of clinics whose rules have changed and whose slots have not been moved yet',
  )
  let comparedAt = Number.NEGATIVE_INFINITY
  return async () => {
    const { rows } = await pool.query<{ zones: number }>('select app_private.changed_time_zones() as zones')
    changed.set(rows[0]?.zones ?? 0)
    if (performance.now() - comparedAt < 86_400_000) return
    const differences = await compareTimeZones((text) => pool.query(text))
    comparedAt = performance.now()
    differing.set(differences.length)
    for (const difference of differences)
      log.warn(difference, 'PostgreSQL and Node differ about a time zone: docs/operations.md, "Time zones"')
  }
}

/** What the replicas serve, as this server counts it. */
function replicaMetrics(replicas: Replicas, registers: Registry[]): void {
  const { all } = replicas
  const perReplica = (name: string, help: string, aggregator: Aggregator, read: (replica: Replica) => number) =>
    new Gauge({
      aggregator,
      name: `medislot_replica_${name}`,
      help,
      labelNames: ['replica'],
      registers,
      collect() {
        for (const replica of all) this.set({ replica: replica.name }, read(replica))
      },
    })
  const total = (name: string, help: string, read: () => [labels: Record<string, string>, value: number][]) => {
    new Counter({
      name: `medislot_replica_${name}_total`,
      help,
      labelNames: name === 'fallbacks' ? [] : ['replica'],
      registers,
      collect() {
        this.reset()
        for (const [labels, value] of read()) this.inc(labels, value)
      },
    })
  }
  perReplica(
    'lag_seconds',
    'Seconds by which the replica may be behind; +Inf when that is not known',
    'max',
    (replica) => replica.lagMs / 1000,
  )
  perReplica('serving', '1 while the replica serves reads, else 0', 'min', (replica) => (replica.serves(0) ? 1 : 0))
  perReplica(
    'connections_busy',
    'Connections to the replica in use, and reads that wait for one',
    'sum',
    ({ busy }) => busy,
  )
  total('reads', 'Reads that the replica has begun to serve', () =>
    all.map(({ name, reads }) => [{ replica: name }, reads]),
  )
  total('failures', 'Reads that were repeated on the primary because the replica failed', () =>
    all.map(({ name, failures }) => [{ replica: name }, failures]),
  )
  total('fallbacks', 'Reads that went to the primary because no replica had replayed enough', () => [
    [{}, replicas.fallbacks],
  ])
}

/** Where answers to anonymous reads of the catalogue came from. */
function cacheMetrics({ figures, shared }: CatalogueCache, registers: Registry[]): void {
  new Counter({
    name: 'medislot_cache_answers_total',
    help: 'Anonymous reads of the catalogue by where the answer came from: own memory, Redis (shared), an answer from before a change of a moment ago (stale), the database',
    labelNames: ['from'],
    registers,
    collect() {
      this.reset()
      for (const [from, count] of Object.entries(figures)) this.inc({ from }, count)
    },
  })
  if (!shared) return
  new Gauge({
    name: 'medislot_cache_redis_up',
    help: '1 if Redis has answered the last command, else 0',
    aggregator: 'min',
    registers,
    collect() {
      this.set(shared.isUp ? 1 : 0)
    },
  })
}

// All unknown paths are one area: a client that tries out paths must not create time series without end.
const areaOf = (path: string, status: number): string =>
  status === 404 ? 'none' : (/^\/(graphql|graphiql|api|healthz|readyz|metrics)\b/.exec(path)?.[1] ?? 'other')
