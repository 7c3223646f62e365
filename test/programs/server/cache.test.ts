import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { buildSchema, getNamedType, isLeafType, isObjectType } from 'postgraphile/graphql'
import { aPractice } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import type { Claims } from '../../helpers/database/database.ts'
import { type Redis, startRedis } from '../../helpers/external/redis.ts'
import { describeWithProgram } from '../../helpers/postgresql/debian.ts'
import { type Program, startServer } from '../../helpers/programs/program.ts'
import { tokenOf, tokenSettings } from '../../helpers/programs/tokens.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// The cache of anonymous reads of the catalogue: first each server for itself, then two servers with a Redis.

let database: ClonedDatabase
let owner: Connection
let practice: Awaited<ReturnType<typeof aPractice>>

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  practice = await aPractice(owner)
})
afterAll(async () => {
  await owner.close()
  await database.drop()
})

const startCachingServer = (env: Record<string, string> = {}) =>
  startServer(database.serverUrl, { JWT_SECRET: tokenSettings.jwtSecret, ...env })

type Figures = Record<'own' | 'shared' | 'stale' | 'database', number>

/** How many answers came from where. */
async function figures({ url }: Program): Promise<Figures> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const found = [...text.matchAll(/^medislot_cache_answers_total\{from="(\w+)"\} (\d+)$/gm)]
  return Object.fromEntries(found.map(([, from, count]) => [from, Number(count)])) as Figures
}

/** How many answers came from where during some work. */
async function during(server: Program, work: () => Promise<unknown>): Promise<Figures> {
  const before = await figures(server)
  await work()
  const after = await figures(server)
  return Object.fromEntries(
    Object.entries(after).map(([from, count]) => [from, count - before[from as keyof Figures]]),
  ) as Figures
}
const nothing = { own: 0, shared: 0, stale: 0, database: 0 }

interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: the tests know what they request.
  body: any
}

async function rest({ url }: Program, path: string, claims?: Claims): Promise<Reply> {
  const headers = claims && { authorization: `Bearer ${await tokenOf(claims)}` }
  const response = await fetch(`${url}/api${path}`, headers && { headers })
  return { status: response.status, body: await response.json() }
}

async function graphql({ url }: Program, query: string, variables: object = {}, claims?: Claims): Promise<Reply> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(claims && { authorization: `Bearer ${await tokenOf(claims)}` }),
    },
    body: JSON.stringify({ query, variables }),
  })
  return { status: response.status, body: await response.json() }
}

const clinicQuery = 'query ($id: BigInt!) { clinic(id: $id) { name doctors { nodes { fullName } } } }'
const nameByRest = async (server: Program) => (await rest(server, `/clinics/${practice.clinicId}`)).body.name
const nameByGraphQL = async (server: Program) =>
  (await graphql(server, clinicQuery, { id: practice.clinicId })).body.data.clinic.name

let names = 0
/** Renames the clinic in the database, so that no server is notified of it. Returns the new name and when it was known. */
async function rename(): Promise<{ name: string; at: number }> {
  const name = `Renamed ${++names}`
  await owner.query('update app_public.clinics set name = $2 where id = $1', [practice.clinicId, name])
  return { name, at: performance.now() }
}

/** Reads until the new name is served. No response to a request from two seconds after the change on has another name. */
async function expectSoon({ name, at }: { name: string; at: number }, read: () => Promise<string>): Promise<void> {
  for (;;) {
    const asked = performance.now()
    if ((await read()) === name) return
    expect(asked - at).toBeLessThan(2000)
  }
}

