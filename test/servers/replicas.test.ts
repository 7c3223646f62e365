import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { log } from '../../src/process/log.ts'
import { aCustomer, anEmployee, aPractice, aSlot } from '../helpers/clinic/world.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import type { Claims } from '../helpers/database/database.ts'
import { type ReplicatedDatabase, type Standby, startReplicatedDatabase } from '../helpers/postgresql/standbys.ts'
import { type Program, startServer } from '../helpers/programs/program.ts'
import { tokenOf, tokenSettings } from '../helpers/programs/tokens.ts'
import { eventually } from '../helpers/time/eventually.ts'
import { fewAtOnce } from '../helpers/time/few_at_once.ts'

// A primary with two hot standbys, and two servers that read from them: `server` for anonymous callers only, as by default, and
// `forCustomers` for customers as well.

let database: ReplicatedDatabase
let owner: Connection
let server: Program
let forCustomers: Program
let practice: Awaited<ReturnType<typeof aPractice>>
let [first, second]: Standby[] = []
let hours = 100

beforeAll(async () => {
  log.level = 'silent'
  database = await startReplicatedDatabase()
  ;[first, second] = database.standbys
  owner = await connect(database.primary.ownerUrl())
  practice = await aPractice(owner)
  const env = {
    JWT_SECRET: tokenSettings.jwtSecret,
    // So that each request for a clinic is a read.
    CATALOGUE_CACHE: 'off',
    REPLICA_URLS: database.standbys.map((standby) => standby.server.serverUrl()).join(', '),
  }
  server = await startServer(database.primary.serverUrl(), env)
  forCustomers = await startServer(database.primary.serverUrl(), { ...env, REPLICA_READS: 'customers' })
})

afterAll(async () => {
  await server?.stop()
  await forCustomers?.stop()
  await owner?.close()
  await database?.remove()
})

beforeEach(async () => {
  // A test that failed may have left them paused.
  for (const standby of standbys()) await standby.resume()
  await bothServe()
})

const standbys = () => [first, second] as [Standby, Standby]

