import { readFile } from 'node:fs/promises'
import { runInNewContext } from 'node:vm'
import { gql, InMemoryCache } from '@apollo/client'
import { jest } from '@jest/globals'
import { createClient, fetchExchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { buildSchema, getNamedType, isNonNullType, isObjectType } from 'postgraphile/graphql'
import { createOperationDescriptor, Environment, Network, RecordSource, Store } from 'relay-runtime'
import { aPractice } from '../helpers/clinic/world.ts'
import { dataOf } from '../helpers/programs/graphql.ts'
import { sharedServer, type TestServer } from '../helpers/programs/server.ts'
import { eventually } from '../helpers/time/eventually.ts'

// docs/api/graphql.md says how clients should cache rows. Its own lines are executed here, in the clients' caches, with the
// server's responses.

let served: TestServer
let clinicId: string
let snippets: Record<string, unknown>
/** A clinic and a time slot with the same id, as a caller gets them. */
let answer: { clinic: object; timeSlot: object; policy: object }

const document = `query ($id: BigInt!) {
  clinic(id: $id) { __typename id name }
  timeSlot(clinicId: $id, id: $id) { __typename id name }
  policy(clinicId: $id) { __typename clinicId maxLiveBookings }
}`
interface Named {
  clinic: { name: string }
  timeSlot: { name: string }
}

beforeAll(async () => {
  served = await sharedServer()
  const practice = await aPractice(served.owner)
  clinicId = practice.clinicId
  await served.owner.query(`update app_public.clinics set name = $2 where id = $1`, [clinicId, 'The clinic'])
  const { id } = await served.owner.one<{ id: string }>(
    `insert into app_public.time_slots (id, clinic_id, name, start_time, end_time) overriding system value
     values ($1, $1, $2, '7:00', '7:30')
     on conflict (clinic_id, id) do update set name = excluded.name returning id`,
    [clinicId, 'The time slot'],
  )
  expect(id).toBe(clinicId)
  answer = await dataOf((await served.as(practice.manager.claims))(document, { id: clinicId }))

  const page = await readFile('docs/api/graphql.md', 'utf8')
  const keys: unknown = runInNewContext(/```js keys\n(.*?)```/s.exec(page)?.[1] ?? '')
  snippets = { keys }
  for (const [, name = '', code = ''] of page.matchAll(/```js (relay|apollo|urql)\n(.*?)```/gs))
    snippets[name] = runInNewContext(code, { keys, Object })
})
afterAll(() => served.stop())

test('a clinic and a time slot can have the same id, so caches need the type', () => {
  expect(answer).toMatchObject({
    clinic: { __typename: 'Clinic', id: clinicId, name: 'The clinic' },
    timeSlot: { __typename: 'TimeSlot', id: clinicId, name: 'The time slot' },
  })
})

test('the page lists the key of each type that has its own query and no id', async () => {
  const schema = buildSchema(await readFile('schema.graphql', 'utf8'))
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {})
  const keys = fields.flatMap(({ type, args }): [string, string[]][] => {
    const row = getNamedType(type)
    if (!isObjectType(row) || args.length === 0 || 'id' in row.getFields()) return []
    const isKey = args.every((arg) => isNonNullType(arg.type) && arg.name in row.getFields())
    return isKey ? [[row.name, args.map(({ name }) => name).sort()]] : []
  })
  const onThePage = Object.entries(snippets.keys as Record<string, string[]>).map(([type, key]) => [
    type,
    [...key].sort(),
  ])
  expect(Object.fromEntries(onThePage)).toEqual(Object.fromEntries(keys))
})

