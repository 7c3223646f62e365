import { once } from 'node:events'
import { type RawData, WebSocket } from 'ws'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { ownerUrlOf, serverUrlOf } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { type Answer, dataOf, graphqlClient } from '../../helpers/programs/graphql.ts'
import { type Program, startServer } from '../../helpers/programs/program.ts'
import { type OwnServer, ownServer } from '../../helpers/programs/server.ts'
import { tokenOf, tokenSettings } from '../../helpers/programs/tokens.ts'
import { databaseOf, globalOf } from '../../helpers/shards/sharded_owner.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// Slow requests here wait for a lock that the test holds. PostgreSQL reports who waits; the test decides for how long.

let server: OwnServer
let owner: Connection
/** Hold locks in the database of the server and in that of the clinic, which is the same one without shards. */
let locker: Connection
let clinicsLocker: Connection
let practice: Awaited<ReturnType<typeof aPractice>>
let authorization: string
/** Where the server's statements wait. */
let databases: Pick<Connection, 'query'>[]

const settings = { STATEMENT_TIMEOUT_MS: '120000' }

beforeAll(async () => {
  server = await ownServer({ env: settings })
  owner = server.owner
  locker = await connect(ownerUrlOf(server.database))
  practice = await aPractice(owner)
  databases = [...new Set([globalOf(owner), databaseOf(owner, practice.clinicId)])]
  const { name } = await databaseOf(owner, practice.clinicId).one('select current_database() as name')
  clinicsLocker = await connect(ownerUrlOf(name))
  authorization = `Bearer ${await tokenOf(practice.customer.claims)}`
})
afterAll(async () => {
  await locker.close()
  await clinicsLocker.close()
  await server.stop()
})

/** Another server on the same database. */
const start = (env: Record<string, string>) =>
  startServer(serverUrlOf(server.database), { JWT_SECRET: tokenSettings.jwtSecret, ...settings, ...env })

/** The server's connections that wait for a lock. */
const waiting = async () => {
  const text = `select pid, query from pg_stat_activity
    where datname = current_database() and application_name ~ '^medislot (server|shard)' and wait_event_type = 'Lock'`
  const found = await Promise.all(databases.map((each) => each.query<{ pid: number; query: string }>(text)))
  return found.flat()
}
const waitUntil = (count: number) =>
  eventually(async () => (await waiting()).length === count, `${count} statements that wait for a lock`)
const stillWaiting = async () => (await waiting()).length

/** Holds a lock for as long as the work takes. */
async function locked(statement: string, work: () => Promise<unknown>, by = locker) {
  await by.query(`begin; ${statement}`)
  try {
    await work()
  } finally {
    await by.query('rollback')
  }
}
const clinicsLocked = (work: () => Promise<unknown>) =>
  locked('lock table app_public.clinics in access exclusive mode', work)

const clinics = '{ clinics { totalCount } }'
const post = (body: object, { signal, url = server.url, headers = {} }: Asking = {}) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })
interface Asking {
  signal?: AbortSignal
  url?: string
  headers?: Record<string, string>
}

describe('when the caller disconnects, PostgreSQL stops', () => {
  test.each<[string, (asking: { signal: AbortSignal }) => Promise<unknown>]>([
    ['a query', (asking) => post({ query: clinics }, asking)],
    [
      'a query under aliases, of which the others do not begin',
      (asking) =>
        post({ query: `{ ${Array.from({ length: 15 }, (_, i) => `a${i}: clinics { totalCount }`)} }` }, asking),
    ],
    [
      'a query of somebody who is signed in',
      (asking) => post({ query: clinics }, { ...asking, headers: { authorization } }),
    ],
    ['a REST request', (asking) => fetch(`${server.url}/api/clinics`, asking)],
    ['a REST request that locates a row first', (asking) => fetch(`${server.url}/api/clinics/1/doctors`, asking)],
  ])('%s', async (_what, ask) => {
    await clinicsLocked(async () => {
      const caller = new AbortController()
      const answer = ask({ signal: caller.signal }).catch(() => 'gone')
      await waitUntil(1)
      caller.abort()
      expect(await answer).toBe('gone')
      await waitUntil(0)
    })
    // The connection works as before.
    await dataOf(graphqlClient(server.url)(clinics))
  })

  test('all requests of one caller', async () => {
    await clinicsLocked(async () => {
      const caller = new AbortController()
      // Different documents: equal ones of anonymous callers share one look-up in the cache of the catalogue.
      const answers = Array.from({ length: 5 }, (_, i) =>
        post({ query: `{ a${i}: clinics { totalCount } }` }, { signal: caller.signal }).catch(() => 'gone'),
      )
      await waitUntil(5)
      caller.abort()
      expect(new Set(await Promise.all(answers))).toEqual(new Set(['gone']))
      await waitUntil(0)
    })
  })
})

describe('a WebSocket', () => {
  /** Connected and acknowledged. */
  async function connected(payload: object = {}) {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload }))
    await once(socket, 'message')
    const subscribe = (query: string) => socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }))
    return { socket, subscribe }
  }

  test.each(['completes its query', 'closes'])('stops its query when it %s', async (how) => {
    await clinicsLocked(async () => {
      const { socket, subscribe } = await connected()
      subscribe(clinics)
      await waitUntil(1)
      if (how === 'closes') socket.terminate()
      else socket.send(JSON.stringify({ type: 'complete', id: '1' }))
      await waitUntil(0)
      socket.terminate()
    })
  })

  test('gets one answer if its query is not stopped', async () => {
    const { socket, subscribe } = await connected()
    const messages: object[] = []
    socket.on('message', (data: RawData) => messages.push(JSON.parse(String(data))))
    subscribe(clinics)
    await eventually(() => messages.length === 2, 'the answer')
    expect(messages).toEqual([
      { type: 'next', id: '1', payload: { data: { clinics: { totalCount: expect.any(Number) } } } },
      { type: 'complete', id: '1' },
    ])
    socket.terminate()
  })

  test('stops the look-up of its subscription when it closes', async () => {
    const { socket, subscribe } = await connected({ accessToken: await tokenOf(practice.manager.claims) })
    const events = 'lock table app_public.events in access exclusive mode'
    const stopped = async () => {
      subscribe(`subscription { clinicDay(clinicId: ${practice.clinicId}) { events { id } } }`)
      await waitUntil(1)
      socket.terminate()
      await waitUntil(0)
    }
    await locked(events, stopped, clinicsLocker)
  })
})

