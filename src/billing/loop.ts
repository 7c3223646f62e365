import { setTimeout as sleep } from 'node:timers/promises'
import { log } from '../process/log.ts'

const pauseAfterErrorMs = 1000

/** Work that is done again and again until stop(), which waits for its end. */
export interface Loop {
  /** Ends the current pause. */
  wake(): void
  stop(): Promise<void>
}

/**
 * Repeats some work, with a pause whenever it gives false, which means that there was nothing to do. After an error, such as a
 * lost connection to the database, it goes on a second later. The first of several errors is logged, and so is their end.
 */
export function startLoop(name: string, pauseMs: number, work: () => Promise<boolean>): Loop {
  const stopping = new AbortController()
  let waking = new AbortController()
  let failing = false

  async function once(): Promise<number> {
    try {
      const found = await work()
      if (failing) log.info({ loop: name }, 'goes on')
      failing = false
      return found ? 0 : pauseMs
    } catch (error) {
      log[failing ? 'debug' : 'error']({ err: error, loop: name }, 'failed and is tried again')
      failing = true
      return pauseAfterErrorMs
    }
  }

  async function repeat(): Promise<void> {
    while (!stopping.signal.aborted) {
      const ms = await once()
      if (ms === 0) continue
      const signal = AbortSignal.any([stopping.signal, waking.signal])
      await sleep(ms, undefined, { signal }).catch(() => undefined)
      waking = new AbortController()
    }
  }

  const repeated = repeat()
  return {
    wake: () => waking.abort(),
    stop() {
      stopping.abort()
      return repeated
    },
  }
}
