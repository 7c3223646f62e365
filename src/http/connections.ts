import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { log } from '../process/log.ts'
import type { Settings } from '../process/settings.ts'

/** Maximum requests that a client may send before it has read the response to the first. Normal clients send a few. */
const mostAhead = 100
/** A response may take this many times longer, to be made and read, than a request may take to arrive. */
const responseFactor = 10
/** How long a stop waits for a client that does not read its response, milliseconds. */
const unreadMs = 1000

/** The state of a connection. */
interface Connection {
  /** The response that is being made, or read by the client. */
  current: ServerResponse | undefined
  /** Requests that wait for its end. */
  ahead: [IncomingMessage, ServerResponse][]
  /** It has had a response, so without a current one it is idle. */
  answered: boolean
}

/**
 * Makes an HTTP server that keeps at most one response per connection in memory, even when a client pipelines requests: the
 * next request begins when the client has received the response before it. A client is disconnected when a request takes
 * longer than requestTimeoutMs to arrive, when it reads nothing of a response for that long, when it does not read the whole
 * response in ten times as long, when it sends no request for keepAliveMs after a response, and when it pipelines more than a
 * hundred requests. Connections beyond maxConnections are closed at once.
 *
 * `stop` accepts no more connections and begins no more requests, waits at most `graceMs` milliseconds for the responses that
 * are being made, and disconnects idle clients and clients that do not read. WebSockets are left to the code that opened
 * them.
 */
export function createHttpServer(
  {
    requestTimeoutMs,
    keepAliveMs,
    maxConnections,
  }: Pick<Settings, 'requestTimeoutMs' | 'keepAliveMs' | 'maxConnections'>,
  answer: RequestListener,
): { server: Server; stop: (graceMs: number) => Promise<void> } {
  const connections = new Connections(answer, requestTimeoutMs * responseFactor)
  const server = createServer({
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    // When a client sends a request just as the connection is closed, it gets no response. So the client has to close first.
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: Math.min(requestTimeoutMs / 4, 5000),
  })
  server.maxConnections = maxConnections
  server.on('connection', (socket: Socket) => connections.add(socket))
  server.on('request', (request, response) => connections.take(request, response))
  server.on('upgrade', ({ socket }: IncomingMessage) => connections.forget(socket))
  // Nothing was sent or received for that long.
  server.setTimeout(requestTimeoutMs, (socket: Socket) => connections.endSilent(socket))
  server.on('drop', warnOfDrops(maxConnections))

  return {
    server,
    stop(graceMs) {
      server.close()
      return connections.stop(graceMs)
    },
  }
}

/** The connections of a server, whose requests it answers one after another. */
class Connections {
  readonly #answer: RequestListener
  readonly #longestResponseMs: number
  readonly #open = new Map<Socket, Connection>()
  /** Called when the last one has gone; set when the server is stopping. */
  #allGone: (() => void) | undefined

  constructor(answer: RequestListener, longestResponseMs: number) {
    this.#answer = answer
    this.#longestResponseMs = longestResponseMs
  }

  add(socket: Socket): void {
    this.#open.set(socket, { current: undefined, ahead: [], answered: false })
    socket.once('close', () => this.forget(socket))
  }

  forget(socket: Socket): void {
    this.#open.delete(socket)
    if (this.#open.size === 0) this.#allGone?.()
  }

  /** Answers a request, when the responses before it have been read. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#open.get(request.socket)
    // Node goes on parsing a packet after a request in it has closed the connection.
    if (!connection || request.socket.destroyed || this.#allGone) return
    if (!connection.current) this.#begin(connection, request, response)
    else if (connection.ahead.push([request, response]) > mostAhead) request.socket.destroy()
  }

  #begin(connection: Connection, request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    connection.current = response
    const late = setTimeout(() => socket.destroy(), this.#longestResponseMs)
    // It closes when the operating system has taken the last byte, which it does only as fast as the client reads.
    response.once('close', () => {
      clearTimeout(late)
      connection.current = undefined
      connection.answered = true
      if (this.#allGone) return socket.destroySoon()
      const next = connection.ahead.shift()
      if (next && !socket.destroyed) this.#begin(connection, ...next)
    })
    this.#answer(request, response)
  }

  /**
   * Disconnects a client that neither reads nor sends. A client that waits for us to make its response is left alone, and Node
   * answers a request that does not arrive completely.
   */
  endSilent(socket: Socket): void {
    const { current, answered } = this.#open.get(socket) ?? {}
    if (current ? socket.writableLength > 0 : answered) socket.destroy()
  }

  /** Disconnects idle clients, and others when they have their response, at the latest in `graceMs` milliseconds. */
  async stop(graceMs: number): Promise<void> {
    const gone = new Promise<void>((resolve) => {
      this.#allGone = resolve
    })
    for (const [socket, connection] of this.#open) {
      connection.ahead = []
      if (connection.current) socket.setTimeout(unreadMs)
      else socket.destroy()
    }
    const late = setTimeout(() => {
      for (const socket of this.#open.keys()) socket.destroy()
    }, graceMs)
    if (this.#open.size > 0) await gone
    clearTimeout(late)
  }
}

/** Logs that connections were refused because there are too many, at most once a minute. */
function warnOfDrops(maxConnections: number): () => void {
  let saidAt = Number.NEGATIVE_INFINITY
  return () => {
    if (performance.now() - saidAt < 60_000) return
    saidAt = performance.now()
    log.warn({ maxConnections }, 'connections are closed, since there are as many as MAX_CONNECTIONS allows')
  }
}
