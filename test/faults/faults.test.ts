import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { log } from '../../src/process/log.ts'
import { aCustomer, type Customer } from '../helpers/clinic/world.ts'
import { tokenOf } from '../helpers/programs/tokens.ts'
import { eventually } from '../helpers/time/eventually.ts'
import { deadlocksSince } from './deadlocks.ts'
import { faults } from './faults.ts'
import { ready, type Site, startSite } from './site.ts'
import { type Trial, tryFault, undelivered } from './trial.ts'

// Each fault once, while clients make calls. For longer runs with a table: npm run test:faults.

let site: Site
const trials: Trial[] = []
const seed = Date.now() % 1e9
const reasons = new Map<string, string>()
for (const [name, { skip }] of Object.entries(faults)) {
  const reason = await skip?.()
  if (reason) reasons.set(name, reason)
}

beforeAll(async () => {
  log.level = 'silent'
  site = await startSite({ ownVolume: !reasons.has('disk-full') })
})
afterAll(() => site?.stop())

describe('no acknowledged call is lost, no refused call takes effect, and some order explains all responses', () => {
  for (const [name, fault] of Object.entries(faults)) {
    const reason = reasons.get(name)
    const test = reason ? it.skip : it
    test(reason ? `${name}: skipped, as ${reason}` : name, async () => {
      const trial = await tryFault(site, fault, { seed, seconds: 1 })
      trials.push(trial)
      expect({ seed, broken: trial.broken.join('\n') }).toEqual({ seed, broken: '' })
    })
  }

  it('some lost responses are obtained by repeating the request with the same key', () => {
    expect(trials.reduce((sum, { repeated }) => sum + repeated, 0)).toBeGreaterThan(0)
  })

  it('every message is delivered in the end', async () => {
    const clinics = trials.map(({ clinicId }) => clinicId)
    expect(await undelivered(site, clinics)).toEqual([])
  })
})

it('a failed trial shows the statements and contexts of a deadlock', async () => {
  const began = new Date()
  const lock = (number: number) => `do $$ begin perform pg_advisory_xact_lock(${number}); end $$`
  const [one, two] = [await site.owner(), await site.owner()]
  await one.query(`begin; ${lock(1)}`)
  await two.query(`begin; ${lock(2)}`)
  const waiting = [one.query(lock(2)), two.query(lock(1))]
  expect((await Promise.allSettled(waiting)).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await one.close()
  await two.close()
  const reports = await deadlocksSince(site.logFile, began)
  expect(reports).toHaveLength(1)
  const report = reports.join()
  for (const connection of [one, two]) expect(report).toContain(`Process ${connection.pid}: do $$`)
  expect(report).toMatch(/CONTEXT: {2}SQL statement "SELECT pg_advisory_xact_lock\([12]\)"/)
  expect(await deadlocksSince(site.logFile, new Date())).toEqual([])
})

let customer: Customer
const urlOf = ({ proxy }: Site['worker']) => `http://127.0.0.1:${proxy.port}`

/**
 * The responses of a server, through each of its APIs, to a request of a customer. Standbys and the cache may still answer
 * callers who are not signed in.
 */
async function answers(server: Site['worker']) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(customer.claims)}` }
  const [graphql, rest, readiness] = await Promise.all([
    fetch(`${urlOf(server)}/graphql`, { method: 'POST', headers, body: '{"query":"{ currentPerson { accountId } }"}' }),
    fetch(`${urlOf(server)}/api/me`, { headers }),
    fetch(`${urlOf(server)}/readyz`),
  ])
  const { errors } = (await graphql.json()) as { errors?: { extensions: { code: string } }[] }
  return {
    statuses: [graphql, rest, readiness].map(({ status }) => status),
    retryAfter: [graphql, rest].map((response) => response.headers.get('retry-after')),
    codes: [errors?.[0]?.extensions.code, ((await rest.json()) as { code?: string }).code],
  }
}
const unavailable = {
  statuses: [503, 503, 503],
  retryAfter: ['1', '1'],
  codes: ['connection_failure', 'connection_failure'],
}
const well = { statuses: [200, 200, 200], retryAfter: [null, null], codes: [undefined, undefined] }

describe('callers get a temporary error', () => {
  beforeAll(async () => {
    const owner = await site.owner()
    customer = await aCustomer(owner)
    await owner.close()
  })

  it('while PostgreSQL is restarted, and are served when it is back', async () => {
    await site.postgres.stop()
    for (const server of site.servers) expect(await answers(server)).toEqual(unavailable)
    await site.startPostgres()
    await ready(site)
    for (const server of site.servers) expect(await answers(server)).toEqual(well)
  })

  it('while the network to PostgreSQL drops all packets, without waiting forever', async () => {
    const [server] = site.servers
    expect(await answers(server)).toEqual(well)
    site.database.stall()
    // Requests that use a connection lose it; requests that wait for one are refused.
    const codes = ['connection_failure', 'too_many_connections']
    const asked = await answers(server)
    expect(asked).toEqual({ ...unavailable, codes: [expect.any(String), expect.any(String)] })
    expect(codes).toEqual(expect.arrayContaining(asked.codes))
    site.database.flow()
    await ready(site)
    expect(await answers(server)).toEqual(well)
  })

  it('and the worker runs jobs again afterwards', async () => {
    const owner = await site.owner()
    const { id } = await owner.one<{ id: string }>(
      `select id from graphile_worker.add_job('release_expired_holds', '{}')`,
    )
    await eventually(
      async () => (await owner.query('select from graphile_worker.jobs where id = $1', [id])).length === 0,
      'a job that is done',
    )
    await owner.close()
    expect(site.worker.program.process.exitCode).toBeNull()
  })
})
