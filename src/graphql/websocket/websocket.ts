import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { useServer } from 'graphql-ws/use/ws'
import { type GrafservBase, makeGraphQLWSConfig } from 'postgraphile/grafserv'
import type { ExecutionResult } from 'postgraphile/graphql'
import { WebSocketServer } from 'ws'
import type { Deadline } from '../../request/deadline.ts'
import type { Claims } from '../../request/tokens.ts'
import { limits, tooComplex } from '../validation/limits.ts'
import { abortableResult } from './abortable_result.ts'

/** Maximum bytes that a client may leave unread while it sends more messages or pings, which are all answered. */
const unreadBytes = 1_000_000

/**
 * Handles the WebSocket upgrades of an HTTP server at a path, with the protocol graphql-transport-ws and Grafserv's
 * handling of operations. Grafserv's own upgrade handler accepts messages of 100 MB and any number of subscriptions,
 * and leaves connections open when it is released. Returns a function that closes all connections (1001).
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
        // The count includes this one.
        if (Object.keys(context.subscriptions).length > limits.subscriptions) {
          const message = `More than ${limits.subscriptions} subscriptions on one connection.`
          return [tooComplex(message, 'subscriptions', limits.subscriptions)]
        }
        return config.onSubscribe?.(context, id, payload)
      },
      execute: (args) => {
        const request = (args as unknown as { requestContext: Grafast.RequestContext }).requestContext
        const deadline = deadlineOf(request.claims)
        request.deadline = deadline
        return abortableResult(Promise.resolve(config.execute?.(args) as Promise<ExecutionResult>), deadline)
      },
    },
    sockets,
  )
  const upgrade = (request: Parameters<typeof sockets.handleUpgrade>[0], socket: Socket, head: Buffer) => {
    // Not by new URL(), which would throw for an invalid address, and nothing would catch it.
    if (request.url?.split('?', 1)[0] !== path) return socket.destroy()
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.emit('connection', webSocket, request)
      // A malformed message is the client's error: ws closes the connection, and graphql-ws need not log a stack.
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
