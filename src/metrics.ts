import { timingSafeEqual } from 'node:crypto'
import { type RequestHandler, Router } from 'express'
import type { Pool } from 'pg'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { log } from './log.ts'
import type { Settings } from './settings.ts'
import { compareTimeZones } from './time_zones.ts'

/**
 * GET /metrics for Prometheus: messages and jobs as the database counts them, this server's requests and connections, and
 * its process. Answers this machine, or whoever brings METRICS_TOKEN as a bearer token; everybody else gets 404, as if
 * there were nothing. `pool` is asked (a pool of its own, so that a busy server is seen and not waited for); `watched` are
 * the pools of requests, by what they are for.
 *
 * Give `observe` a place before all routes, `routes` one among them. `readTimeZones` compares the time zone data without waiting for
 * the first request.
 */
export function createMetrics(
  settings: Pick<Settings, 'metricsToken'>,
  pool: Pool,
  watched: Record<string, Pool>,
): { observe: RequestHandler; routes: Router; readTimeZones: () => Promise<void> } {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  collectDefaultMetrics({ register: registry })

  const requests = new Histogram({
    name: 'medislot_http_request_seconds',
    help: 'Requests by method, first part of the path and status: how many, and how long they took',
    labelNames: ['method', 'area', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  new Gauge({
    name: 'medislot_pool_connections',
    help: "The requests' database connections, and who waits for one",
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

  const gauge = (name: string, help: string, label: string) =>
    new Gauge({ name: `medislot_${name}`, help, labelNames: [label], registers })
  const counter = (name: string, help: string) =>
    new Counter({ name: `medislot_${name}_total`, help, labelNames: ['channel'], registers })
  const byChannel = {
    waiting: gauge('notifications_waiting', 'Messages to be sent, now or later', 'channel'),
    due: gauge('notifications_due', 'Messages to be sent by now', 'channel'),
    late_seconds: gauge('notifications_late_seconds', 'How long the oldest of these is past its due time', 'channel'),
    dead: gauge('notifications_dead', 'Messages given up, until somebody sends them again', 'channel'),
    // Counted in the database, since other processes send.
    sent: counter('notifications_sent', 'Messages sent'),
    failed: counter('notifications_failed', 'Attempts that failed'),
    died: counter('notifications_died', 'Messages given up'),
  }
  const byTask = {
    waiting: gauge('jobs_waiting', 'Jobs in the queue', 'task'),
    late_seconds: gauge('jobs_late_seconds', 'How long the oldest that nobody has taken is past its time', 'task'),
    failed: gauge('jobs_failed', 'Jobs given up', 'task'),
  }

  const zones = (name: string, help: string) => new Gauge({ name: `medislot_${name}`, help, registers })
  const differing = zones('time_zones_differing', 'Time zones of clinics about which PostgreSQL and this server differ')
  const changed = zones(
    'time_zones_changed',
    'Time zones of clinics whose rules have changed and whose slots are not moved',
  )
  let comparedAt = Number.NEGATIVE_INFINITY

  /** Compares time zones at the start and then once a day: both sides change with updates of their programs only. */
  async function readTimeZones(): Promise<void> {
    const { rows } = await pool.query<{ zones: number }>('select app_private.changed_time_zones() as zones')
    changed.set(rows[0]?.zones ?? 0)
    if (performance.now() - comparedAt < 86_400_000) return
    const differences = await compareTimeZones((text) => pool.query(text))
    comparedAt = performance.now()
    differing.set(differences.length)
    for (const difference of differences)
      log.warn(difference, 'PostgreSQL and Node differ about a time zone: docs/operations.md, "Time zones"')
  }

  async function readDatabase(): Promise<void> {
    // One after the other: the pool has one connection.
    for (const [query, label, gauges] of [
      ['select * from app_private.delivery_figures()', 'channel', byChannel],
      ['select * from app_private.job_figures()', 'task', byTask],
    ] as const) {
      const { rows } = await pool.query<Record<string, string>>(query)
      for (const [column, each] of Object.entries(gauges)) {
        each.reset()
        for (const row of rows) each.inc({ [label]: row[label] as string }, Number(row[column]))
      }
    }
    await readTimeZones()
  }

  const routes = Router().get('/metrics', async (request, response, next) => {
    // Behind a proxy on this machine everybody's address is this machine's.
    const isLocal =
      /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(request.socket.remoteAddress ?? '') &&
      !request.get('x-forwarded-for') &&
      !request.get('forwarded')
    if (!isLocal && !isBearer(request.get('authorization'), settings.metricsToken)) return next()
    // A database that does not answer is itself worth seeing: the rest is told, without its figures.
    await readDatabase().catch((error) => log.warn({ err: error }, 'the database gave no figures'))
    response.type(registry.contentType).send(await registry.metrics())
  })

  return {
    observe(request, response, next) {
      const { method, path } = request
      const end = requests.startTimer({ method })
      // Not the path: ids in it would make a figure for every booking.
      response.once('close', () => end({ area: areaOf(path, response.statusCode), status: response.statusCode }))
      next()
    },
    routes,
    readTimeZones,
  }
}

// What nobody serves is one area, or whoever tries addresses makes figures without end.
const areaOf = (path: string, status: number): string =>
  status === 404 ? 'none' : (/^\/(graphql|graphiql|api|healthz|readyz|metrics)\b/.exec(path)?.[1] ?? 'other')

function isBearer(header: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return false
  const given = Buffer.from(header ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
