import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Program, runToEnd, startServer } from '../../helpers/programs/program.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// `npm run server` with SERVER_PROCESSES: several processes that share one port.

let database: ClonedDatabase
beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(() => database.drop())

const startTwo = (env = {}) => startServer(database.serverUrl, { SERVER_PROCESSES: '2', ...env })

/** The ids of the processes that serve. */
const servingPids = ({ process: { pid } }: Program): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

/** Requests on a connection of its own, so that the processes take turns. */
const ask = (url: string, init: RequestInit = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } })

// biome-ignore lint/suspicious/noExplicitAny: the responses of a test
const graphql = (url: string, query: string, token?: string): Promise<any> =>
  ask(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  }).then((response) => response.json())

const onLinux = process.platform === 'linux' ? describe : describe.skip

onLinux('a server of two processes', () => {
  let server: Program
  beforeAll(async () => {
    server = await startTwo()
  })
  afterAll(async () => expect(await server.stop()).toBe(0))

  test('has two, each of which accepts tokens that the other has signed', async () => {
    expect(servingPids(server)).toHaveLength(2)
    const { data } = await graphql(
      server.url,
      `mutation { registerCustomer(input: { email: "ann@test.example", password: "a fine long password", fullName: "Ann" }) {
        authTokens { accessToken } } }`,
    )
    const token = data.registerCustomer.authTokens.accessToken
    for (let i = 0; i < 6; i++) {
      const answer = await graphql(server.url, '{ currentPerson { customer { fullName } } }', token)
      expect(answer).toEqual({ data: { currentPerson: { customer: { fullName: 'Ann' } } } })
    }
  })

  test('adds up the figures of its processes, and reports figures of the database once', async () => {
    for (let i = 0; i < 10; i++) await ask(`${server.url}/healthz`)
    const text = await (await ask(`${server.url}/metrics`)).text()
    expect(text).toMatch(/^medislot_http_request_seconds_count\{method="GET",area="healthz",status="200"\} 10$/m)
    expect(text.match(/^medislot_time_zones_differing 0$/gm)).toHaveLength(1)
    expect(text.match(/^# HELP medislot_pool_connections /gm)).toHaveLength(1)
  })

  test('replaces a process that was killed, while the other serves', async () => {
    const [killed, left] = servingPids(server) as [number, number]
    process.kill(killed, 'SIGKILL')
    await eventually(() => servingPids(server).length === 2 && !servingPids(server).includes(killed), 'a new process')
    expect(servingPids(server)).toContain(left)
    await eventually(async () => {
      const text = await (await ask(`${server.url}/metrics`)).text()
      return /^medislot_pool_connections/m.test(text)
    }, 'figures')
    expect((await ask(`${server.url}/readyz`)).status).toBe(200)
    expect(server.stderr()).toContain(`"process":${killed}`)
  })

  test('stops all its processes, each of which reports the stop for the configured time, and has printed one ready line', async () => {
    const server = await startTwo({ STOP_DELAY_SECONDS: '3' })
    const pids = servingPids(server)
    const ended = server.stop()
    await eventually(() => server.stderr().match(/"msg":"stopping"/g)?.length === 3, 'three processes that stop')
    expect((await ask(`${server.url}/readyz`)).status).toBe(503)
    expect(await ended).toBe(0)
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect(server.stdout()).toBe(`${server.readyLine}\n`)
  })

  test('that cannot start says why once, and exits with 1', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const env = { DATABASE_URL: database.serverUrl, SERVER_PROCESSES: '3', PORT: String(port) }
    const { code, stdout, stderr } = await runToEnd('server', { env })
    other.close()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.match(new RegExp(`^PORT: ${port} is taken`, 'gm'))).toHaveLength(1)
  })
})

test('the number of processes is a whole number', async () => {
  const { code, stderr } = await runToEnd('server', {
    env: { DATABASE_URL: database.serverUrl, SERVER_PROCESSES: 'all' },
  })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^SERVER_PROCESSES: must be a whole number from 1 to 64/m)
})