/** A figure of a server's /metrics; by default summed over the replicas. */
async function figure(
  name: string,
  { of = server, replica }: { of?: Program; replica?: string } = {},
): Promise<number> {
  const lines = (await (await fetch(`${of.url}/metrics`)).text()).split('\n')
  const found = lines.filter(
    (line) => line.startsWith(`medislot_replica_${name}`) && (!replica || line.includes(`"${replica}"`)),
  )
  if (found.length === 0) throw new Error(`no figure ${name}`)
  return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
const serving = (replica: Standby) => figure('serving', { replica: replica.name })
const reads = (of = server) => figure('reads_total', { of })

async function bothServe(): Promise<void> {
  for (const program of [server, forCustomers])
    await eventually(async () => (await figure('serving', { of: program })) === 2, 'both replicas serve reads')
}

interface Reply {
  status: number
  position: string | null
  // biome-ignore lint/suspicious/noExplicitAny: the tests know what they request.
  body: any
}

async function send(of: Program, path: string, claims?: Claims, position?: string, body?: object): Promise<Reply> {
  const response = await fetch(`${of.url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(claims && { authorization: `Bearer ${await tokenOf(claims)}` }),
      ...(position !== undefined && { 'medislot-position': position }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const { status } = response
  return { status, position: response.headers.get('medislot-position'), body: await response.json() }
}

const search = `query ($clinicId: BigInt!) { availableSlots(clinicId: $clinicId, pageSize: 100) { bookingSlotId } }`
const bookSlot = `mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id } } }`

/** The free slots that an anonymous caller finds, by each API. */
async function found(position?: string): Promise<{ graphql: string[]; rest: string[] }> {
  const { clinicId, doctorId } = practice
  const asked = { query: search, variables: { clinicId } }
  const graphql = await send(server, '/graphql', undefined, position, asked)
  const rest = await send(server, `/api/doctors/${doctorId}/bookingSlots?limit=100`, undefined, position)
  return {
    graphql: graphql.body.data.availableSlots.map((slot: { bookingSlotId: string }) => slot.bookingSlotId),
    rest: rest.body.items.map((slot: { id: string }) => slot.id),
  }
}
const newSlot = () => aSlot(owner, practice.clinicId, practice.doctorId, hours++)

/** Books a slot as the customer of the practice, by one API. */
async function bookBy(api: string, slotId: string): Promise<Reply> {
  const { clinicId, customer } = practice
  return api === 'GraphQL'
    ? send(server, '/graphql', customer.claims, undefined, {
        query: bookSlot,
        variables: { input: { clinicId, bookingSlotId: slotId } },
      })
    : send(server, `/api/bookingSlots/${slotId}/book`, customer.claims, undefined, {})
}

/** Sends requests without a pause until `stop` is called. Returns the statuses of all responses. */
function keepReading(of = server): { stop: () => Promise<number[]> } {
  let isOver = false
  const statuses: number[] = []
  const caller = async () => {
    while (!isOver) statuses.push((await send(of, `/api/clinics/${practice.clinicId}`)).status)
  }
  const callers = [caller(), caller(), caller(), caller()]
  return {
    async stop() {
      isOver = true
      await Promise.all(callers)
      return statuses
    },
  }
}

describe('which reads go to a replica', () => {
  it('spreads anonymous reads over the replicas', async () => {
    const before = await Promise.all(standbys().map(({ name }) => figure('reads_total', { replica: name })))
    const fallbacks = await figure('fallbacks_total')
    await fewAtOnce(Array.from({ length: 1000 }), () => send(server, `/api/clinics/${practice.clinicId}`))
    const after = await Promise.all(standbys().map(({ name }) => figure('reads_total', { replica: name })))
    const shares = after.map((count, n) => count - (before[n] as number))
    // On a busy machine a replica may not be fresh at some moments.
    expect(shares.reduce((sum, share) => sum + share) + (await figure('fallbacks_total')) - fallbacks).toBe(1000)
    for (const share of shares) expect(share).toBeGreaterThan(200)
  })

  it('serves customers by the primary, unless REPLICA_READS is customers', async () => {
    const { claims } = practice.customer
    const before = await reads()
    expect((await send(server, '/api/me', claims)).status).toBe(200)
    expect(await reads()).toBe(before)
    const beforeForCustomers = await reads(forCustomers)
    expect((await send(forCustomers, '/api/me', claims)).body).toMatchObject({
      customerId: practice.customer.customerId,
    })
    expect(await reads(forCustomers)).toBe(beforeForCustomers + 1)
  })

  it('never serves employees and administrators by a replica', async () => {
    const before = await reads(forCustomers)
    const ofStaff = await send(forCustomers, `/api/clinics/${practice.clinicId}`, practice.manager.claims)
    expect(ofStaff.status).toBe(200)
    const query = `{ currentPerson { managerClinicIds } }`
    const person = await send(forCustomers, '/graphql', practice.manager.claims, undefined, { query })
    expect(person.body.data.currentPerson.managerClinicIds).toEqual([practice.clinicId])
    expect(await reads(forCustomers)).toBe(before)
  })

  it('serves requests with an invalid position by the primary', async () => {
    const before = await reads()
    for (const position of ['0/16B3740', '-1', 'x', '', '9'.repeat(15)])
      expect((await send(server, `/api/clinics/${practice.clinicId}`, undefined, position)).status).toBe(200)
    expect(await reads()).toBe(before)
  })
})

describe('reading your own writes', () => {
  for (const api of ['GraphQL', 'REST']) {
    it(`a slot that was booked by ${api} is not found free with the position of the booking, also while replay is paused`, async () => {
      const slotIds: string[] = []
      for (let n = 0; n < 5; n++) slotIds.push(await newSlot())
      await eventually(async () => (await found()).graphql.includes(slotIds.at(-1) as string), 'the slots')
      await Promise.all(standbys().map((standby) => standby.pause()))
      const fallbacks = await figure('fallbacks_total')
      for (const slotId of slotIds) {
        const { status, position } = await bookBy(api, slotId)
        expect([status, position]).toEqual([api === 'GraphQL' ? 200 : 201, expect.stringMatching(/^\d+$/)])
        const free = await found(position as string)
        expect(free.graphql).not.toContain(slotId)
        expect(free.rest).not.toContain(slotId)
      }
      expect(await figure('fallbacks_total')).toBeGreaterThan(fallbacks)

      await Promise.all(standbys().map((standby) => standby.resume()))
      await bothServe()
      const before = await reads()
      const { position } = await bookBy(api, await newSlot())
      await eventually(async () => {
        await found(position as string)
        return (await reads()) > before
      }, 'a replica that has replayed the booking')
    })
  }

  it('a refused booking has a position, too, with which the slot is found taken', async () => {
    const slotId = await newSlot()
    await eventually(async () => (await found()).graphql.includes(slotId), 'the slot')
    await Promise.all(standbys().map((standby) => standby.pause()))
    await bookBy('REST', slotId)
    const refused = await bookBy('GraphQL', slotId)
    expect(refused.body.errors[0].extensions.code).toBe('slot_taken')
    expect((await found(refused.position as string)).graphql).not.toContain(slotId)
    await Promise.all(standbys().map((standby) => standby.resume()))
  })

  it('a replica that is more than two seconds behind serves nobody, until it has caught up', async () => {
    const slotId = await newSlot()
    await eventually(async () => (await found()).graphql.includes(slotId), 'the slot')
    await Promise.all(standbys().map((standby) => standby.pause()))
    await bookBy('REST', slotId)
    await eventually(async () => (await figure('serving')) === 0, 'no replica serves reads')
    expect((await found()).graphql).not.toContain(slotId)
    await Promise.all(standbys().map((standby) => standby.resume()))
    await bothServe()
  })
})

describe('rights that have ended on the primary, while replay is paused', () => {
  it('a customer who has signed out is refused at once', async () => {
    const { claims } = await aCustomer(owner)
    expect((await send(forCustomers, '/api/me', claims)).status).toBe(200)
    await bothServe()
    await Promise.all(standbys().map((standby) => standby.pause()))
    await owner.query('update app_private.sessions set revoked_at = now() where id = $1', [claims.sid])
    expect((await send(forCustomers, '/api/me', claims)).status).toBe(401)
    await Promise.all(standbys().map((standby) => standby.resume()))
  })

  it('a manager whose membership has ended sees nothing of the clinic, although replicas still know the membership', async () => {
    const { clinicId } = practice
    const { claims, employeeId } = await anEmployee(owner, clinicId, 'manager')
    const query = '{ employees { nodes { id } } }'
    const employees = async () => {
      const { body } = await send(forCustomers, '/graphql', claims, undefined, { query })
      // Without the caller's own record, which stays visible to them.
      return (body.data?.employees?.nodes ?? []).filter(({ id }: { id: string }) => id !== employeeId)
    }
    expect((await employees()).length).toBeGreaterThan(0)
    const before = await reads(forCustomers)
    await bothServe()
    await Promise.all(standbys().map((standby) => standby.pause()))
    await owner.query('update app_public.employees set is_active = false where clinic_id = $1 and id = $2', [
      clinicId,
      employeeId,
    ])
    const failures = await figure('failures_total', { of: forCustomers })
    expect(await employees()).toEqual([])
    // The replica that was asked still knew the caller as a manager, so this is the answer of the primary.
    expect(await reads(forCustomers)).toBe(before + 1)
    expect(await figure('failures_total', { of: forCustomers })).toBe(failures + 1)
    await Promise.all(standbys().map((standby) => standby.resume()))
  })

  it('a guardian whose guardianship has ended does not see the dependant any more', async () => {
    const guardian = await aCustomer(owner)
    const { customerId: dependant } = await owner.one<{ customerId: string }>(
      `insert into app_public.customers (full_name) values ('Child') returning id as "customerId"`,
    )
    await owner.query(
      `insert into app_public.guardianships (guardian_customer_id, dependant_customer_id, relation) values ($1, $2, 'parent')`,
      [guardian.customerId, dependant],
    )
    const query = 'query ($id: BigInt!) { customer(id: $id) { id } }'
    const seen = async () => {
      const { body } = await send(forCustomers, '/graphql', guardian.claims, undefined, {
        query,
        variables: { id: dependant },
      })
      return body.data?.customer ?? null
    }
    await eventually(async () => {
      const before = await reads(forCustomers)
      const failures = await figure('failures_total', { of: forCustomers })
      expect(await seen()).toEqual({ id: dependant })
      return (await reads(forCustomers)) > before && (await figure('failures_total', { of: forCustomers })) === failures
    }, 'an answer of a replica')
    await Promise.all(standbys().map((standby) => standby.pause()))
    await owner.query('update app_public.guardianships set ended_at = now() where dependant_customer_id = $1', [
      dependant,
    ])
    expect(await seen()).toBeNull()
    await Promise.all(standbys().map((standby) => standby.resume()))
  })
})

describe('faults of replicas, which callers do not notice', () => {
  it('one is killed and started again', async () => {
    const [killed] = standbys()
    const reading = keepReading()
    await killed.kill()
    await eventually(async () => (await serving(killed)) === 0, 'the killed one serves no reads')
    await killed.start()
    await bothServe()
    const statuses = await reading.stop()
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  it('one hangs', async () => {
    const [hung] = standbys()
    const superuser = await hung.connect()
    const processes = await superuser.query<{ pid: number }>(
      `select pid from pg_stat_activity where application_name like 'medislot%'`,
    )
    await superuser.close()
    const pids = [await hung.postmaster(), ...processes.map(({ pid }) => pid)]
    const reading = keepReading()
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    try {
      await eventually(async () => (await serving(hung)) === 0, 'the hung one serves no reads')
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT')
    }
    await bothServe()
    expect(new Set(await reading.stop())).toEqual(new Set([200]))
  })

  it('reads are cancelled because they conflict with replay, and are repeated on the primary', async () => {
    for (const standby of standbys()) {
      const superuser = await standby.connect()
      await superuser.query('alter system set max_standby_streaming_delay = 0')
      await superuser.query('select pg_reload_conf()')
      await superuser.close()
    }
    const reading = keepReading()
    await eventually(async () => {
      // The standby replays the lock, and cancels queries that read the table at that moment.
      await owner.query('begin; lock table app_public.clinics in access exclusive mode; commit')
      return (await figure('failures_total')) > 0
    }, 'a read that was repeated')
    expect(new Set(await reading.stop())).toEqual(new Set([200]))
  })

  it('one is promoted, and a booking that it does not have is still seen', async () => {
    const [, promoted] = standbys()
    const reading = keepReading()
    await promoted.promote()
    await eventually(async () => (await serving(promoted)) === 0, 'the promoted one serves no reads')
    const slotId = await newSlot()
    await eventually(async () => (await found()).graphql.includes(slotId), 'the slot')
    const { position } = await bookBy('REST', slotId)
    for (let n = 0; n < 20; n++) expect((await found(position as string)).rest).not.toContain(slotId)
    expect(new Set(await reading.stop())).toEqual(new Set([200]))
    await promoted.startAsNewCopy()
    await bothServe()
  })
})
