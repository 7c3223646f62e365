import { createClient } from 'graphql-ws/client'
import { graphql } from '../../data/generated/gql.ts'
import type { ClinicDaySubscription } from '../../data/generated/graphql.ts'
import { accessToken } from '../../data/session.ts'
import type { DeskSlot } from './slots.ts'

const ClinicDay = graphql(`
  subscription ClinicDay($clinicId: BigInt!, $date: Date) {
    clinicDay(clinicId: $clinicId, date: $date) { bookingSlots { ...DeskSlot } }
  }
`)

interface Watcher {
  /** Called with the new state of slots that have changed. */
  changed(slots: DeskSlot[]): void
  /** Called when updates begin, at first or after a lost connection. Earlier changes were missed. */
  began(): void
  /** Called when the connection is lost, and at each sign that it is alive. */
  lost(): void
  seen(): void
}

const longestPause = 15_000
const longestSilence = 8_000

/**
 * Watches a clinic's day (null: all days) until the returned function is called. A lost connection is opened again,
 * each time with a valid access token, because the server checks the token only when a connection starts.
 */
export function watchDay(clinicId: string, date: string | null, watcher: Watcher): () => void {
  let stop = false
  let wake = () => {}
  let end = () => {}

  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const online = () => wake()
  const offline = () => end()
  addEventListener('online', online)
  addEventListener('offline', offline)
  void (async () => {
    for (let failures = 0; !stop; failures++) {
      if (navigator.onLine) {
        const connection = openConnection(clinicId, date, watcher)
        end = connection.end
        if ((await connection.ended) > longestSilence) failures = 0
      }
      if (stop) return
      watcher.lost()
      // Random, so that not all desks connect at once when a server comes back.
      await pause(Math.min(longestPause, 500 * 2 ** failures) * (0.5 + Math.random()))
    }
  })()

  return () => {
    stop = true
    removeEventListener('online', online)
    removeEventListener('offline', offline)
    wake()
    end()
  }
}

interface Subscription {
  /** Resolves when the connection has ended, with the milliseconds that it lasted. */
  ended: Promise<number>
  end(): void
}

/** Watches a clinic's day over one connection. */
function openConnection(clinicId: string, date: string | null, watcher: Watcher): Subscription {
  let resolve = (_lasted: number) => {}
  const ended = new Promise<number>((settle) => {
    resolve = settle
  })
  let began: number | undefined
  let deadline: ReturnType<typeof setTimeout> | undefined
  const client = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    connectionParams: async () => ({ accessToken: await accessToken() }),
    // Retried by watchDay, so that a subscription that ends without its connection is retried as well.
    retryAttempts: 0,
    keepAlive: 10_000,
    on: {
      connected() {
        began = performance.now()
        watcher.began()
      },
      ping(received) {
        if (!received) deadline = setTimeout(end, longestSilence)
      },
      pong(received) {
        if (!received) return
        clearTimeout(deadline)
        watcher.seen()
      },
    },
  })
  function end() {
    // dispose() alone would wait for the server, which may be unreachable.
    client.terminate()
    void client.dispose()
    clearTimeout(deadline)
    resolve(began === undefined ? 0 : performance.now() - began)
  }
  client.subscribe<ClinicDaySubscription>(
    { query: ClinicDay.toString(), variables: { clinicId, date } },
    {
      next({ data }) {
        watcher.seen()
        if (data?.clinicDay) watcher.changed(data.clinicDay.bookingSlots)
      },
      error: end,
      complete: end,
    },
  )
  return { ended, end }
}
