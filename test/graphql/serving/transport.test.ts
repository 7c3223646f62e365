import { once } from 'node:events'
import { pino } from 'pino'
import { type RawData, WebSocket } from 'ws'
import { createPool } from '../../../src/database/pools.ts'
import { createGraphQL } from '../../../src/graphql/instance.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import { ownerUrlOf } from '../../helpers/database/cluster.ts'
import { sharedServer, type TestServer } from '../../helpers/programs/server.ts'
import { tokenSettings } from '../../helpers/programs/tokens.ts'
import { type Served, serve } from '../served.ts'

let development: TestServer
let production: Served
beforeAll(async () => {
  development = await sharedServer()
  production = await serve({ production: true })
})
afterAll(() => Promise.all([development.stop(), production.stop()]))

const browse = async (url: string) => {
  // A connection of its own: the server may just close one that was idle while this process was busy.
  const response = await fetch(url, { headers: { accept: 'text/html', connection: 'close' } })
  return { status: response.status, html: (await response.text()).includes('<html') }
}

test('GraphiQL is served in development and not in production', async () => {
  expect(await browse(`${development.url}/graphiql`)).toEqual({ status: 200, html: true })
  expect((await browse(`${production.url}/graphiql`)).status).toBe(404)
  expect((await browse(`${production.url}/graphql`)).status).toBeGreaterThanOrEqual(400)
  expect((await browse(`${production.url}/ruru-static/ruru.js`)).status).toBe(404)
})

test('a pool that does not pipeline is refused at the start', async () => {
  const pool = createPool(ownerUrlOf('shared'), { name: 'test', size: 1 })
  const answerTimes = { signedInMs: 60_000, anonymousMs: 60_000 }
  const settings = { ...tokenSettings, production: false, introspection: true, answerTimes }
  await expect(createGraphQL({ pool, passwordPool: pool, settings, log: pino({ level: 'silent' }) })).rejects.toThrow(
    /pipeline/,
  )
  await pool.end()
})

describe('a WebSocket', () => {
  async function connect(served: Pick<TestServer, 'url'>, path = '/graphql') {
    const socket = new WebSocket(`${served.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws')
    const messages: { type: string; id?: string; payload?: { extensions?: object }[] }[] = []
    socket.on('message', (data: RawData) => messages.push(JSON.parse(String(data))))
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    await once(socket, 'open')
    return { socket, messages, closed, send: (message: object) => socket.send(JSON.stringify(message)) }
  }

  test('at another path is refused', async () => {
    await expect(connect(development, '/elsewhere')).rejects.toThrow()
  })

  test('is closed when a message exceeds the limit of a request', async () => {
    const { closed, send } = await connect(development)
    send({ type: 'connection_init', payload: { filler: ' '.repeat(200_000) } })
    expect(await closed).toBe(1009)
  })

  test('accepts 20 subscriptions and no more', async () => {
    const practice = await aPractice(development.owner)
    const accessToken = await development.tokenOf(practice.manager.claims)
    const { socket, messages, send } = await connect(development)
    send({ type: 'connection_init', payload: { accessToken } })
    await once(socket, 'message')
    const query = `subscription { clinicDay(clinicId: ${practice.clinicId}) { events { id } } }`
    for (let i = 0; i < 21; i++) send({ type: 'subscribe', id: String(i), payload: { query } })
    await once(socket, 'message')
    expect(messages.slice(1)).toEqual([
      expect.objectContaining({
        type: 'error',
        id: '20',
        payload: [
          expect.objectContaining({
            extensions: { code: 'query_too_complex', detail: { limit: 'subscriptions', most: 20 } },
          }),
        ],
      }),
    ])
    socket.close()
  })

  test('is closed with a message when the server stops', async () => {
    const served = await serve()
    const { closed, send, socket } = await connect(served)
    send({ type: 'connection_init' })
    await once(socket, 'message')
    await served.stop()
    expect(await closed).toBe(1001)
  })
})
