import type { Pool } from 'pg'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Shard, Shards } from '../database/shards.ts'
import { log } from '../process/log.ts'

/** What the shards do for this server. */
export function shardMetrics({ all }: Shards, registers: Registry[]): void {
  const total = (name: string, help: string, read: (shard: Shard) => number) =>
    new Counter({
      name: `medislot_shard_${name}_total`,
      help,
      labelNames: ['shard'],
      registers,
      collect() {
        this.reset()
        for (const shard of all.values()) this.inc({ shard: String(shard.number) }, read(shard))
      },
    })
  total('operations', 'Operations that were sent to the shard', ({ operations }) => operations)
  total('failures', 'Operations that got no connection to the shard', ({ failures }) => failures)
  new Gauge({
    name: 'medislot_shard_answers',
    help: '1 for a shard that answers, 0 for one that is down or hangs',
    labelNames: ['shard'],
    registers,
    collect() {
      for (const { number, answers } of all.values()) this.set({ shard: String(number) }, answers ? 1 : 0)
    },
  })
  new Gauge({
    name: 'medislot_shard_connections',
    help: 'Connections to the shard that are idle or busy, and requests waiting for one',
    labelNames: ['shard', 'state'],
    registers,
    collect() {
      for (const { number, pool } of all.values()) {
        const shard = String(number)
        this.set({ shard, state: 'idle' }, pool.idleCount)
        this.set({ shard, state: 'busy' }, pool.totalCount - pool.idleCount)
        this.set({ shard, state: 'waiting' }, pool.waitingCount)
      }
    },
  })
}

/** A row of app_private.copy_figures(): of the publisher, or of the subscriber. */
interface CopyFigures {
  shard_id: number
  copies: 'people' | 'clinics'
  written: number | null
  confirmed: number | null
  log_bytes: number | null
  log_left_bytes: number | null
  is_running: boolean | null
  errors: string | null
}

interface WaitingFigures {
  what: string
  waiting: string
  waiting_seconds: number
}

/**
 * How far copies are behind, and what waits for the jobs of several databases. Returns the function that reads the
 * figures. A database that gives none is left out.
 */
export function copyMetrics(pool: Pool, shards: Shards, registers: Registry[]): () => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `medislot_${name}`, help, labelNames, registers })
  const ofCopies = ['shard', 'copies']
  const behind = gauge('copies_behind_bytes', 'Log that the subscriber has not confirmed, in bytes', ofCopies)
  const late = gauge('copies_behind_seconds', 'Seconds for which something has not been copied, at least', ofCopies)
  const kept = gauge('copies_log_bytes', 'Log that the publisher keeps for the copies, in bytes', ofCopies)
  const left = gauge('copies_log_left_bytes', 'How much more log is kept until copies are lost, in bytes', ofCopies)
  const running = gauge('copies_running', '1 while PostgreSQL applies what is copied, else 0', ofCopies)
  const errors = new Counter({
    name: 'medislot_copies_errors_total',
    help: 'Errors when what is copied was applied; PostgreSQL tries again',
    labelNames: ofCopies,
    registers,
  })
  const waiting = gauge('shards_waiting', 'Clinics that are moving, and erasures and removals to carry out', [
    'what',
    'shard',
  ])
  const waitingSeconds = gauge('shards_waiting_seconds', 'Seconds for which the first of them has waited', [
    'what',
    'shard',
  ])
  const all = [behind, late, kept, left, running, errors, waiting, waitingSeconds]
  const lags = new Map<string, Lag>()

  function setCopies({ shard_id, copies, ...row }: CopyFigures): void {
    const labels = { shard: String(shard_id), copies }
    if (row.written === null) {
      running.set(labels, row.is_running ? 1 : 0)
      errors.inc(labels, Number(row.errors))
      return
    }
    const name = `${copies} ${shard_id}`
    const lag = lags.get(name) ?? new Lag()
    lags.set(name, lag)
    // Without a slot, nothing is known of what the subscriber has.
    const confirmed = row.confirmed ?? Number.NEGATIVE_INFINITY
    behind.set(labels, Math.max(0, row.written - confirmed))
    late.set(labels, lag.seconds(row.written, confirmed, performance.now()))
    kept.set(labels, row.log_bytes as number)
    left.set(labels, row.log_left_bytes as number)
  }

  return async () => {
    const databases = [{ name: 'global', from: pool }, ...[...shards.all.values()].map(asDatabase)]
    const found = await Promise.all(databases.map(readFrom))
    for (const each of all) each.reset()
    for (const { name, copies, waits } of found) {
      for (const row of copies) setCopies(row)
      for (const { what, ...row } of waits) {
        waiting.set({ what, shard: name }, Number(row.waiting))
        waitingSeconds.set({ what, shard: name }, row.waiting_seconds)
      }
    }
  }
}

const asDatabase = ({ number, figures }: Shard) => ({ name: String(number), from: figures })

async function readFrom({ name, from }: { name: string; from: Pool }) {
  try {
    // One after the other: the pool has one connection.
    const copies = (await from.query<CopyFigures>('select * from app_private.copy_figures()')).rows
    const waits = (await from.query<WaitingFigures>('select * from app_private.waiting_figures()')).rows
    return { name, copies, waits }
  } catch (error) {
    log.warn({ err: error, database: name }, 'the database gave no figures of copies')
    return { name, copies: [], waits: [] }
  }
}

/**
 * For how long copies have been behind. PostgreSQL reports only a position, so this records at each reading of /metrics
 * which position had been written then. The result is too small by at most the time between two readings.
 */
class Lag {
  /** The oldest first, none of which is confirmed. */
  #samples: { written: number; at: number }[] = []

  seconds(written: number, confirmed: number, now: number): number {
    // A server that was restored from a backup begins again at a lower position.
    this.#samples = this.#samples.filter((sample) => sample.written > confirmed && sample.written <= written)
    if (written <= confirmed) return 0
    this.#samples.push({ written, at: now })
    // A day of readings every 15 seconds. After that, fewer are enough.
    if (this.#samples.length > 5760) this.#samples = this.#samples.filter((_, index) => index % 2 === 0)
    return (now - (this.#samples[0]?.at ?? now)) / 1000
  }
}
