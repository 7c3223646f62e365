import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { aPractice } from '../../helpers/clinic/world.ts'
import { type Client, type RestServer, serveRest } from '../api.ts'

// How a clinic is paid online.

let server: RestServer
let manager: Client
let path: string
let clinicId: string

beforeAll(async () => {
  server = await serveRest()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  const practice = await aPractice(server.owner)
  clinicId = practice.clinicId
  path = `/clinics/${clinicId}/providerAccount`
  manager = await server.as(practice.manager.claims)
})

it('is empty before it is set, and after a null provider has ended online payments', async () => {
  const none = { clinicId, provider: null, account: null }
  expect(await manager('GET', path)).toMatchObject({ status: 200, body: none })
  const set = { clinicId, provider: 'stripe', account: 'acct_1' }
  expect(await manager('PUT', path, { body: { provider: 'stripe', account: 'acct_1' } })).toMatchObject({
    status: 200,
    body: set,
  })
  expect((await manager('GET', path)).body).toEqual(set)
  expect(await manager('PUT', path, { body: { provider: null } })).toMatchObject({ status: 200, body: none })
  expect((await manager('GET', path)).body).toEqual(none)
})

it('can be PUT as it was read, and an account that is left out is that of the installation', async () => {
  await manager('PUT', path, { body: { provider: 'stripe', account: 'acct_1' } })
  const { body } = await manager('GET', path)
  expect(await manager('PUT', path, { body })).toMatchObject({ status: 200, body })
  expect((await manager('PUT', path, { body: { provider: 'stripe' } })).body).toEqual({ ...body, account: null })
})

it('is refused without a provider, with an unknown one, and with a changed clinic, and then stays unchanged', async () => {
  await manager('PUT', path, { body: { provider: 'stripe', account: 'acct_1' } })
  const { body } = await manager('GET', path)
  const refusals: [body: object, code: string][] = [
    [{ account: 'acct_2' }, 'bad_request'],
    [{ provider: 'purse' }, 'invalid_argument'],
    [{ provider: 'stripe', account: 'two words' }, 'invalid_argument'],
    [{ ...body, clinicId: '999999' }, 'bad_request'],
  ]
  for (const [wrong, code] of refusals) {
    expect((await manager('PUT', path, { body: wrong })).body).toMatchObject({ code })
  }
  expect((await manager('GET', path)).body).toEqual(body)
})
