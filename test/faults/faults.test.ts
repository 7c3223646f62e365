import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { log } from '../../src/log.ts'
import { eventually } from '../helpers/eventually.ts'
import { faults } from './faults.ts'
import { ready, type Site, startSite } from './site.ts'
import { type Trial, tryFault, undelivered } from './trial.ts'

// Each fault once, under clients at work. Longer, with a table: npm run test:faults.

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

describe('nothing acknowledged is lost, nothing refused is done, and all that was answered has an explanation', () => {
  for (const [name, fault] of Object.entries(faults)) {
    const reason = reasons.get(name)
    const test = reason ? it.skip : it
    test(reason ? `${name}: skipped, as ${reason}` : name, async () => {
      const trial = await tryFault(site, fault, { seed, seconds: 1 })
      trials.push(trial)
      expect({ seed, broken: trial.broken.join('\n') }).toEqual({ seed, broken: '' })
    })
  }

  it('and some answers that were lost were had by asking again under the same key', () => {
    expect(trials.reduce((sum, { repeated }) => sum + repeated, 0)).toBeGreaterThan(0)
  })

  it('every message owed is delivered in the end', async () => {
    const clinics = trials.map(({ clinicId }) => clinicId)
    expect(await undelivered(site, clinics)).toEqual([])
  })
})

const urlOf = ({ proxy }: Site['worker']) => `http://127.0.0.1:${proxy.port}`

/** What a server says in each of its tongues to somebody who wants to know the clinics. */
async function answers(server: Site['worker']) {
  const headers = { 'content-type': 'application/json' }
  const [graphql, rest, readiness] = await Promise.all([
    fetch(`${urlOf(server)}/graphql`, { method: 'POST', headers, body: '{"query":"{ clinics { totalCount } }"}' }),
    fetch(`${urlOf(server)}/api/clinics`),
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

describe('who asks is told to come back', () => {
  it('while PostgreSQL is restarted, and is answered when it is back', async () => {
    await site.postgres.stop()
    for (const server of site.servers) expect(await answers(server)).toEqual(unavailable)
    await site.startPostgres()
    await ready(site)
    for (const server of site.servers) expect(await answers(server)).toEqual(well)
  })

  it('while the network to PostgreSQL is silent: nobody waits for ever', async () => {
    const [server] = site.servers
    expect(await answers(server)).toEqual(well)
    site.database.stall()
    // Those that wait on a connection have lost it; those that wait for one are told so.
    const codes = ['connection_failure', 'too_many_connections']
    const asked = await answers(server)
    expect(asked).toEqual({ ...unavailable, codes: [expect.any(String), expect.any(String)] })
    expect(codes).toEqual(expect.arrayContaining(asked.codes))
    site.database.flow()
    await ready(site)
    expect(await answers(server)).toEqual(well)
  })

  it('and the worker is at work again by itself as well', async () => {
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
