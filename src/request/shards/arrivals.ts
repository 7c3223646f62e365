import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Deadline } from '../deadline.ts'

/** How long a request waits for copies, and the pause between two checks, milliseconds. */
const patienceMs = 3000
const pauseMs = 5
/** Subscribers report the end of the last record. The current position may be after it by the header of a page. */
const pageHeader = 24

/** Follows which position of another database the copies in a database have reached. */
export class Arrivals {
  readonly #pool: Pool
  readonly #subscription: string
  #position = 0
  #asking: Promise<void> | undefined

  /** `pool` leads to the database with the copies. */
  constructor(pool: Pool, subscription: string) {
    this.#pool = pool
    this.#subscription = subscription
  }

  /** Waits until the copies contain what was committed until a position, but only for a bounded time. */
  async until(position: number, deadline: Deadline | undefined): Promise<void> {
    const wanted = position - pageHeader
    for (const end = performance.now() + patienceMs; this.#position < wanted; await sleep(pauseMs)) {
      deadline?.check()
      const restMs = end - performance.now()
      if (restMs <= 0) return
      // All waiting requests share one check at a time.
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined
      })
      await Promise.race([this.#asking, sleep(restMs, undefined, { ref: false })])
    }
  }

  async #ask(): Promise<void> {
    const { rows } = await this.#pool
      .query<{ position: string | null }>(
        // Everything that the publisher had sent before this message is applied, because the subscriber reads messages
        // one after another.
        `select latest_end_lsn - '0/0' as position from pg_stat_subscription
         where subname = $1 and relid is null and leader_pid is null`,
        [this.#subscription],
      )
      .catch(() => ({ rows: [] }))
    this.#position = Math.max(this.#position, Number(rows[0]?.position ?? 0))
  }
}
