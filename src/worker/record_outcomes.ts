import type { JobHelpers } from 'graphile-worker'
import { isConnectionFailure } from '../database/pools.ts'

/** The function of app_private that records outcomes. */
export type Recorder = 'record_deliveries' | 'record_webhook_deliveries'

/** The outcome of an attempt for app_private.record_deliveries: sent, or an error. */
export interface Outcome {
  clinic_id: string
  id: string
  reference?: string | undefined
  error?: string
  code?: string | undefined
}

/**
 * Returns a function that records outcomes and logs them. It throws when at least one of them could not be recorded.
 */
export function outcomeRecorder(
  { query, logger }: Pick<JobHelpers, 'query' | 'logger'>,
  recorder: Recorder,
): (outcomes: Outcome[]) => Promise<void> {
  async function record(outcomes: Outcome[]): Promise<void> {
    let left = outcomes
    try {
      // Those that another transaction has locked are recorded next. Those that are never returned no longer exist.
      for (let recorded = new Set(['']); left.length > 0 && recorded.size > 0; ) {
        // If this fails, the attempts stay without an outcome, and the messages are sent again when their claims run
        // out.
        const { rows } = await query<{ key: string }>(
          `select concat(clinic_id, ' ', id) as key from app_private.${recorder}($1)`,
          [JSON.stringify(left)],
        )
        recorded = new Set(rows.map(({ key }) => key))
        const isRecorded = ({ clinic_id, id }: Outcome) => recorded.has(`${clinic_id} ${id}`)
        left.filter(isRecorded).forEach(log)
        left = left.filter((outcome) => !isRecorded(outcome))
      }
      left.forEach(log)
    } catch (error) {
      if (left.length === 1 || isConnectionFailure(error as Error)) throw error
      // One by one, so that an outcome that cannot be recorded does not stop the others.
      const each = await Promise.allSettled(left.map((outcome) => record([outcome])))
      const failed = each.find(({ status }) => status === 'rejected')
      if (failed) throw (failed as PromiseRejectedResult).reason
    }
  }

  function log({ clinic_id, id, error, code }: Outcome): void {
    if (error === undefined) logger.info(`sent notification ${id} of clinic ${clinic_id}`)
    // Without the error's text: providers often quote the address in it.
    else logger.error(`notification ${id} of clinic ${clinic_id} failed${code ? ` with ${code}` : ''}`)
  }

  return record
}
