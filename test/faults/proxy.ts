import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A network connection that a test can disturb. */
export interface TcpProxy {
  port: number
  /** Resets all connections. New ones are accepted. */
  cut(): void
  /** Passes no data and closes no connection; new connections are accepted and get no data. */
  stall(): void
  /** Passes requests, but not responses. */
  swallowAnswers(): void
  /** Restores normal operation. Delayed data are delivered, unless their connection was reset in the meantime. */
  flow(): void
  close(): Promise<void>
}

type Mode = 'flowing' | 'stalled' | 'swallowing'

/** A TCP proxy on a separate port. `target` is called for each new connection, because the server behind may move. */
export async function startProxy(target: () => number): Promise<TcpProxy> {
  const pairs = new Set<readonly [near: Socket, far: Socket]>()
  let mode: Mode = 'flowing'

  function arrange([near, far]: readonly [Socket, Socket]): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.unpipe(to)
      from.removeAllListeners('data')
      if (mode === 'stalled') from.pause()
      else if (mode === 'swallowing' && from === far) from.on('data', () => undefined).resume()
      else from.pipe(to)
    }
  }

  const server = createServer((near) => {
    const far = connect(target(), '127.0.0.1')
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [socket, other] of [pair, [far, near] as const]) {
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
    }
    arrange(pair)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const to = (next: Mode) => () => {
    mode = next
    for (const pair of pairs) arrange(pair)
  }
  const cut = () => {
    for (const [near, far] of pairs) for (const socket of [near, far]) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    stall: to('stalled'),
    swallowAnswers: to('swallowing'),
    flow: to('flowing'),
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
