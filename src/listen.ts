import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Settings, StartError } from './settings.ts'

/**
 * Makes a server listen on the settings' HOST and PORT. A PORT that nobody set gives way to the next free one. Gives the
 * address as a URL, and with a remark for people when it is another than they expect. Throws StartError, naming the variable, when the port or the host cannot be had.
 */
export async function listen(
  server: Server,
  settings: Pick<Settings, 'host' | 'port' | 'portIsGiven'>,
): Promise<{ url: string; said: string }> {
  const { host, portIsGiven } = settings
  for (let port = settings.port; ; port++) {
    try {
      await tryListen(server, port, host)
      const { port: actual } = server.address() as AddressInfo
      // "Every address" is no address to open.
      const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
      const url = `http://${name.includes(':') ? `[${name}]` : name}:${actual}`
      return { url, said: port === settings.port ? url : `${url} (port ${settings.port} is taken)` }
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      if (code === 'EADDRINUSE' && !portIsGiven && port < settings.port + 100) continue
      if (code === 'EADDRINUSE') {
        throw new StartError(`PORT: ${port} is taken by another program. Set PORT to a free one, or unset it.`, {
          cause,
        })
      }
      if (code === 'EACCES') throw new StartError(`PORT: this user may not listen on ${port} (${message})`, { cause })
      throw new StartError(`HOST: cannot listen on ${host} (${message})`, { cause })
    }
  }
}

function tryListen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

/** How long a request may take to arrive, so that one that comes byte by byte does not keep a connection. */
export function arrivalBounds({ requestTimeoutMs }: Pick<Settings, 'requestTimeoutMs'>): ServerOptions {
  return {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(requestTimeoutMs / 4, 5000),
  }
}

/**
 * Prepares a server for a stop that answers what it has begun. Call before it listens; the function given stops taking
 * connections, waits for the requests in flight, at most `graceMs` milliseconds, and cuts off what is left. WebSockets
 * are left to whoever opened them.
 */
export function stoppable(server: Server): (graceMs: number) => Promise<void> {
  // Requests in flight by connection. Counted here, since Node's closeIdleConnections() leaves open a connection that
  // has not asked anything yet, such as browsers keep ready.
  const inFlight = new Map<Socket, number>()
  let allGone: (() => void) | undefined

  const forget = (socket: Socket) => {
    inFlight.delete(socket)
    if (inFlight.size === 0) allGone?.()
  }
  const count = (socket: Socket, change: number) => {
    const requests = (inFlight.get(socket) ?? 0) + change
    inFlight.set(socket, requests)
    if (allGone && requests === 0) socket.destroySoon()
  }
  server.on('connection', (socket: Socket) => {
    inFlight.set(socket, 0)
    socket.once('close', () => forget(socket))
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    count(socket, +1)
    response.once('close', () => count(socket, -1))
  })
  server.on('upgrade', ({ socket }: IncomingMessage) => forget(socket))

  return async (graceMs) => {
    server.close()
    const gone = new Promise<void>((resolve) => {
      allGone = resolve
    })
    for (const [socket, requests] of inFlight) if (requests === 0) socket.destroy()
    const late = setTimeout(() => {
      for (const socket of inFlight.keys()) socket.destroy()
    }, graceMs)
    if (inFlight.size > 0) await gone
    clearTimeout(late)
  }
}
