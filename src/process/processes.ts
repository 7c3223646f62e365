import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { AggregatorRegistry, type Registry } from 'prom-client'
import type { Lifecycle } from './lifecycle.ts'
import { log } from './log.ts'

// Several processes that share the port of one HTTP server: the first process starts the others, passes connections on
// to them in turn, replaces one that has died, adds up their figures, and stops them. It does nothing else.

type Figures = Awaited<ReturnType<Registry['getMetricsAsJSON']>>
type Message = { ready: string } | { asks: 'own' | 'all'; id: number } | { answers: number; with: unknown }

/** True in a process that another one started to share its port. */
export const sharesPort = cluster.isWorker

const restartMs = 1000
const figuresMs = 2000

/**
 * Starts this program in `count` more processes with these additional settings, each of which delays its stop by
 * `stopDelayMs`. Returns the text of the first one's ready line once all of them are ready. When one ends before that,
 * this process ends with the same code.
 */
export async function startProcesses(
  count: number,
  env: Record<string, string>,
  stopDelayMs: number,
  lifecycle: Lifecycle,
): Promise<{ displayUrl: string }> {
  const serving = new Set<Worker>()
  lifecycle.onStop('processes', endAll, stopDelayMs)
  cluster.on('message', async (worker: Worker, message: Message) => {
    if ('asks' in message && message.asks === 'all') {
      const text = await figuresOf(serving)
      if (worker.isConnected()) worker.send({ answers: message.id, with: text } satisfies Message)
    }
  })

  async function startOne(replaces: boolean): Promise<string> {
    const worker = cluster.fork(env)
    return new Promise((resolve) => {
      worker.on('message', (message: Message) => {
        if (!('ready' in message)) return
        serving.add(worker)
        resolve(message.ready)
      })
      worker.once('exit', async (code, signal) => {
        const served = serving.delete(worker)
        if (lifecycle.stopping) return
        // It has said why on stderr.
        if (!served && !replaces) return lifecycle.stop(code || 1)
        log.error(
          { process: worker.process.pid, code, signal },
          'a process of the server ended; another one is started',
        )
        await sleep(restartMs)
        if (!lifecycle.stopping) await startOne(true)
      })
    })
  }

  // The first one alone, so that an error in the settings is reported once.
  const displayUrl = await startOne(false)
  await Promise.all(Array.from({ length: count - 1 }, () => startOne(false)))
  return { displayUrl }
}

/** Passes the stop on to all processes, and waits for their ends. */
async function endAll(): Promise<void> {
  await Promise.all(
    Object.values(cluster.workers ?? {}).map(async (worker) => {
      if (!worker || worker.isDead()) return
      const ended = once(worker, 'exit')
      worker.process.kill('SIGTERM')
      await ended
    }),
  )
}

/** The figures of these processes together. One that does not answer in time is left out. */
async function figuresOf(serving: Set<Worker>): Promise<string> {
  const given = await Promise.all([...serving].map((worker) => ask<Figures>(worker, 'own', figuresMs)))
  return AggregatorRegistry.aggregate(given.filter((figures) => figures !== undefined)).metrics()
}

/** Reports to the first process that this one is ready. */
export function reportReady(displayUrl: string): void {
  process.send?.({ ready: displayUrl } satisfies Message)
}

/** Lets the first process ask for the figures of this one. */
export function giveFigures(registry: Registry): void {
  process.on('message', async (message: Message) => {
    if (!('asks' in message)) return
    const figures = await registry.getMetricsAsJSON()
    process.send?.({ answers: message.id, with: figures } satisfies Message)
  })
}

/** The figures of all processes together, in Prometheus's format. */
export const figuresOfAllProcesses = async (): Promise<string> =>
  (await ask<string>(process, 'all', 2 * figuresMs)) ?? ''

let questions = 0

/** Asks another process. Returns undefined when it has not answered in time. */
function ask<T>(other: Worker | NodeJS.Process, asks: 'own' | 'all', ms: number): Promise<T | undefined> {
  const id = questions++
  return new Promise((resolve) => {
    const end = (answer?: T) => {
      clearTimeout(timer)
      other.off('message', take)
      resolve(answer)
    }
    const take = (message: Message) => {
      if ('answers' in message && message.answers === id) end(message.with as T)
    }
    const timer = setTimeout(end, ms)
    other.on('message', take)
    ;(other as Worker).send({ asks, id } satisfies Message)
  })
}
