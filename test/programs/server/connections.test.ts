import { type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createHttpServer } from '../../../src/http/connections.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// More than the buffers of a connection hold, so a response can only be sent in full to a client that reads.
const large = Buffer.alloc(32_000_000, 'x')
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

/** A server with large responses, unless `answer` is given, and counts of what happens on it. */
interface Observed {
  server: Server
  port: number
  /** How many requests were started, and how many of their responses are closed. */
  begun: number
  closed: number
  /** Bytes that the connections of this server keep for clients who have not read them. */
  unread(): number
  connections(): number
  stop(graceMs: number): Promise<void>
}

const running: Observed[] = []
const clients: Socket[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await Promise.all(running.splice(0).map((observed) => observed.stop(0)))
})

async function listening(
  settings: { requestTimeoutMs?: number; keepAliveMs?: number; maxConnections?: number } = {},
  answer = (_request: IncomingMessage, response: ServerResponse): unknown => response.end(large),
): Promise<Observed> {
  const sockets = new Set<Socket>()
  const { server, stop } = createHttpServer(
    { requestTimeoutMs: 60_000, keepAliveMs: 75_000, maxConnections: 100, ...settings },
    (request, response) => {
      observed.begun++
      response.once('close', () => observed.closed++)
      answer(request, response)
    },
  )
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const observed: Observed = {
    server,
    port: (server.address() as AddressInfo).port,
    begun: 0,
    closed: 0,
    unread: () => [...sockets].reduce((bytes, socket) => bytes + socket.writableLength, 0),
    connections: () => sockets.size,
    stop,
  }
  running.push(observed)
  return observed
}

/** Connects, sends some bytes, and reads nothing until resume() is called. Ignores being disconnected. */
function client(port: number, bytes: string): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  clients.push(socket.pause())
  socket.write(bytes)
  return socket
}
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve))

