import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import { anInvoice, aPaidPractice, billing, record } from '../../helpers/clinic/billing.ts'
import { type Client, type RestServer, serveRest } from '../api.ts'

let server: RestServer
let manager: Client
let clinicId: string

// The clinic's dates, whatever the time is now.
const range = '?from=2020-01-01&to=2020-12-31'

beforeAll(async () => {
  server = await serveRest()
  const practice = await aPaidPractice(server.owner)
  clinicId = practice.clinicId
  const { customerId } = practice.customer
  await record(server.owner, clinicId, customerId)
  for (const text of [
    '=HYPERLINK("https://evil.example")',
    '+49 30 1234',
    '-1+1',
    '@SUM(A1)',
    'A "plain" text, with ; and\u00a0ü',
  ]) {
    const id = await anInvoice(server.owner, clinicId, customerId)
    await billing(server.owner, 'add_charge', clinicId, id, 1000, text)
    await billing(server.owner, 'add_discount', clinicId, id, text, 250)
    await billing(server.owner, 'issue_invoice', clinicId, id)
  }
  // More than two pages.
  for (let i = 0; i < 60; i++) await billing(server.owner, 'record_payment', clinicId, customerId, 'cash', 100 + i)
  manager = await server.as(practice.manager.claims)
})
afterAll(() => server?.stop())

const thisYear = async () =>
  (
    await server.owner.one<{ range: string }>(
      `select '?from=' || current_date - 2 || '&to=' || current_date + 2 as range`,
    )
  ).range

const rowsOf = (text: string) =>
  parse(text, { bom: true, columns: true }) as { kind: string; text: string; decimalAmount: string }[]

it('is a CSV file with all rows of all pages, which a spreadsheet opens', async () => {
  const { headers, text } = await manager('GET', `/clinics/${clinicId}/bookkeeping.csv${await thisYear()}`)
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(headers.get('content-disposition')).toBe('attachment; filename=bookkeeping.csv')
  expect(text.split('\r\n')[0]).toMatch(/happenedOn,kind,invoiceNumber,customerId,text,decimalAmount,currency/)
  const rows = rowsOf(text)
  // Each payment is received, and becomes credit.
  expect(rows.filter(({ kind }) => kind === 'payment_received')).toHaveLength(60)
  expect(rows).toHaveLength(5 * 2 + 60 * 2)
  const { body } = await manager('GET', `/clinics/${clinicId}/bookkeeping${await thisYear()}&limit=100`)
  expect(body.items.map((row: { kind: string }) => row.kind)).toEqual(rows.slice(0, 100).map(({ kind }) => kind))
})

it('has no text that a spreadsheet would run as a formula, and numbers as they are', async () => {
  const { text } = await manager('GET', `/clinics/${clinicId}/bookkeeping.csv${await thisYear()}`)
  const lines = rowsOf(text).filter(({ kind }) => kind === 'charge' || kind === 'discount')
  expect(new Set(lines.map((row) => row.text))).toEqual(
    new Set([
      `'=HYPERLINK("https://evil.example")`,
      `'+49 30 1234`,
      `'-1+1`,
      `'@SUM(A1)`,
      'A "plain" text, with ; and\u00a0ü',
    ]),
  )
  expect(new Set(lines.map((row) => row.decimalAmount))).toEqual(new Set(['10.00', '-2.50']))
})

it('has only the names of the columns if there are no rows in the range', async () => {
  const { text } = await manager('GET', `/clinics/${clinicId}/bookkeeping.csv${range}`)
  expect(text.replace('\ufeff', '').trim().split(',').length).toBe(14)
})

it('is refused with a problem document for an invalid range of dates', async () => {
  const path = `/clinics/${clinicId}/bookkeeping.csv`
  expect((await manager('GET', path)).body).toMatchObject({ code: 'bad_request' })
  expect((await manager('GET', `${path}?from=2026-01-02&to=2026-01-01`)).body).toMatchObject({
    code: 'invalid_argument',
  })
  expect((await manager('GET', `${path}${range}&limit=5`)).body).toMatchObject({ code: 'bad_request' })
})