describe('a server by itself', () => {
  let server: Program
  beforeAll(async () => {
    server = await startCachingServer()
  })
  afterAll(() => server.stop())

  it.each([
    ['REST', nameByRest],
    ['GraphQL', nameByGraphQL],
  ])('answers a repeated read by %s from memory, until the clinic changes', async (_, read) => {
    const { name } = await rename()
    await eventually(async () => (await read(server)) === name, 'the name')
    const counted = await during(server, async () => {
      for (let n = 0; n < 10; n++) expect(await read(server)).toBe(name)
    })
    // The first answer may be made for the state before the change, and then once more.
    expect(counted.database).toBeLessThanOrEqual(1)
    expect(counted.own).toBeGreaterThan(0)
    await expectSoon(await rename(), () => read(server))
  })

  it('makes an answer once for each state of the catalogue, however many request it at the same time', async () => {
    await expectSoon(await rename(), () => nameByRest(server))
    const counted = await during(server, () =>
      Promise.all(Array.from({ length: 50 }, () => rest(server, `/clinics/${practice.clinicId}/doctors?limit=7`))),
    )
    // Once for each state of the catalogue. The server may learn of the new state while the requests arrive.
    expect([1, 2]).toContain(counted.database)
  })

  it('shows a change that was made through it with the next read', async () => {
    const { clinicId, manager } = practice
    const update = 'mutation ($input: UpdateClinicInput!) { updateClinic(input: $input) { clinic { rowVersion } } }'
    for (let n = 0; n < 5; n++) {
      await nameByRest(server)
      const { body } = await rest(server, `/clinics/${clinicId}`, manager.claims)
      const input = { id: clinicId, patch: { name: `By API ${n}`, rowVersion: body.rowVersion } }
      const changed = await graphql(server, update, { input }, manager.claims)
      expect(changed.body.errors).toBeUndefined()
      expect([await nameByRest(server), await nameByGraphQL(server)]).toEqual([`By API ${n}`, `By API ${n}`])
    }
  })

  it('caches no free times, no filter by them, and nothing for callers who are signed in', async () => {
    const { clinicId, doctorId, customer, receptionist } = practice
    const counted = await during(server, async () => {
      await graphql(server, 'query ($id: BigInt) { availableSlots(clinicId: $id) { bookingSlotId } }', { id: clinicId })
      await graphql(server, '{ clinics(filter: { bookingSlotsExist: true }) { nodes { id } } }')
      const filter = { bookings: { some: { status: { equalTo: 'BOOKED' } } } }
      await graphql(server, 'query ($f: ClinicFilter) { clinics(filter: $f) { nodes { id } } }', { f: filter })
      await graphql(server, 'query ($id: BigInt!) { clinic(id: $id) { name bookingSlots { nodes { id } } } }', {
        id: clinicId,
      })
      await rest(server, `/doctors/${doctorId}/bookingSlots`)
      await rest(server, `/clinics/${clinicId}`, customer.claims)
      await rest(server, `/clinics/${clinicId}`, receptionist.claims)
      await graphql(server, clinicQuery, { id: clinicId }, customer.claims)
    })
    expect(counted).toEqual(nothing)
  })

  it('caches no errors: a clinic is not found while it is inactive, and found when it is active again', async () => {
    const { clinicId } = practice
    await rest(server, `/clinics/${clinicId}`)
    const status = async () => (await rest(server, `/clinics/${clinicId}`)).status
    const other = await aPractice(owner)
    await owner.query('select app_public.deactivate_clinic($1, cascade => true)', [other.clinicId])
    await eventually(async () => (await rest(server, `/clinics/${other.clinicId}`)).status === 404, 'a closed clinic')
    const counted = await during(server, () => rest(server, `/clinics/${other.clinicId}`))
    expect(counted.own).toBe(0)
    expect(await status()).toBe(200)
  })
})

/** The columns of a table by their names in GraphQL. */
async function columnsOf(table: string): Promise<string[]> {
  const rows = await owner.query<{ name: string }>(
    'select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped',
    [`app_public.${table}`],
  )
  return rows.map(({ name }) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()))
}

it('every field of the cached types is a column of a table whose changes are noted', async () => {
  const schema = buildSchema(readFileSync('schema.graphql', 'utf8'), { assumeValidSDL: true })
  const tables = {
    Clinic: 'clinics',
    Doctor: 'doctors',
    Specialization: 'specializations',
    DoctorSpecialization: 'doctor_specializations',
    TimeSlot: 'time_slots',
    Service: 'services',
    DoctorService: 'doctor_services',
  }
  for (const [name, table] of Object.entries(tables)) {
    const type = schema.getType(name)
    if (!isObjectType(type)) throw new Error(`no type ${name}`)
    const values = Object.values(type.getFields()).filter((field) => isLeafType(getNamedType(field.type)))
    expect(await columnsOf(table)).toEqual(expect.arrayContaining(values.map((field) => field.name)))
    const { count } = await owner.one<{ count: number }>(
      `select count(*)::int as count from pg_trigger
       where tgrelid = $1::regclass and tgfoid = 'app_private.note_catalogue_change'::regproc and tgtype = 60`,
      [`app_public.${table}`],
    )
    expect([table, count]).toEqual([table, 1])
  }
})

