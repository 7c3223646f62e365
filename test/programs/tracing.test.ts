import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { aPractice } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { type Program, startProgram, startServer } from '../helpers/programs/program.ts'
import { sharedServer } from '../helpers/programs/server.ts'
import { tokenOf, tokenSettings } from '../helpers/programs/tokens.ts'
import { eventually } from '../helpers/time/eventually.ts'

// A server and a worker send traces to a collector: here a server that keeps what it gets.

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  attributes: { key: string; value: Record<string, unknown> }[]
  links?: { traceId: string }[]
}

let database: ClonedDatabase
let owner: Connection
let practice: Awaited<ReturnType<typeof aPractice>>
let collector: Server
let server: Program
let worker: Program
const spans: Span[] = []
const texts: string[] = []

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  practice = await aPractice(owner)
  collector = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      texts.push(text)
      if (request.url === '/v1/traces') {
        for (const { scopeSpans } of JSON.parse(text).resourceSpans)
          for (const scope of scopeSpans) spans.push(...scope.spans)
      }
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const env = {
    JWT_SECRET: tokenSettings.jwtSecret,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  }
  server = await startServer(database.serverUrl, env)
  worker = await startProgram('worker', { env: { DATABASE_URL: database.url, ...env } })
})

afterAll(async () => {
  await server?.stop()
  await worker?.stop()
  collector?.close()
  await owner?.close()
  await database?.drop()
})

const attributeOf = ({ attributes }: Span, name: string) =>
  Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0]
const traceId = (n: number) => String(n).padStart(32, 'a')
const headersOf = async (n: number, { customer } = practice) => ({
  authorization: `Bearer ${await tokenOf(customer.claims)}`,
  'content-type': 'application/json',
  traceparent: `00-${traceId(n)}-00000000000000b7-01`,
})
const spanOf = (n: number, name: string | RegExp) =>
  eventually(
    () =>
      spans.find(
        (span) => span.traceId === traceId(n) && (typeof name === 'string' ? span.name === name : name.test(span.name)),
      ),
    `a span ${name}`,
  )
const secret = 'a note that nobody else is to read'

it('follows a booking by REST from the request to the transaction, and to the message that a worker sends', async () => {
  const { slotId } = practice
  const response = await fetch(`${server.url}/api/bookingSlots/${slotId}/book`, {
    method: 'POST',
    headers: await headersOf(1),
    body: JSON.stringify({ note: secret }),
  })
  expect(response.status).toBe(201)
  const request = await spanOf(1, 'POST /api/bookingSlots/{id}/book')
  expect(request.parentSpanId).toBe('00000000000000b7')
  expect(attributeOf(request, 'http.route')).toBe('/api/bookingSlots/{id}/book')
  expect(Number(attributeOf(request, 'http.response.status_code'))).toBe(201)
  const transaction = await spanOf(1, 'transaction')
  expect(transaction.parentSpanId).toBe(request.spanId)
  const message = await spanOf(1, 'message email')
  expect(message.parentSpanId).toBe(transaction.spanId)
  // The job that has sent it is in a trace of its own, for many messages.
  const [job] = message.links ?? []
  expect(await eventually(() => spans.find((span) => span.traceId === job?.traceId), 'the job')).toMatchObject({
    name: 'job send_notifications',
  })
})

it('names the refusal of a mutation and its root fields, not the aliases of the client', async () => {
  const input = { clinicId: practice.clinicId, bookingSlotId: practice.slotId, note: secret }
  const query = 'mutation Mine ($input: BookSlotInput!) { mine: bookSlot(input: $input) { booking { id } } }'
  await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: await headersOf(2),
    body: JSON.stringify({ query, variables: { input } }),
  })
  const request = await spanOf(2, 'mutation bookSlot')
  expect(attributeOf(request, 'error.type')).toBe('slot_taken')
  expect(attributeOf(request, 'http.route')).toBe('/graphql')
})

it('makes a span for each statement of a query, with the database that answered it', async () => {
  const query = '{ currentPerson { fullName } }'
  await fetch(`${server.url}/graphql`, { method: 'POST', headers: await headersOf(3), body: JSON.stringify({ query }) })
  await spanOf(3, 'query currentPerson')
  expect(attributeOf(await spanOf(3, 'statement'), 'medislot.database')).toBe('primary')
})

it('sends no values: no names, addresses, notes, tokens or ids', async () => {
  const sent = texts.join('\n')
  const { customer } = practice
  const { full_name, email } = await owner.one<{ full_name: string; email: string }>(
    'select full_name, email from app_public.customers where id = $1',
    [customer.customerId],
  )
  for (const value of [full_name, email, secret, String(customer.claims.sid), 'Mine']) expect(sent).not.toContain(value)
  const keys = new Set(spans.flatMap(({ attributes }) => attributes.map(({ key }) => key)))
  expect([...keys].sort()).toEqual([
    'db.system.name',
    'error.type',
    'graphql.operation.type',
    'http.request.method',
    'http.response.status_code',
    'http.route',
    'medislot.channel',
    'medislot.database',
    'medislot.fields',
    'medislot.job',
  ])
})

it('a server without a collector stores no traces', async () => {
  const other = await sharedServer()
  const traces = async () =>
    (await other.owner.one('select count(*)::int as count from app_private.notification_traces')).count
  const count = await traces()
  const own = await aPractice(other.owner)
  const response = await fetch(`${other.url}/api/bookingSlots/${own.slotId}/book`, {
    method: 'POST',
    headers: await headersOf(4, own),
  })
  expect(response.status).toBe(201)
  expect(await traces()).toBe(count)
  await other.stop()
})
