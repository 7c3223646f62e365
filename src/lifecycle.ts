import { log } from './log.ts'

// Kubernetes sends SIGKILL 30 s after SIGTERM, docker compose when its file says so. What a part is not done with by
// then is left, so that the others have their turn.
const longestStopMs = 28_000
const longestStepMs = 15_000
const echoMs = 1000

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * For programs that run once and have nothing to finish: a signal ends them by process.exit, unlike Node's default, so
 * that an embedded server they started is told to stop.
 */
export function exitOnSignals(): void {
  for (const signal of signals) process.once(signal, () => process.exit(1))
}

type Step = { name: string; stop: () => Promise<unknown> }

/**
 * What a program has to stop, in the order in which it was started; stopped in reverse. The first SIGTERM, Ctrl-C or
 * closed terminal stops everything and exits 0; another one exits at once.
 */
export class Lifecycle {
  #steps: Step[] = []
  #stopping: Promise<void> | undefined
  #since = 0

  constructor() {
    for (const signal of signals) process.on(signal, () => this.#onSignal(signal))
  }

  /** True from the first signal on. */
  get stopping(): boolean {
    return this.#stopping !== undefined
  }

  /** Adds something that has just been started. */
  onStop(name: string, stop: () => Promise<unknown>): void {
    this.#steps.push({ name, stop })
  }

  /** Stops everything and ends the process with the code; for a part that failed on its own. */
  async stop(code: number): Promise<void> {
    this.#stopping ??= this.#stopAll()
    await this.#stopping
    process.exit(code)
  }

  #onSignal(signal: string): void {
    if (!this.stopping) {
      log.info({ signal }, 'stopping')
      this.#since = Date.now()
      void this.stop(0)
    } else if (Date.now() - this.#since > echoMs) {
      // Sooner it is the same Ctrl-C: the terminal sends it to all of us, and npm sends us its own once more.
      log.warn({ signal }, 'stopping at once')
      process.exit(1)
    }
  }

  async #stopAll(): Promise<void> {
    setTimeout(() => {
      log.error('could not stop in time')
      process.exit(1)
    }, longestStopMs).unref()
    for (const { name, stop } of this.#steps.toReversed()) {
      try {
        await inTime(stop())
      } catch (error) {
        log.error({ err: error, part: name }, 'did not stop cleanly')
      }
    }
  }
}

async function inTime(stopped: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not stopped within ${longestStepMs} ms`)), longestStepMs)
  })
  await Promise.race([stopped, late]).finally(() => clearTimeout(timer))
}