describeWithProgram('redis-server', 'redis-server', (program) => {
  let redis: Redis
  let servers: [Program, Program]
  beforeAll(async () => {
    redis = await startRedis(program)
    const env = { REDIS_URL: redis.url }
    servers = [await startCachingServer(env), await startCachingServer(env)]
  })
  afterAll(async () => {
    for (const server of servers) await server.stop()
    await redis.stop()
  })

  const isUp = async ({ url }: Program) =>
    /^medislot_cache_redis_up 1$/m.test(await (await fetch(`${url}/metrics`)).text())
  const [first, second] = [() => servers[0], () => servers[1]]
  /** Waits until a server uses Redis, which it tries with new answers only, and not right after a failure. */
  const untilInUse = (server: Program) =>
    eventually(async () => {
      await rename()
      await nameByRest(server)
      return isUp(server)
    }, 'Redis in use')
  beforeEach(() => untilInUse(first()))
  /** Waits until a server has an answer for the present state, which it asks for at least every 750 ms. */
  const untilUpToDate = (server: Program) => {
    const from = performance.now()
    return eventually(async () => {
      const asked = performance.now()
      return (await during(server, () => nameByRest(server))).own === 1 && asked - from > 1000
    }, 'an answer for the present state')
  }

  it('serves an answer that another server has made', async () => {
    await untilInUse(second())
    await untilUpToDate(second())
    // More than once, since the first server answers before it has stored the answer in Redis.
    await eventually(async () => {
      const { name } = await rename()
      await eventually(async () => (await nameByRest(first())) === name, 'the new name')
      const counted = await during(second(), () =>
        eventually(async () => (await nameByRest(second())) === name, 'the new name'),
      )
      return counted.shared === 1 && counted.database === 0
    }, 'an answer of the first server from the second')
  })

  it('stores no names or ids of callers, and nothing without an expiry', async () => {
    await nameByRest(first())
    expect(await redis.command('DBSIZE')).not.toBe(':0')
    const { clinicId, manager } = practice
    await rest(first(), `/clinics/${clinicId}`, manager.claims)
    const key = await redis.command('RANDOMKEY')
    expect(key).toMatch(/^\$\d+$/)
    expect(
      await redis
        .command('INFO keyspace')
        .then(async () =>
          redis.command(
            "EVAL \"local n = 0 for _, k in ipairs(redis.call('KEYS', '*')) do if redis.call('TTL', k) < 0 then n = n + 1 end end return n\" 0",
          ),
        ),
    ).toBe(':0')
  })

  /** Reads while something is wrong with Redis: there is no error, and changes are seen as always. */
  async function worksAsAlways(): Promise<void> {
    for (let n = 0; n < 3; n++) {
      const renamed = await rename()
      await expectSoon(renamed, () => nameByRest(first()))
      await expectSoon(renamed, () => nameByGraphQL(first()))
    }
  }

  it('works as always while Redis hangs', async () => {
    redis.signal('SIGSTOP')
    try {
      await worksAsAlways()
    } finally {
      redis.signal('SIGCONT')
    }
    await untilInUse(first())
  })

  it('works as always while Redis is emptied', async () => {
    expect(await redis.command('FLUSHALL')).toBe('+OK')
    await worksAsAlways()
  })

  it('works as always while Redis answers late', async () => {
    await redis.command('CLIENT PAUSE 1000 ALL')
    await worksAsAlways()
  })

  it('works as always while Redis is down, and uses it when it is back', async () => {
    await redis.stop()
    await worksAsAlways()
    await redis.start()
    await untilInUse(first())
  })
})
