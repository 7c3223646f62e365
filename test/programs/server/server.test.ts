import { Agent, createServer, get, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Client } from 'pg'
import { WebSocket } from 'ws'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Program, runToEnd, startServer } from '../../helpers/programs/program.ts'
import { eventually } from '../../helpers/time/eventually.ts'

let database: ClonedDatabase
let client: Client

beforeAll(async () => {
  database = await cloneDatabase()
  client = new Client({ connectionString: database.url })
  await client.connect()
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

async function listening(port = 0): Promise<Server & { port: number }> {
  const server = createServer((_request, response) => response.end('somebody else'))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return Object.assign(server, { port: (server.address() as AddressInfo).port })
}

const ask = async (url: string) => {
  const response = await fetch(url)
  return { status: response.status, body: await response.json() }
}

describe('the port', () => {
  test('is refused by its number if it was set and is in use', async () => {
    const other = await listening()
    const env = { DATABASE_URL: database.url, PORT: String(other.port) }
    const { code, stdout, stderr } = await runToEnd('server', { env })
    other.close()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^PORT: ${other.port} is taken`, 'm'))
    expect(stderr).not.toMatch(/^ +at /m)
  })

  test('is the next free one if it was not set, and the ready line names it', async () => {
    // If another process already uses the port, that serves the same purpose.
    const other = await listening(5678).catch(() => undefined)
    const server = await startServer(database.serverUrl, { PORT: '' })
    expect(server.readyLine).toMatch(
      /^medislot server is ready: http:\/\/127\.0\.0\.1:(5679|56[89]\d) \(port 5678 is taken\)$/,
    )
    expect(await ask(`${server.url}/healthz`)).toEqual({ status: 200, body: { status: 'ok' } })
    expect(await server.stop()).toBe(0)
    other?.close()
  })
})

describe('a running server', () => {
  let passing: ClonedDatabase
  let server: Program
  beforeAll(async () => {
    passing = await cloneDatabase()
    server = await startServer(passing.serverUrl)
  })
  afterAll(async () => {
    expect(await server.stop()).toBe(0)
    expect(server.stdout().trimEnd().split('\n')).toEqual([server.readyLine])
    await passing.drop()
  })

  test('is ready if the database has every migration, and otherwise says why not', async () => {
    expect(await ask(`${server.url}/readyz`)).toEqual({ status: 200, body: { status: 'ready' } })

    const owner = new Client({ connectionString: passing.url })
    await owner.connect()
    await owner.query(`create table applied as table graphile_migrate.migrations;
      delete from graphile_migrate.migrations`)
    expect(await ask(`${server.url}/readyz`)).toEqual({
      status: 503,
      body: { status: 'unavailable', reason: 'migrations are pending' },
    })
    expect(await ask(`${server.url}/healthz`)).toEqual({ status: 200, body: { status: 'ok' } })
    await owner.query('insert into graphile_migrate.migrations table applied; drop table applied')
    await owner.end()
  })

  test('keeps running while its database is down, and is ready again when it is back', async () => {
    const name = new URL(passing.url).pathname.slice(1)
    const admin = new Client({ connectionString: database.url })
    await admin.connect()
    await admin.query(`alter database ${name} allow_connections false`)
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    expect(await ask(`${server.url}/readyz`)).toEqual({
      status: 503,
      body: { status: 'unavailable', reason: 'the database does not answer' },
    })
    await admin.query(`alter database ${name} allow_connections true`)
    await eventually(async () => (await ask(`${server.url}/readyz`)).status === 200, 'a server that is ready again')
    expect((await ask(`${server.url}/graphql?query={__typename}`)).status).toBe(200)
    await admin.end()
  })

  test('adds a request id to every response: that of the caller, or a new one', async () => {
    const own = await fetch(`${server.url}/nowhere`, { headers: { 'x-request-id': 'ticket-12345' } })
    expect(own.headers.get('x-request-id')).toBe('ticket-12345')
    expect(await own.json()).toMatchObject({ error: 'not_found', requestId: 'ticket-12345' })
    const forged = await fetch(`${server.url}/nowhere?patient=ann`, { headers: { 'x-request-id': 'a b' } })
    expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    await eventually(() => server.stderr().includes(forged.headers.get('x-request-id') as string), 'the log of both')
    expect(server.stderr()).toContain('"requestId":"ticket-12345","method":"GET","path":"/nowhere","status":404')
    expect(server.stderr()).not.toContain('patient')
  })
})

describe('a stop', () => {
  test('is reported by /readyz for the configured time, while everything else is still served', async () => {
    // Longer than this test takes: a second signal ends it.
    const server = await startServer(database.serverUrl, { STOP_DELAY_SECONDS: '600' })
    server.process.kill('SIGTERM')
    await eventually(() => server.stderr().includes('"msg":"stopping"'), 'a server that stops')
    expect(await ask(`${server.url}/readyz`)).toEqual({
      status: 503,
      body: { status: 'unavailable', reason: 'stopping' },
    })
    expect(await ask(`${server.url}/healthz`)).toEqual({ status: 200, body: { status: 'ok' } })
    expect(await post(`${server.url}/graphql`, { query: '{ clinics { nodes { id } } }' })).toEqual({
      status: 200,
      body: { data: { clinics: { nodes: [] } } },
    })
    // Clients with persistent connections send their next request to another server.
    expect((await fetch(`${server.url}/api/clinics`)).headers.get('connection')).toBe('close')
    // A second signal that comes too soon is ignored as a repetition of the first.
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(await server.stop()).toBe(1)
  })

  test('ends when the configured time is over', async () => {
    const server = await startServer(database.serverUrl, { STOP_DELAY_SECONDS: '1' })
    const began = performance.now()
    expect(await server.stop()).toBe(0)
    expect(performance.now() - began).toBeGreaterThan(990)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s answers the request in flight, closes subscriptions as a server that is going away, takes no other, exits 0',
    async (signal) => {
      const server = await startServer(database.serverUrl)
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
      await new Promise((resolve) => socket.once('open', resolve))
      socket.send(JSON.stringify({ type: 'connection_init' }))
      await new Promise((resolve) => socket.once('message', resolve))
      const closed = new Promise((resolve) => socket.once('close', resolve))
      // A slow request: clinics cannot be read until the lock is released.
      await client.query('begin; lock table app_public.clinics in access exclusive mode')
      const slow = post(`${server.url}/graphql`, { query: '{ clinics { nodes { id } } }' })
      await blocked()

      const stopped = server.stop(signal)
      await refused(server.url)
      await client.query('rollback')
      expect(await slow).toEqual({ status: 200, body: { data: { clinics: { nodes: [] } } } })
      expect(await stopped).toBe(0)
      expect(await closed).toBe(1001)
    },
  )

  test('does not wait for idle connections, or for connections that never sent a request', async () => {
    const agent = new Agent({ keepAlive: true })
    const waiting = async () => {
      const server = await startServer(database.serverUrl)
      await new Promise((resolve) =>
        get(`${server.url}/healthz`, { agent }, (response) => response.resume().on('end', resolve)),
      )
      const silent = request(server.url)
      silent.on('error', () => undefined)
      await new Promise((resolve) => silent.once('socket', (socket) => socket.once('connect', resolve)))
      return server
    }
    // Waiting for them would take the grace period of ten seconds for requests in progress. A stop may also take that long because
    // the machine is busy, but hardly three times.
    let took = Number.POSITIVE_INFINITY
    for (let attempt = 0; attempt < 3 && took >= 9000; attempt++) {
      const server = await waiting()
      const began = performance.now()
      expect(await server.stop()).toBe(0)
      took = performance.now() - began
    }
    expect(took).toBeLessThan(9000)
    agent.destroy()
  })

  test('does not wait for clients that pipeline requests and read nothing', async () => {
    const server = await startServer(database.serverUrl, { LOG_LEVEL: 'info' })
    const port = Number(new URL(server.url).port)
    const ahead = 'GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(100)
    const flood = Array.from({ length: 60 }, () => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined)
      socket.pause().write(ahead)
      return socket
    })
    // Other clients are served in the meantime.
    expect(await ask(`${server.url}/healthz`)).toEqual({ status: 200, body: { status: 'ok' } })
    expect((await fetch(`${server.url}/api/clinics`)).status).toBe(200)
    expect(await server.stop()).toBe(0)
    // A part that does not stop in time is logged and abandoned.
    expect(server.stderr()).not.toContain('did not stop cleanly')
    const begun = server.stderr().match(/swagger-ui-bundle/g)?.length ?? 0
    expect(begun).toBeLessThan(60 * 20)
    for (const socket of flood) socket.destroy()
  })

  test('ends at once on a second signal, but a repetition of the first signal is ignored', async () => {
    const server = await startServer(database.serverUrl)
    await client.query('begin; lock table app_public.clinics in access exclusive mode')
    const slow = post(`${server.url}/graphql`, { query: '{ clinics { nodes { id } } }' }).catch(() => 'cut off')
    await blocked()
    server.process.kill('SIGINT')
    server.process.kill('SIGINT')
    // The time is counted from when the program has received the first signal.
    await refused(server.url)
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(server.process.exitCode).toBeNull()
    expect(await server.stop('SIGINT')).toBe(1)
    expect(await slow).toBe('cut off')
    await client.query('rollback')
  })
})

/** A request by node:http, which distinguishes a refused connection from a response more clearly than fetch. */
function post(url: string, body: object): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}

/** Waits until another session waits for our lock. */
async function blocked(): Promise<void> {
  // In this database: other databases have locks of other tests.
  const waiting = `select from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and not l.granted`
  await eventually(async () => (await client.query(waiting)).rowCount !== 0, 'a session that waits for the lock')
}

/** Waits until the address accepts no more connections. */
async function refused(url: string): Promise<void> {
  const answers = () =>
    ask(`${url}/healthz`).then(
      () => true,
      () => false,
    )
  await eventually(async () => !(await answers()), 'a server that takes no more connections')
}
