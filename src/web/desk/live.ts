import { createClient } from 'graphql-ws/client'
import { graphql } from '../graphql/generated/gql.ts'
import type { ClinicDaySubscription } from '../graphql/generated/graphql.ts'
import { accessToken } from '../session.ts'
import type { DeskSlot } from './slots.ts'

const ClinicDay = graphql(`
  subscription ClinicDay($clinicId: BigInt!, $date: Date) {
    clinicDay(clinicId: $clinicId, date: $date) { bookingSlots { ...DeskSlot } }
  }
`)

interface Watcher {
  /** Slots have changed; they are given as they are now. */
  changed(slots: DeskSlot[]): void
  /** Told from now on, for the first time or again. What happened before was missed. */
  began(): void
  /** The connection is gone, or there is a sign that it is there. */
  lost(): void
  seen(): void
}

const longestPause = 15_000
const silence = 8_000

/**
 * Watches a clinic's day (null: every day) until the function that it gives is called. When the connection goes it comes
 * back by itself, each time with an access token that is good: the server asks for one at the start only.
 */
export function watchDay(clinicId: string, date: string | null, watcher: Watcher): () => void {
  let stop = false
  let wake = () => {}
  let end = () => {}

  /** One connection, until it ends. Gives how many milliseconds it was there. */
  const connect = () =>
    new Promise<number>((resolve) => {
      let began: number | undefined
      let deadline: ReturnType<typeof setTimeout> | undefined
      const client = createClient({
        url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
        connectionParams: async () => ({ accessToken: await accessToken() }),
        // Here, so that also what ends a subscription alone is followed by another try.
        retryAttempts: 0,
        keepAlive: 10_000,
        on: {
          connected() {
            began = performance.now()
            watcher.began()
          },
          ping(received) {
            if (!received) deadline = setTimeout(() => end(), silence)
          },
          pong(received) {
            if (!received) return
            clearTimeout(deadline)
            watcher.seen()
          },
        },
      })
      const over = () => {
        clearTimeout(deadline)
        resolve(began === undefined ? 0 : performance.now() - began)
      }
      end = () => {
        // terminate(): dispose() would wait for the other side, which may not be there.
        client.terminate()
        void client.dispose()
        over()
      }
      client.subscribe<ClinicDaySubscription>(
        { query: ClinicDay.toString(), variables: { clinicId, date } },
        {
          next({ data }) {
            watcher.seen()
            if (data?.clinicDay) watcher.changed(data.clinicDay.bookingSlots)
          },
          error: () => end(),
          complete: () => end(),
        },
      )
    })

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
      if (navigator.onLine && (await connect()) > silence) failures = 0
      if (stop) return
      watcher.lost()
      // Not all desks at once when a server comes back.
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
