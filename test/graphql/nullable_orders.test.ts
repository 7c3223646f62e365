import { afterAll, beforeAll, expect, it } from '@jest/globals'
import {
  buildClientSchema,
  type GraphQLField,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isEnumType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { addAbsence } from '../helpers/clinic/absences.ts'
import { anInvoice, billing } from '../helpers/clinic/billing.ts'
import { aPractice, aSlot } from '../helpers/clinic/world.ts'
import { dataOf, type GraphQLClient } from '../helpers/programs/graphql.ts'
import { sharedServer, type TestServer } from '../helpers/programs/server.ts'
import { inDays } from '../helpers/time/dates.ts'

/** A list, and its orders by fields that may be null. */
interface List {
  name: string
  /** Reads a page, with the fields of all orders. */
  document: string
  orders: { orderBy: string; field: string }[]
}

interface Rows {
  nodes: Record<string, unknown>[]
  edges: { cursor: string }[]
}

let served: TestServer
let lists: List[]

beforeAll(async () => {
  served = await sharedServer()
  const introspection = await dataOf<IntrospectionQuery>((await served.as())(getIntrospectionQuery()))
  const query = buildClientSchema(introspection).getQueryType()
  lists = Object.values(query?.getFields() ?? {}).flatMap(nullableOrders)
})
afterAll(() => served.stop())

function nullableOrders({ name, type, args }: GraphQLField<unknown, unknown>): List[] {
  const connection = getNamedType(type)
  const orderBy = args.find((arg) => arg.name === 'orderBy')
  const entries = orderBy && getNamedType(orderBy.type)
  if (!isEnumType(entries) || !isObjectType(connection)) return []
  const row = getNamedType(connection.getFields().nodes?.type)
  if (!isObjectType(row)) return []
  const orders = entries.getValues().flatMap((entry) => {
    const column = entry.name.replace(/_(ASC|DESC)$/, '').replaceAll('_', '')
    const field = Object.values(row.getFields()).find((each) => each.name.toUpperCase() === column)
    return field && !isNonNullType(field.type) ? [{ orderBy: entry.name, field }] : []
  })
  if (orders.length === 0) return []
  const fields = orders.map(
    ({ field }) => field.name + (isObjectType(getNamedType(field.type)) ? ' { __typename }' : ''),
  )
  const document = `query ($first: Int!, $after: Cursor, $orderBy: [${entries.name}!]) {
    ${name}(first: $first, after: $after, orderBy: $orderBy) { nodes { ${fields.join(' ')} } edges { cursor } } }`
  return [{ name, document, orders: orders.map(({ orderBy, field }) => ({ orderBy, field: field.name })) }]
}

/** The rows of a list at once, and in about eight pages. */
async function readTwice(caller: GraphQLClient, { name, document }: List, orderBy: string) {
  const read = async (first: number, after?: string) =>
    (await dataOf<Record<string, Rows>>(caller(document, { first, after, orderBy: [orderBy] })))[name] as Rows
  const whole = await read(100)
  const size = Math.max(1, Math.floor(whole.nodes.length / 8))
  const paged: Rows = { nodes: [], edges: [] }
  // One page more than there should be.
  for (let seen = 0; seen <= whole.nodes.length; seen += size) {
    const { nodes, edges } = await read(size, paged.edges.at(-1)?.cursor)
    paged.nodes.push(...nodes)
    paged.edges.push(...edges)
  }
  return { whole, paged }
}

/** Asserts for each order that its pages are right. Returns the orders that had nulls and others. */
async function readInAllOrders(caller: GraphQLClient): Promise<string[]> {
  const mixed: string[] = []
  for (const list of lists)
    for (const { orderBy, field } of list.orders) {
      const order = `${list.name} ${orderBy}`
      const { whole, paged } = await readTwice(caller, list, orderBy)
      expect({ order, ...paged }).toEqual({ order, ...whole })
      const nulls = whole.nodes.map((node) => node[field] === null)
      const count = nulls.filter(Boolean).length
      if (count === 0 || count === nulls.length) continue
      mixed.push(order)
      const areTogether = (orderBy.endsWith('_DESC') ? nulls.slice(0, count) : nulls.slice(-count)).every(Boolean)
      expect({ order, areTogether }).toEqual({ order, areTogether: true })
    }
  return mixed
}

it('the pages of a list that is ordered by a column with nulls contain each row once', async () => {
  const { owner } = served
  const { clinicId, doctorId, customer, manager } = await aPractice(owner)
  const keys = [null, 'NULL', 'with "quotes", {braces} and \\', null, '{}']
  for (const [n, sourceKey] of keys.entries())
    await addAbsence(owner, clinicId, { from: inDays(60 + n), sourceKey, doctorId: n < 3 ? doctorId : null })
  for (const hours of [50, 51, 52, 53]) {
    const { id } = await owner.one('select id from app_public.book_slot($1, $2, customer_id => $3)', [
      clinicId,
      await aSlot(owner, clinicId, doctorId, hours),
      customer.customerId,
    ])
    if (hours < 52) await owner.query('select app_public.cancel_booking($1, $2)', [clinicId, id])
  }
  for (const isIssued of [true, false, true, false]) {
    const id = await anInvoice(owner, clinicId, customer.customerId, 500)
    if (isIssued) await billing(owner, 'issue_invoice', clinicId, id)
  }
  const mixed = await readInAllOrders(await served.as(manager.claims))
  // Ids, texts, states, integers and times.
  const columns = [
    'absences DOCTOR_ID',
    'absences SOURCE_KEY',
    'bookings CANCELLED_BY',
    'invoices SERIAL',
    'invoices ISSUED_AT',
  ]
  expect(mixed).toEqual(expect.arrayContaining(columns.flatMap((column) => [`${column}_ASC`, `${column}_DESC`])))
})