describe('a change', () => {
  const book = 'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id } } }'
  let hours = 48
  const anotherSlot = () => aSlot(owner, practice.clinicId, practice.doctorId, ++hours)
  const bookingsOf = async (slotId: string) =>
    (await owner.query('select 1 from app_public.bookings where booking_slot_id = $1', [slotId])).length
  const slotLocked = (slotId: string, work: () => Promise<unknown>) =>
    locked(`select 1 from app_public.booking_slots where id = ${slotId} for update`, work, clinicsLocker)

  test.each<[string, (slotId: string, asking: Asking) => Promise<unknown>]>([
    [
      'by GraphQL',
      (slotId, asking) =>
        post({ query: book, variables: { input: { clinicId: practice.clinicId, bookingSlotId: slotId } } }, asking),
    ],
    [
      'by REST',
      (slotId, { url = server.url, ...asking }) =>
        fetch(`${url}/api/bookingSlots/${slotId}/book`, { method: 'POST', ...asking }),
    ],
  ])('%s that has begun is completed, although its caller has disconnected', async (_how, ask) => {
    const slotId = await anotherSlot()
    await slotLocked(slotId, async () => {
      const caller = new AbortController()
      const answer = ask(slotId, { signal: caller.signal, headers: { authorization } }).catch(() => 'gone')
      await waitUntil(1)
      caller.abort()
      expect(await answer).toBe('gone')
      expect(await stillWaiting()).toBe(1)
    })
    await eventually(async () => (await bookingsOf(slotId)) === 1, 'the booking')
  })

  test('is rolled back when its time is over, and reports that', async () => {
    const slotId = await anotherSlot()
    const hasty = await start({ ANSWER_TIMEOUT_MS: '300' })
    await slotLocked(slotId, async () => {
      const input = { clinicId: practice.clinicId, bookingSlotId: slotId }
      const answer = await post({ query: book, variables: { input } }, { url: hasty.url, headers: { authorization } })
      const { errors } = (await answer.json()) as Answer
      expect([answer.status, errors?.[0]?.extensions?.code]).toEqual([503, 'query_canceled'])
      expect(await stillWaiting()).toBe(0)
      const rest = await fetch(`${hasty.url}/api/bookingSlots/${slotId}/book`, {
        method: 'POST',
        headers: { authorization },
      })
      expect([rest.status, ((await rest.json()) as { code: string }).code]).toEqual([503, 'query_canceled'])
      expect(await stillWaiting()).toBe(0)
    })
    expect(await bookingsOf(slotId)).toBe(0)
    await hasty.stop()
  })
})

describe('when its time is over', () => {
  let hasty: Program
  beforeAll(async () => {
    hasty = await start({ ANONYMOUS_ANSWER_TIMEOUT_MS: '300', POOL_SIZE: '1' })
  })
  afterAll(() => hasty.stop())

  test('an anonymous request ends, with all of its aliases, while one of a signed-in caller goes on', async () => {
    await clinicsLocked(async () => {
      const known = post({ query: clinics }, { headers: { authorization } })
      await waitUntil(1)
      const query = '{ a: clinics { totalCount } b: clinics { totalCount } c: clinics { totalCount } }'
      const answer = await post({ query }, { url: hasty.url })
      const { errors } = (await answer.json()) as Answer
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(Array(3).fill('query_canceled'))
      const rest = await fetch(`${hasty.url}/api/clinics`)
      expect([rest.status, ((await rest.json()) as { code: string }).code]).toEqual([503, 'query_canceled'])
      expect(await stillWaiting()).toBe(1)
      await locker.query('rollback')
      expect((await known).status).toBe(200)
    })
  })

  test('a request that still waits for a connection ends as well', async () => {
    await clinicsLocked(async () => {
      const holder = post({ query: clinics }, { url: hasty.url, headers: { authorization } })
      await waitUntil(1)
      const answer = await post({ query: clinics }, { url: hasty.url })
      expect([answer.status, ((await answer.json()) as Answer).errors?.[0]?.extensions?.code]).toEqual([
        503,
        'query_canceled',
      ])
      await locker.query('rollback')
      expect((await holder).status).toBe(200)
    })
    expect((await post({ query: clinics }, { url: hasty.url, headers: { authorization } })).status).toBe(200)
  })

  test('cancelling never hits a statement of another request', async () => {
    // There is one connection, so a late cancel request would hit another request's statement.
    const answers: number[] = []
    for (let i = 0; i < 30; i++) {
      await clinicsLocked(async () => {
        const caller = new AbortController()
        const gone = post({ query: clinics }, { url: hasty.url, signal: caller.signal, headers: { authorization } })
        await waitUntil(1)
        const others = Array.from({ length: 3 }, () =>
          post({ query: '{ specializations { totalCount } }' }, { url: hasty.url, headers: { authorization } }),
        )
        caller.abort()
        await gone.catch(() => {})
        for (const other of others) answers.push(((await (await other).json()) as Answer).errors ? 0 : 1)
      })
    }
    expect(answers).toEqual(Array(90).fill(1))
  })
})