test("Relay keeps them apart with the page's getDataID, and mixes them up without it", () => {
  type GetDataID = (data: Record<string, unknown>, typename: string) => string | undefined
  const scalars = (...names: string[]) =>
    names.map((name) => ({ kind: 'ScalarField', name, alias: null, args: null, storageKey: null }))
  const row = (name: string, concreteType: string, fields: string[]) => ({
    kind: 'LinkedField',
    name,
    concreteType,
    alias: null,
    args: null,
    plural: false,
    storageKey: null,
    selections: scalars(...fields),
  })
  const selections = [
    row('clinic', 'Clinic', ['id', 'name']),
    row('timeSlot', 'TimeSlot', ['id', 'name']),
    row('policy', 'Policy', ['clinicId', 'maxLiveBookings']),
  ]
  const request = {
    kind: 'Request',
    fragment: {
      kind: 'Fragment',
      name: 'Q',
      type: 'Query',
      metadata: null,
      argumentDefinitions: [],
      abstractKey: null,
      selections,
    },
    operation: { kind: 'Operation', name: 'Q', argumentDefinitions: [], selections },
    params: { id: 'q', cacheID: 'q', name: 'Q', operationKind: 'query', metadata: {}, text: null },
  }
  const kept = (getDataID?: GetDataID) => {
    const environment = new Environment({
      network: Network.create(() => Promise.reject(new Error('nothing is fetched here'))),
      store: new Store(new RecordSource()),
      ...(getDataID && { getDataID }),
    } as ConstructorParameters<typeof Environment>[0])
    const operation = createOperationDescriptor(request as never, {})
    environment.commitPayload(operation, JSON.parse(JSON.stringify(answer)))
    return {
      data: environment.lookup(operation.fragment).data as unknown as Named,
      ids: environment.getStore().getSource().getRecordIDs(),
    }
  }
  const { data, ids } = kept(snippets.relay as GetDataID)
  expect(data).toMatchObject({ clinic: { name: 'The clinic' }, timeSlot: { name: 'The time slot' } })
  expect(ids).toEqual(expect.arrayContaining([`Clinic:${clinicId}`, `TimeSlot:${clinicId}`, `Policy:${clinicId}`]))
  // Relay itself warns of it.
  const warned = jest.spyOn(console, 'error').mockImplementation(() => {})
  expect(kept().data.clinic.name).toBe('The time slot')
  expect(String(warned.mock.calls[0])).toContain('conflicting types')
  warned.mockRestore()
})

test('Apollo stores each row once, by type and id, and rows without an id by their keys', () => {
  const cache = new InMemoryCache(JSON.parse(JSON.stringify(snippets.apollo)))
  cache.writeQuery({ query: gql(document), variables: { id: clinicId }, data: answer })
  expect(Object.keys(cache.extract())).toEqual(
    expect.arrayContaining([`Clinic:${clinicId}`, `TimeSlot:${clinicId}`, `Policy:{"clinicId":"${clinicId}"}`]),
  )
  expect(cache.readQuery({ query: gql(document), variables: { id: clinicId } })).toEqual(answer)
})

test('urql keeps them apart, and shows a change of one row everywhere', async () => {
  const client = createClient({
    url: `${served.url}/graphql`,
    exchanges: [cacheExchange(snippets.urql as Parameters<typeof cacheExchange>[0]), fetchExchange],
  })
  const ask = (query: string) => client.query(query, { id: clinicId }, { requestPolicy: 'cache-first' }).toPromise()
  const both = 'query ($id: BigInt!) { clinic(id: $id) { id name } timeSlot(clinicId: $id, id: $id) { id name } }'
  expect((await ask(both)).data).toMatchObject({ clinic: { name: 'The clinic' }, timeSlot: { name: 'The time slot' } })
  await served.owner.query(`update app_public.clinics set name = 'Renamed' where id = $1`, [clinicId])
  const renamed = 'query ($id: BigInt!) { clinic(id: $id) { id name rowVersion } }'
  // The server's own cache of the catalogue may have the old name for a moment.
  await eventually(async () => {
    const { data } = await client.query(renamed, { id: clinicId }, { requestPolicy: 'network-only' }).toPromise()
    return data.clinic.name === 'Renamed'
  }, 'the new name of the clinic')
  const again = await ask(both)
  expect(again.stale).toBe(false)
  expect(again.data).toMatchObject({ clinic: { name: 'Renamed' }, timeSlot: { name: 'The time slot' } })
})
