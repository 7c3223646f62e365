import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { anInvoice, record } from '../../helpers/clinic/billing.ts'
import { aCustomer, aPractice, type Customer } from '../../helpers/clinic/world.ts'
import { type RestServer, serveRest } from '../api.ts'

// An invoice as a file.

let server: RestServer
let clinicId: string
let customer: Customer
let path: string
beforeAll(async () => {
  server = await serveRest()
  ;({ clinicId } = await aPractice(server.owner))
  customer = await aCustomer(server.owner)
  await record(server.owner, clinicId, customer.customerId)
  const id = await anInvoice(server.owner, clinicId, customer.customerId, 1234)
  path = `/invoices/${id}/document`
})
afterAll(() => server?.stop())

test('a customer downloads an invoice: a draft, and with its number after it was issued', async () => {
  const client = await server.as(customer.claims)
  const draft = await client('GET', path)
  expect(draft.status).toBe(200)
  expect(draft.headers.get('content-type')).toBe('application/pdf')
  expect(draft.headers.get('content-disposition')).toBe('attachment; filename="Draft of an invoice.pdf"')
  expect(draft.headers.get('cache-control')).toBe('private, no-cache')
  expect(draft.text.startsWith('%PDF-1.7')).toBe(true)

  await server.owner.query('select billing.issue_invoice($1, $2)', [clinicId, path.split('/')[2]])
  const issued = await client('GET', path)
  expect(issued.headers.get('content-disposition')).toMatch(/^attachment; filename="?Invoice-\d{4}-00001\.pdf"?$/)
  expect(issued.headers.get('etag')).not.toBe(draft.headers.get('etag'))
  const german = await client('GET', `${path}?language=de`)
  expect(german.headers.get('content-disposition')).toMatch(/^attachment; filename="?Rechnung-/)
  expect(german.headers.get('etag')).not.toBe(issued.headers.get('etag'))
})

test('a client that has the file already gets 304, and HEAD returns no body', async () => {
  const client = await server.as(customer.claims)
  const { headers } = await client('GET', path)
  const etag = headers.get('etag') as string
  expect(etag).toMatch(/^"[\w-]{22}"$/)
  const again = await client('GET', path, { headers: { 'if-none-match': etag } })
  expect({ status: again.status, text: again.text, etag: again.headers.get('etag') }).toEqual({
    status: 304,
    text: '',
    etag,
  })
  expect((await client('GET', path, { headers: { 'if-none-match': '"another"' } })).status).toBe(200)
  const head = await client('HEAD', path)
  expect({ status: head.status, text: head.text, etag: head.headers.get('etag') }).toEqual({
    status: 200,
    text: '',
    etag,
  })
})

test('the invoice of another customer, and an unknown language, are refused with a problem document', async () => {
  const other = await aCustomer(server.owner)
  const refused = await (await server.as(other.claims))('GET', path)
  expect(refused.status).toBe(404)
  expect(refused.body.code).toBe('invoice_not_found')
  expect((await (await server.as(customer.claims))('GET', `${path}?language=fr`)).body.code).toBe('bad_request')
})

test('the PDF library is loaded when the first invoice is made: only one file imports it', () => {
  const importers = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /^import (?!type)[^;]*?(pdfkit|invoice\/(pdf|writer)\.ts|\.\/(pdf|writer)\.ts)'/m.test(read(file)),
    )
  expect(importers.sort()).toEqual(['invoice/pdf.ts', 'invoice/writer.ts'])
})
const read = (file: string) => readFileSync(join('src', file), 'utf8')
