import { setTimeout as sleep } from 'node:timers/promises'
import { log } from './log.ts'

// Kubernetes sends SIGKILL 30 s after SIGTERM by default, docker compose when its file says so. With a delay of
// at most 5 s (settings.ts) everything has stopped by then; a longer one needs a longer grace period (docs/operations.md).
// A part that does not stop in its time is abandoned, so that the others can stop.
const longestStopMs = 28_000
const longestStopAfterDelayMs = 23_000
const longestStepMs = 15_000
const echoMs = 1000

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * For programs that run once and have nothing to finish: a signal ends them by process.exit, unlike Node's default, so that
 * the handlers of `exit` stop an embedded server.
 */
export function exitOnSignals(): void {
  for (const signal of signals) process.once(signal, () => process.exit(1))
}

type Step = { name: string; stop: () => Promise<unknown>; delayMs: number }

/**
 * The parts of a program that have to be stopped, in the order in which they were started; they stop in reverse order. The
 * first SIGTERM, Ctrl-C or closed terminal stops everything and exits with 0; another one exits at once.
 */
export class Lifecycle {
  #steps: Step[] = []
  #stopping: Promise<void> | undefined
  #since = 0
  #delayMs = 0

  constructor() {
    for (const signal of signals) process.on(signal, () => this.#onSignal(signal))
  }

  /** True from the first signal on. */
  get stopping(): boolean {
    return this.#stopping !== undefined
  }

  /** Adds a part that has just been started. A part may delay its own stop by `delayMs`: see delayStop. */
  onStop(name: string, stop: () => Promise<unknown>, delayMs = 0): void {
    this.#steps.push({ name, stop, delayMs })
  }

  /**
   * Sets how long to wait between the signal and the stop of the first part, milliseconds. Meanwhile `stopping` is true, so
   * that load balancers can see it, and everything still works. There is no delay when a part has failed.
   */
  delayStop(ms: number): void {
    this.#delayMs = ms
  }

  /** Stops everything and ends the process with this code, for example when a part has failed. */
  async stop(code: number): Promise<void> {
    this.#stopping ??= this.#stopAll(0)
    await this.#stopping
    process.exit(code)
  }

  #onSignal(signal: string): void {
    if (!this.stopping) {
      log.info({ signal }, 'stopping')
      this.#since = Date.now()
      this.#stopping = this.#stopAll(this.#delayMs)
      void this.stop(0)
    } else if (Date.now() - this.#since > echoMs) {
      // Within that time it is the same Ctrl-C: the terminal sends it to every process, and npm passes its own on to us.
      log.warn({ signal }, 'stopping at once')
      process.exit(1)
    }
  }

  async #stopAll(delayMs: number): Promise<void> {
    const delaysMs = this.#steps.reduce((sum, step) => sum + step.delayMs, delayMs)
    setTimeout(
      () => {
        log.error('could not stop in time')
        process.exit(1)
      },
      Math.max(longestStopMs, delaysMs + longestStopAfterDelayMs),
    ).unref()
    if (delayMs > 0) await sleep(delayMs)
    for (const { name, stop, delayMs } of this.#steps.toReversed()) {
      try {
        await inTime(stop(), delayMs + longestStepMs)
      } catch (error) {
        log.error({ err: error, part: name }, 'did not stop cleanly')
      }
    }
  }
}

async function inTime(stopped: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not stopped within ${ms} ms`)), ms)
  })
  await Promise.race([stopped, late]).finally(() => clearTimeout(timer))
}
