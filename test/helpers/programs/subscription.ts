import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Answer } from './graphql.ts'

export interface Subscription {
  /** Waits for the next event; undefined when the subscription has ended. */
  next(): Promise<Answer | undefined>
  close(): Promise<void>
}

/**
 * A subscription over a separate WebSocket to the server at an address; `connectionParams` is the payload of
 * connection_init.
 */
export function subscription(
  url: string,
  document: string | Record<string, unknown>,
  variables: Record<string, unknown>,
  connectionParams: Record<string, unknown>,
): Subscription {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams,
  })
  // The protocol requires a text, which may be empty.
  const asked = typeof document === 'string' ? { query: document } : { query: '', ...document }
  const events = client.iterate({ ...asked, variables })
  return {
    async next() {
      try {
        const { done, value } = await events.next()
        return done ? undefined : (value as Answer)
      } catch (errors) {
        // graphql-ws throws the errors with which the server refuses a subscription.
        return { errors } as Answer
      }
    },
    async close() {
      await events.return?.()
      await client.dispose()
    },
  }
}
