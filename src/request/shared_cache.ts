import { log } from '../process/log.ts'

/** Maximum wait for Redis, milliseconds: longer than it takes, and shorter than the database would. */
const patienceMs = 50
/** After a failure Redis is left alone for this time, milliseconds. */
const pauseMs = 5000

/** A store of texts that several servers share. It may lose what it has, and it may be unavailable. */
export interface SharedCache {
  /** Whether the last command succeeded. */
  readonly isUp: boolean
  /** Undefined if there is nothing, and also if it cannot be asked. */
  get(key: string): Promise<string | undefined>
  /** Stores a text for some seconds, if it can. */
  set(key: string, text: string, seconds: number): Promise<void>
  end(): void
}

/**
 * Connects to Redis. A command that fails or takes too long counts as one that found nothing, and no other is sent for a few
 * seconds: a Redis that hangs must not delay requests. It may be unavailable now and later.
 */
export async function connectRedis(url: string): Promise<SharedCache> {
  // Loaded only where there is a Redis: it takes 3 percent of a server's start.
  const { createClient } = await import('redis')
  const client = createClient({
    url,
    // A command while there is no connection fails at once.
    disableOfflineQueue: true,
    commandOptions: { timeout: patienceMs },
    socket: { connectTimeout: 1000, reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, pauseMs) },
  })
  let isUp = false
  let pausedUntil = 0

  // Without a listener an error would end the process. The failure of a command reports the outage.
  client.on('error', () => {})
  void client.connect().catch(() => {})

  async function run<T>(command: () => Promise<T>): Promise<T | undefined> {
    if (performance.now() < pausedUntil) return undefined
    try {
      const result = await inTime(command())
      if (!isUp) log.info('Redis answers: cached responses are shared between servers')
      isUp = true
      return result
    } catch (error) {
      if (isUp) log.warn({ err: error }, 'Redis does not answer: this server caches for itself')
      isUp = false
      pausedUntil = performance.now() + pauseMs
      return undefined
    }
  }

  return {
    get isUp() {
      return isUp
    },
    get: async (key) => (await run(() => client.get(key))) ?? undefined,
    async set(key, text, seconds) {
      await run(() => client.set(key, text, { expiration: { type: 'EX', value: seconds } }))
    },
    end() {
      client.destroy()
    },
  }
}

/** The client's own limit covers the sending of a command, but not the wait for the answer. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
