import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { canonicalAddress } from '../../../src/database/canonical_address.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import { dataOf, expectGraphQLRefusal, type GraphQLClient } from '../../helpers/programs/graphql.ts'
import { sharedServer, type TestServer } from '../../helpers/programs/server.ts'

let served: TestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let anybody: GraphQLClient
let manager: GraphQLClient
let desk: GraphQLClient

beforeAll(async () => {
  served = await sharedServer()
  practice = await aPractice(served.owner)
  anybody = await served.as()
  manager = await served.as(practice.manager.claims)
  desk = await served.as(practice.receptionist.claims)
})
afterAll(() => served.stop())

const change = `mutation ($input: UpdateClinicInput!) { updateClinic(input: $input) { clinic { email } } }`
const changed = (email: string | null) => manager(change, { input: { id: practice.clinicId, patch: { email } } })

describe('an e-mail address as a user types it', () => {
  test.each([
    ['Ann@Example.org', 'ann@example.org'],
    ['  ann@example.org\t', 'ann@example.org'],
    ['Ann@Müller.example', 'ann@xn--mller-kva.example'],
    ['ann@例え.example', 'ann@xn--r8jz45g.example'],
  ])('is stored in canonical form: %j', async (typed, stored) => {
    expect(await dataOf(changed(typed))).toEqual({ updateClinic: { clinic: { email: stored } } })
  })

  test.each(['mueller,hans@x.example', 'ann@x', 'änn@x.example', 'ann@x.example\nbcc:eve@x.example', ''])(
    'is refused if it is not one mailbox: %j',
    async (typed) => {
      await expectGraphQLRefusal(changed(typed), 'invalid_email')
    },
  )

  test('may be removed', async () => {
    expect(await dataOf(changed(null))).toEqual({ updateClinic: { clinic: { email: null } } })
  })

  test('is the same mailbox in arguments of functions, and in filters', async () => {
    const add = `mutation ($input: AddClinicCustomerInput!) { addClinicCustomer(input: $input) { clinicCustomer { email } } }`
    const input = { clinicId: practice.clinicId, fullName: 'Hans', email: 'Hans@MÜLLER.example' }
    expect(await dataOf(desk(add, { input }))).toEqual({
      addClinicCustomer: { clinicCustomer: { email: 'hans@xn--mller-kva.example' } },
    })
    const register = `mutation ($input: RegisterCustomerInput!) { registerCustomer(input: $input) { authTokens { accountId } } }`
    const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { authTokens { accountId } } }`
    const password = 'a fine long password'
    const made = await dataOf<{ registerCustomer: { authTokens: { accountId: string } } }>(
      anybody(register, { input: { email: 'Eva@Bücher.example', password, fullName: 'Eva' } }),
    )
    const { accountId } = made.registerCustomer.authTokens
    for (const email of ['eva@bücher.example', 'EVA@xn--bcher-kva.example'])
      expect(await dataOf(anybody(signIn, { input: { email, password } }))).toEqual({
        signIn: { authTokens: { accountId } },
      })
  })
})

describe('canonicalAddress', () => {
  test.each([
    ['ann@x.example', 'ann@x.example'],
    ['ANN', 'ann'],
    ['', ''],
    ['@', '@'],
    // Not an IP address, a port or a path: ASCII is left unchanged.
    ['ann@0x7f.1', 'ann@0x7f.1'],
    ['ann@x.example/ä', 'ann@x.example/ä'],
    ['a@b@Ä.example', 'a@b@xn--4ca.example'],
    // As browsers and mail programs map it: to another domain than the one it looks like.
    ['victim@m\u0130nerva.example', 'victim@xn--minerva-7he.example'],
  ])('%j becomes %j', (typed, canonical) => {
    expect(canonicalAddress(typed)).toBe(canonical)
  })
})
