import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { getNamedType, isInputObjectType, isRequiredArgument } from 'postgraphile/graphql'
import type { Connection } from '../helpers/connection.ts'
import { graphqlClient } from '../helpers/graphql.ts'
import { sharedServer, type TestServer } from '../helpers/server.ts'
import type { ShardedOwner } from '../helpers/sharded_owner.ts'
import { tokenOf } from '../helpers/tokens.ts'
import { type Client, restClientsOf } from '../rest/api.ts'
import { camel, documentOf } from './document_of.ts'
import { absent, askForHidden } from './endpoint_ids.ts'
import { type Anybody, digestOf, everybodysWorld, outcomesOfAll } from './everybody.ts'
import { committedSchema } from './example.ts'
import { functions } from './functions.ts'

// In a run with shards: clinic A is in one shard, clinic B in another. Nobody learns or changes more than if both were in one database.

let server: TestServer
let owner: ShardedOwner
let world: Awaited<ReturnType<typeof everybodysWorld>>

beforeAll(async () => {
  server = await sharedServer()
  owner = server.owner as object as ShardedOwner
  world = await everybodysWorld(owner)
})
afterAll(() => server?.stop())

const numberOf = (id: string) => Math.floor(Number(id) / 1e12)
const shardOf = (clinicId: string) => owner.databases[numberOf(clinicId) - 1] as Connection

it('the clinics are in different shards', () => {
  expect([numberOf(world.a.clinicId), numberOf(world.b.clinicId)]).toEqual([1, 2])
})

it('bookings are made in the shards, each of them, and not in the global database', async () => {
  const events = 'select from app_public.events where booking_slot_id is not null limit 1'
  for (const shard of owner.databases) expect(await shard.query(events)).toHaveLength(1)
  expect(await owner.global.query(events)).toEqual([])
})

it("endpoints answer the same for ids of another shard's rows as for unknown ids, and change nothing there", async () => {
  const as = await restClientsOf(server.url)
  const clients: [Anybody, Client][] = []
  for (const who of ['receptionist A', 'Ann'] as const) clients.push([who, await as(world.claims[who])])
  const shard = shardOf(world.b.clinicId)
  const before = await digestOf(shard)
  const { told, asked } = await askForHidden({
    world,
    owner: shard,
    clients,
    absentLike: (id) => (numberOf(id) > 0 ? `${numberOf(id)}${absent}` : undefined),
  })
  expect(told).toEqual([])
  expect(asked).toBeGreaterThan(50)
  expect(await digestOf(shard)).toBe(before)
})

it('lists of the clinic in the other shard have only what a stranger sees', async () => {
  const schema = committedSchema()
  /** How many rows of a clinic each list has for somebody. */
  async function seenBy(who: Anybody, clinicId: string) {
    const client = graphqlClient(server.url, await tokenOf(world.claims[who]))
    const seen: Record<string, number> = {}
    for (const { name, args } of Object.values(schema.getQueryType()?.getFields() ?? {})) {
      const filter = getNamedType(args.find((arg) => arg.name === 'filter')?.type)
      if (!isInputObjectType(filter) || !filter.getFields().clinicId || args.some(isRequiredArgument)) continue
      const document = `query ($id: BigInt!) { ${name}(filter: { clinicId: { equalTo: $id } }) { nodes { clinicId } } }`
      const { data, errors } = await client<Record<string, { nodes: object[] }>>(document, { id: clinicId })
      if (errors) expect([name, errors[0]?.extensions?.code]).toEqual([name, 'insufficient_privilege'])
      if (data?.[name]?.nodes.length) seen[name] = data[name].nodes.length
    }
    return seen
  }
  const ofOther = await seenBy('receptionist A', world.b.clinicId)
  expect(ofOther).toEqual(await seenBy('former guardian', world.b.clinicId))
  for (const list of ['bookings', 'clinicCustomers', 'events', 'notifications'])
    expect(ofOther).not.toHaveProperty(list)
  expect(await seenBy('receptionist A', world.a.clinicId)).toMatchObject({
    bookings: expect.any(Number),
    clinicCustomers: expect.any(Number),
    notifications: expect.any(Number),
  })
})

/** They need a store of recordings, which this server does not have. */
const ofRecordings = ['begin_recording', 'open_recording']

// The shard does not know where else somebody works, so an employee of another clinic is nobody there.
it("mutations and queries of clinic A refuse clinic B's employees like somebody who works nowhere, and change nothing", async () => {
  const schema = committedSchema()
  const fields = { ...schema.getQueryType()?.getFields(), ...schema.getMutationType()?.getFields() }
  const found: Record<string, string> = {}
  const expected: typeof found = {}
  const shard = shardOf(world.a.clinicId)
  const before = await digestOf(shard)
  for (const who of ['receptionist B', 'manager B'] as const) {
    const client = graphqlClient(server.url, await tokenOf(world.claims[who]))
    for (const [name, calls] of Object.entries(functions).filter(([each]) => !ofRecordings.includes(each)))
      for (const [i, call] of calls.entries()) {
        const given = (call.inGraphQL ?? call.given)?.(world) ?? {}
        const outcome = outcomesOfAll(call)['former manager A']
        const field = fields[camel(name)]
        if (given.clinic_id !== world.a.clinicId || outcome === 'done' || !field) continue
        const { document, variables } = documentOf(schema, field, given)
        const { errors } = await client(document, variables)
        found[`${name} ${i} as ${who}`] = errors?.[0]?.extensions?.code ?? errors?.[0]?.message ?? 'done'
        expected[`${name} ${i} as ${who}`] = outcome
      }
  }
  expect(found).toEqual(expected)
  expect(Object.keys(found).length).toBeGreaterThan(100)
  expect(await digestOf(shard)).toBe(before)
})
