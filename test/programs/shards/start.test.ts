import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { addressOf } from '../../../src/database/embedded/embedded.ts'
import { connect } from '../../helpers/database/connection.ts'
import { type Installation, newInstallation } from '../../helpers/programs/installation.ts'
import { runToEnd, startProgram } from '../../helpers/programs/program.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// `npm run start:shards`, as somebody who tries out shards uses it.

let installation: Installation
beforeAll(async () => {
  installation = await newInstallation()
})
afterAll(() => installation.remove())

const start = () => startProgram('sharded', { env: { MEDISLOT_DATA_DIR: installation.dataDir, LOG_LEVEL: 'warn' } })

async function get<Body>(url: string, token?: string): Promise<Body> {
  const response = await fetch(url, token ? { headers: { authorization: `Bearer ${token}` } } : {})
  return (await response.json()) as Body
}

async function post<Body>(url: string, { token, body = {} }: { token?: string; body?: object }): Promise<Body> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Body
}

interface List<Item> {
  items: Item[]
}

/** An access token of a patient of the demo. */
async function tokenOf(url: string): Promise<string> {
  const body = { email: 'ann@medislot.example', password: 'medislot-demo' }
  return (await post<{ accessToken: string }>(`${url}/api/auth/token`, { body })).accessToken
}

const shardOf = (id: string) => Math.floor(Number(id) / 1_000_000_000_000)

it('serves the demo clinics from two shards, takes a payment, and still has the bookings after a restart', async () => {
  const first = await start()
  const { items: clinics } = await get<List<{ id: string; name: string }>>(`${first.url}/api/clinics`)
  expect(clinics.map(({ id, name }) => [shardOf(id), name])).toEqual([
    [1, 'Riverside Medical Centre'],
    [2, 'Harbour Family Health'],
    [2, 'Lagoon Island Clinic'],
  ])
  const token = await tokenOf(first.url)
  const booked: string[] = []
  for (const { id } of [clinics[0], clinics[2]] as typeof clinics) {
    const { items } = await get<List<{ bookingSlotId: string }>>(`${first.url}/api/availability/search?clinicId=${id}`)
    // The last of a page of twenty, far enough from now to be booked.
    const slotId = items.at(-1)?.bookingSlotId
    const booking = await post<{ id: string }>(`${first.url}/api/bookingSlots/${slotId}/book`, { token })
    expect(booking).toMatchObject({ clinicId: id, status: 'BOOKED' })
    booked.push(booking.id)
  }

  // A visit that is paid in advance, on the page of the billing process of its shard, which takes no money.
  const [, { id: clinicId }] = clinics as [object, { id: string }]
  const api = `${first.url}/api`
  const { items: services } = await get<List<{ id: string; name: string }>>(`${api}/clinics/${clinicId}/services`)
  const serviceId = services.find(({ name }) => name === 'Vaccination')?.id
  const search = `${api}/availability/search?clinicId=${clinicId}&serviceId=${serviceId}`
  const bookingSlotId = (await get<List<{ bookingSlotId: string }>>(search)).items.at(-1)?.bookingSlotId
  const { items: questions } = await get<List<{ id: string; isRequired: boolean; choices: string[] }>>(
    `${api}/services/${serviceId}/questions`,
  )
  const answers = questions.map(({ id: questionId, choices }) => ({ questionId, answer: choices[0] ?? 'Nothing' }))
  const begun = { clinicId, visits: [{ bookingSlotId, serviceId, answers }] }
  const { id: checkoutId } = await post<{ id: string }>(`${api}/checkouts`, { token, body: begun })
  expect(shardOf(checkoutId)).toBe(2)
  const checkout = () => get<{ url: string | null }>(`${api}/checkouts/${checkoutId}`, token)
  await eventually(async () => (await checkout()).url !== null, 'a page for the payment')
  const paid = await fetch((await checkout()).url as string, { method: 'POST', redirect: 'manual' })
  expect(paid.headers.get('location')).toBe(`${first.url}/pay/${checkoutId}?done`)
  expect(await checkout()).toMatchObject({
    state: 'PAID',
    outcome: 'BOOKED',
    parts: [{ bookingId: expect.any(String) }],
  })

  // The only clinic of shard 1 is moved away, and somebody adds a shard.
  const globalUrl = await addressOf(join(installation.dataDir, 'shards/global'))
  const [{ id: moved }] = clinics as [{ id: string }, ...object[]]
  expect(await runToEnd('shards', { args: ['move', moved, '2'], env: { DATABASE_URL: globalUrl } })).toMatchObject({
    code: 0,
  })
  const third = 'postgresql://127.0.0.1:1/medislot'
  const global = await connect(globalUrl)
  await global.query('insert into app_private.shards (id, address) values (3, $1)', [third])
  await global.close()
  expect(await first.stop()).toBe(0)

  const second = await start()
  expect((await get<List<object>>(`${second.url}/api/clinics`)).items).toEqual(clinics)
  const again = await connect(await addressOf(join(installation.dataDir, 'shards/global')))
  expect(await again.query('select address from app_private.shards where id = 3')).toEqual([{ address: third }])
  await again.close()
  const newToken = await tokenOf(second.url)
  for (const id of booked) {
    expect(await get(`${second.url}/api/bookings/${id}`, newToken)).toMatchObject({ id, status: 'BOOKED' })
  }
  expect(await second.stop()).toBe(0)
})

it('refuses to start with DATABASE_URL', async () => {
  const started = startProgram('sharded', { env: { DATABASE_URL: 'postgresql://127.0.0.1:1/medislot' } })
  await expect(started).rejects.toThrow(/unset DATABASE_URL/)
})
