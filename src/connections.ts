import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { log } from './log.ts'
import type { Settings } from './settings.ts'

/** Requests that a client may send ahead of their answers. Nobody who reads what it asked for needs that many. */
const mostAhead = 100
/** How many times longer than a request to arrive a response may take to be made and read. */
const responseFactor = 10
/** How long a stop waits, milliseconds, for a client that does not read the response it asked for. */
const unreadMs = 1000

/** What is known of a connection. */
interface Connection {
  /** The response that is being made, or read by the client. */
  current: ServerResponse | undefined
  /** Requests that wait for it. */
  ahead: [IncomingMessage, ServerResponse][]
  /** It has had a response, so it is idle when it has none now. */
  answered: boolean
}

/**
 * Makes an HTTP server that keeps one response per connection in memory, however many requests the client sends ahead:
 * the next request is begun when the client has taken the response before it. A client is disconnected when a request
 * takes longer than requestTimeoutMs to arrive, when nothing of a response is read for that long, or the whole of it is
 * not read in ten times as long, and when it is more than a hundred requests ahead. Connections beyond maxConnections
 * are closed at once.
 *
 * The function given stops it: it takes no more connections and begins no more requests, waits for the responses being
 * made, at most `graceMs` milliseconds, and disconnects idle clients and those who do not read. WebSockets are left to
 * the code that opened them.
 */
export function createHttpServer(
  { requestTimeoutMs, maxConnections }: Pick<Settings, 'requestTimeoutMs' | 'maxConnections'>,
  answer: RequestListener,
): { server: Server; stop: (graceMs: number) => Promise<void> } {
  const connections = new Map<Socket, Connection>()
  let allGone: (() => void) | undefined

  const server = createServer({
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(requestTimeoutMs / 4, 5000),
  })
  server.maxConnections = maxConnections

  function begin(connection: Connection, request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    connection.current = response
    const late = setTimeout(() => socket.destroy(), requestTimeoutMs * responseFactor)
    // It closes when its last byte was given to the operating system, which takes it only as fast as the client reads.
    response.once('close', () => {
      clearTimeout(late)
      connection.current = undefined
      connection.answered = true
      if (allGone) return socket.destroySoon()
      const next = connection.ahead.shift()
      if (next && !socket.destroyed) begin(connection, ...next)
    })
    answer(request, response)
  }

  function forget(socket: Socket): void {
    connections.delete(socket)
    if (connections.size === 0) allGone?.()
  }

  server.on('connection', (socket: Socket) => {
    connections.set(socket, { current: undefined, ahead: [], answered: false })
    socket.once('close', () => forget(socket))
  })
  server.on('request', (request, response) => {
    const connection = connections.get(request.socket)
    // Node goes on reading a packet in which a request ended the connection.
    if (!connection || request.socket.destroyed || allGone) return
    if (!connection.current) begin(connection, request, response)
    else if (connection.ahead.push([request, response]) > mostAhead) request.socket.destroy()
  })
  server.on('upgrade', ({ socket }: IncomingMessage) => forget(socket))
  // Nothing was sent or taken for so long. One that waits for us to make its response is not at fault, and a request that
  // does not arrive is answered by Node.
  server.setTimeout(requestTimeoutMs, (socket: Socket) => {
    const { current, answered } = connections.get(socket) ?? {}
    if (current ? socket.writableLength > 0 : answered) socket.destroy()
  })
  server.on('drop', warnOfDrops(maxConnections))

  return {
    server,
    async stop(graceMs) {
      server.close()
      const gone = new Promise<void>((resolve) => {
        allGone = resolve
      })
      for (const [socket, connection] of connections) {
        connection.ahead = []
        if (connection.current) socket.setTimeout(unreadMs)
        else socket.destroy()
      }
      const late = setTimeout(() => {
        for (const socket of connections.keys()) socket.destroy()
      }, graceMs)
      if (connections.size > 0) await gone
      clearTimeout(late)
    },
  }
}

/** Says in the log that connections were closed for their number, at most once a minute. */
function warnOfDrops(maxConnections: number): () => void {
  let saidAt = Number.NEGATIVE_INFINITY
  return () => {
    if (performance.now() - saidAt < 60_000) return
    saidAt = performance.now()
    log.warn({ maxConnections }, 'connections are closed, since there are as many as MAX_CONNECTIONS allows')
  }
}
