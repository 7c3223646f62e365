import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { useServer } from 'graphql-ws/use/ws'
import { type GrafservBase, makeGraphQLWSConfig } from 'postgraphile/grafserv'
import { type ExecutionResult, GraphQLError } from 'postgraphile/graphql'
import { WebSocketServer } from 'ws'
import type { Deadline } from '../deadline.ts'
import type { Claims } from './tokens.ts'
import { untilCompleted } from './until_completed.ts'

/** Subscriptions that one connection may have at a time. */
const subscriptionsPerConnection = 20
/** Most bytes that a connection may leave unread while it asks for more: what it asks is answered, pings are echoed. */
const unreadBytes = 1_000_000

/**
 * Answers WebSocket upgrades of an HTTP server at a path, in the protocol graphql-transport-ws, with Grafserv's own
 * handling of each operation. Grafserv's upgrade handler would do, but takes messages of 100 MB, any number of
 * subscriptions, and leaves connections open when it is released. Gives the function that ends them all (1001).
 */
export function serveWebSockets(
  server: Server,
  path: string,
  serv: GrafservBase,
  maxPayload: number,
  deadlineOf: (claims: Claims) => Deadline,
): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload })
  const config = makeGraphQLWSConfig(serv)
  const { dispose } = useServer(
    {
      ...config,
      onSubscribe(context, id, payload) {
        // This one is counted already.
        if (Object.keys(context.subscriptions).length > subscriptionsPerConnection) {
          const message = `More than ${subscriptionsPerConnection} subscriptions on one connection.`
          return [
            new GraphQLError(message, {
              extensions: { code: 'query_too_complex', detail: { limit: 'subscriptions' } },
            }),
          ]
        }
        return config.onSubscribe?.(context, id, payload)
      },
      execute: (args) => {
        const request = (args as unknown as { requestContext: Grafast.RequestContext }).requestContext
        const deadline = deadlineOf(request.claims)
        request.deadline = deadline
        return untilCompleted(Promise.resolve(config.execute?.(args) as Promise<ExecutionResult>), deadline)
      },
    },
    sockets,
  )
  const upgrade = (request: Parameters<typeof sockets.handleUpgrade>[0], socket: Socket, head: Buffer) => {
    // Not by URL, which throws for an address that is none, and nobody would catch it.
    if (request.url?.split('?', 1)[0] !== path) return socket.destroy()
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.emit('connection', webSocket, request)
      // A message that is none is the sender's fault: ws closes the connection, and graphql-ws need not print a stack.
      webSocket.removeAllListeners('error').on('error', () => {})
      const disconnectIfUnread = () => {
        if (webSocket.bufferedAmount > unreadBytes) webSocket.terminate()
      }
      for (const event of ['message', 'ping']) webSocket.on(event, disconnectIfUnread)
    })
  }
  server.on('upgrade', upgrade)
  return async () => {
    server.off('upgrade', upgrade)
    await dispose()
  }
}
