import { setTimeout as sleep } from 'node:timers/promises'
import type { Task } from 'graphile-worker'
import { deliveries } from '../delivery.ts'
import { type PerpetualJob, requeue } from '../perpetual_jobs.ts'
import type { Transports } from '../transports/index.ts'

/** Maximum webhooks at the same time, to receivers that answer, and to those that failed or were slow the last time. */
const most = { answering: 40, failing: 10 }
/** How long one run claims webhooks, milliseconds. Less than the minute after which cron would start a second run. */
const runMs = 30_000

/**
 * Makes the task that sends webhooks. sql/notification/delivery/claim_webhooks.sql decides which ones are next,
 * and how many a receiver may have at a time. No webhook waits for another: as soon as one has ended, or a second has passed,
 * more are claimed, so that a receiver that never answers takes up a few places only. Receivers that failed have a separate
 * lane.
 */
export const sendWebhooks =
  (transports: Transports): Task =>
  async (payload, helpers) => {
    const { query, abortSignal } = helpers
    const { lane = 'answering' } = payload as PerpetualJob['payload']
    const { messagesOf, send } = deliveries(transports, helpers, 'record_webhook_deliveries')
    const underWay = new Set<Promise<unknown>>()
    const failures: unknown[] = []

    async function start(): Promise<number> {
      const room = most[lane as keyof typeof most] - underWay.size
      if (room === 0) return 0
      const { rows } = await query<{ clinic_id: string; ids: string[] }>(
        `select clinic_id, array_agg(id) as ids from app_private.claim_webhooks($1, failing => $2) group by clinic_id`,
        [room, lane === 'failing'],
      )
      for (const { clinic_id, ids } of rows) {
        for (const message of await messagesOf(clinic_id, ids)) {
          const sending: Promise<unknown> = send(clinic_id, message)
            .catch((error) => failures.push(error))
            .finally(() => underWay.delete(sending))
          underWay.add(sending)
        }
      }
      return rows.length
    }

    const begun = performance.now()
    let started = 1
    while (!abortSignal?.aborted && performance.now() - begun < runMs) {
      started = await start()
      if (started > 0) continue
      if (underWay.size === 0) break
      const pause = new AbortController()
      await Promise.race([...underWay, sleep(1000, undefined, { signal: pause.signal }).catch(() => undefined)])
      pause.abort()
    }
    // Before the last webhooks have ended, since the next run need not wait for them.
    await requeue(
      helpers,
      { task: 'send_webhooks', payload: { lane } },
      started > 0 || underWay.size > 0 ? 0 : undefined,
    )
    await Promise.all(underWay)
    if (failures.length > 0) throw failures[0]
  }