describe('a client that pipelines requests and does not read', () => {
  it('gets one request started and one response buffered per connection', async () => {
    const observed = await listening()
    for (let i = 0; i < 10; i++) client(observed.port, get.repeat(100))
    await eventually(() => observed.begun === 10 && observed.unread() > 0, 'a request of each connection')
    // Once another client is answered, any further request of the others would have been started, too.
    const other = client(observed.port, get.replace('GET', 'HEAD')).resume()
    await new Promise((resolve) => other.once('data', resolve))
    expect(observed.begun).toBe(11)
    expect(observed.unread()).toBeLessThanOrEqual(10 * (large.length + 1000))
  })

  it('gets all responses in order once it reads', async () => {
    const observed = await listening({}, ({ url }, response) => response.end(`${url};`.padEnd(500_000)))
    const socket = client(
      observed.port,
      Array.from({ length: 50 }, (_, i) => get.replace('/', `/${i}`)).join(''),
    ).resume()
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    await eventually(() => observed.closed === 50, 'fifty answers')
    const order = Array.from({ length: 50 }, (_, i) => `/${i}`)
    await eventually(() => text.includes('/49;'), 'the last answer')
    expect([...text.matchAll(/(\/\d+);/g)].map(([, url]) => url)).toEqual(order)
  })

  it('gets the body of each pipelined request read when it is the turn of that request', async () => {
    const observed = await listening({}, async (request, response) => {
      let size = 0
      for await (const chunk of request) size += chunk.length
      response.end(`<${size}>`)
    })
    const post = (size: number) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`
    const socket = client(observed.port, [1, 300_000, 0, 200_000, 5].map(post).join('')).resume()
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    await eventually(() => text.includes('<5>'), 'the last answer')
    expect([...text.matchAll(/<(\d+)>/g)].map(([, size]) => Number(size))).toEqual([1, 300_000, 0, 200_000, 5])
  })

  it('is disconnected when it is more than a hundred requests ahead, and none of those is started', async () => {
    const observed = await listening({}, () => undefined)
    await closed(client(observed.port, get.repeat(102)).resume())
    expect(observed.begun).toBe(1)
    const patient = client(observed.port, get.repeat(101))
    await eventually(() => observed.begun === 2, 'the first request')
    expect(patient.destroyed).toBe(false)
    expect(observed.connections()).toBe(1)
  })

  it('is disconnected when it reads nothing for the duration of the request timeout', async () => {
    const observed = await listening({ requestTimeoutMs: 1000 })
    client(observed.port, get.repeat(3))
    await eventually(() => observed.begun === 1, 'the first request')
    await eventually(() => observed.connections() === 0 && observed.closed === 1, 'a disconnected client')
    expect(observed.begun).toBe(1)
  })

  it('is disconnected when it reads, but takes ten times the request timeout', async () => {
    const observed = await listening({ requestTimeoutMs: 200 })
    const socket = client(observed.port, get)
    let read = 0
    const reading = setInterval(() => {
      read += socket.read(20_000)?.length ?? 0
    }, 20)
    await eventually(() => observed.connections() === 0, 'a disconnected client')
    clearInterval(reading)
    expect(read).toBeLessThan(large.length)
  })

  it('stays connected while its response is not ready yet', async () => {
    const waiting: ServerResponse[] = []
    const observed = await listening({ requestTimeoutMs: 300 }, (_request, response) => waiting.push(response))
    let answered = ''
    const socket = client(observed.port, get)
      .resume()
      .on('data', (data) => {
        answered += data
      })
    await eventually(() => waiting.length === 1, 'the request')
    // Longer than the timeout that disconnects clients that do not read.
    await new Promise((resolve) => observed.server.once('timeout', resolve))
    await new Promise((resolve) => setImmediate(resolve))
    expect(socket.destroyed).toBe(false)
    waiting[0]?.end('made')
    await eventually(() => answered.includes('made'), 'the answer')
  })
})

it('keeps an idle connection as long as the response says, and closes it then', async () => {
  const observed = await listening({ keepAliveMs: 3000 }, (_request, response) => response.end('here'))
  let answered = ''
  const socket = client(observed.port, get)
    .resume()
    .on('data', (data) => {
      answered += data
    })
  const begin = performance.now()
  await closed(socket)
  expect(performance.now() - begin).toBeGreaterThan(3000)
  expect(answered).toContain('Keep-Alive: timeout=3\r\n')
})

it('accepts no more than the configured number of connections', async () => {
  const observed = await listening({ maxConnections: 2 }, (_request, response) => response.end('here'))
  const kept = [client(observed.port, get), client(observed.port, get)]
  await eventually(() => observed.closed === 2, 'two answers')
  await closed(client(observed.port, get).resume())
  expect(observed.begun).toBe(2)
  kept[0]?.destroy()
  await eventually(() => observed.connections() === 1, 'room')
  client(observed.port, get)
  await eventually(() => observed.begun === 3, 'the next client')
})

describe('a stop', () => {
  it('disconnects clients that are idle, do not read or pipeline requests, and starts no more requests', async () => {
    const observed = await listening({}, ({ url }, response) => response.end(url === '/' ? large : 'small'))
    client(observed.port, '')
    client(observed.port, get.replace('/', '/small'))
    await eventually(() => observed.closed === 1, 'a small answer')
    for (let i = 0; i < 5; i++) client(observed.port, get.repeat(100))
    await eventually(() => observed.begun === 6 && observed.unread() > 0, 'what is unread')
    // Without a grace period: the stop ends because the clients are disconnected, not because the period is over.
    await observed.stop(2 ** 31 - 1)
    expect(observed.connections()).toBe(0)
    expect(observed.begun).toBe(6)
  })

  it('waits for a response in progress, and disconnects the client after it has read the response', async () => {
    const waiting: ServerResponse[] = []
    const observed = await listening({}, (_request, response) => waiting.push(response))
    const answer = new Promise<string>((resolve) => {
      const sent = request({ port: observed.port, agent: false, headers: { connection: 'keep-alive' } }, (response) => {
        let text = ''
        response.on('data', (data) => {
          text += data
        })
        response.on('end', () => resolve(text))
      })
      sent.end()
    })
    await eventually(() => waiting.length === 1, 'the request')
    const stopped = observed.stop(2 ** 31 - 1)
    waiting[0]?.end('made')
    expect(await answer).toBe('made')
    await stopped
    expect(observed.connections()).toBe(0)
  })

  it('aborts responses in progress when the grace period is over', async () => {
    const observed = await listening({}, () => undefined)
    const cut = closed(client(observed.port, get).resume())
    await eventually(() => observed.begun === 1, 'the request')
    await observed.stop(10)
    await cut
    expect(observed.connections()).toBe(0)
  })
})
