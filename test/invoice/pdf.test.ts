import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { InvoiceDocument, InvoiceLine } from '../../src/invoice/document.ts'
import { invoicePdf } from '../../src/invoice/pdf.ts'
import { describeWithProgram } from '../helpers/postgresql/debian.ts'

const line = (more: Partial<InvoiceLine> = {}): InvoiceLine => ({
  text: 'Erstgespräch',
  kind: 'visit',
  amount: '5000',
  taxRate: 0,
  tax: '0',
  visitAt: '2026-11-29T23:30:00Z',
  ...more,
})

const invoice = (more: Partial<InvoiceDocument> = {}): InvoiceDocument => ({
  number: '2026-000012',
  issuedAt: '2026-11-30T10:00:00Z',
  dueOn: '2026-12-14',
  state: 'open',
  language: 'de',
  currency: 'EUR',
  exponent: 2,
  timeZone: 'Europe/Berlin',
  clinic: { name: 'Praxis Dr. Müller', address: 'Große Straße 1\n10115 Berlin', footer: 'IBAN DE00 1234' },
  customer: { id: '7', name: 'Łukasz Ünal Αθήνα' },
  lines: [line()],
  total: '5000',
  tax: '0',
  paid: '0',
  due: '5000',
  payments: [],
  ...more,
})

test('an invoice is a PDF with its title and language, and the same invoice has the same length', async () => {
  const pdf = await invoicePdf(invoice())
  expect(pdf.subarray(0, 8).toString('latin1')).toBe('%PDF-1.7')
  expect(pdf.toString('latin1')).toMatch(/\/Lang \(de\)/)
  expect((await invoicePdf(invoice())).length).toBe(pdf.length)
})

describeWithProgram('poppler-utils', 'pdftotext', (pdftotext) => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'invoice-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const run = promisify(execFile)

  /** What a reader of the PDF sees, with single spaces. */
  async function read(document: InvoiceDocument): Promise<string> {
    const file = join(folder, 'invoice.pdf')
    await writeFile(file, await invoicePdf(document))
    const { stdout } = await run(pdftotext, ['-layout', file, '-'])
    // The space before a percent sign is narrow, and not always seen as one.
    return stdout.replaceAll(/[^\S\n\f]+/g, ' ').replaceAll(' %', '%')
  }

  /** The tags of the PDF in their order, as screen readers meet them. */
  async function tags(): Promise<string[]> {
    const { stdout } = await run(pdftotext.replace(/pdftotext$/, 'pdfinfo'), ['-struct', join(folder, 'invoice.pdf')])
    return stdout
      .split('\n')
      .map((each) => each.trim().split(' ')[0] ?? '')
      .filter(Boolean)
  }

  test('it shows the clinic, the patient, the number, the lines and sums in German', async () => {
    const text = await read(
      invoice({
        lines: [
          line(),
          line({ text: 'Attest', kind: 'charge', amount: '1190', taxRate: '19.00', tax: '190', visitAt: null }),
          line({ text: null, kind: 'discount', amount: '-500', visitAt: null }),
        ],
        total: '5690',
        tax: '190',
        paid: '2000',
        due: '3690',
        payments: [{ kind: 'cash', amount: '2000', at: '2026-11-30T11:00:00Z' }],
      }),
    )
    for (const expected of [
      'Praxis Dr. Müller',
      'Große Straße 1\n',
      'Łukasz Ünal Αθήνα',
      'Rechnung\n',
      'Rechnungsnummer: 2026-000012',
      'Datum: 30. November 2026',
      'Kundennummer: 7',
      'Erstgespräch 0% 50,00 €',
      // The visit's date in the time zone of the clinic.
      '30. November 2026',
      'Attest 19% 11,90 €',
      'Rabatt 0% -5,00 €',
      'Gesamtbetrag 56,90 €',
      'Darin 19% Steuer 1,90 €',
      'Bar, 30. November 2026 20,00 €',
      'Bezahlt 20,00 €',
      'Offener Betrag 36,90 €',
      'IBAN DE00 1234',
      'Seite 1 von 1',
    ])
      expect(text).toContain(expected)
    expect(text).not.toContain('Darin 0')
  })

  test('it is in English for everybody else, and names no person who was erased', async () => {
    const text = await read(invoice({ language: 'en', customer: { id: '7', name: null } }))
    expect(text).toContain('Invoice number: 2026-000012')
    expect(text).toContain('Erstgespräch 0% €50.00')
    expect(text).toContain('Amount due €50.00')
    expect(text).toContain('Customer number: 7')
    expect(text).not.toContain('null')
  })

  test('a draft and a void invoice are called so', async () => {
    expect(await read(invoice({ state: 'draft', number: null, issuedAt: null, dueOn: null }))).toContain(
      'Entwurf einer Rechnung',
    )
    expect(await read(invoice({ state: 'void', language: 'en' }))).toContain('Void invoice')
  })

  test('the day until which it is to be paid is on an invoice that is not paid, whatever the clinic’s zone', async () => {
    expect(await read(invoice())).toContain('Zahlbar bis: 14. Dezember 2026')
    const west = { language: 'en', timeZone: 'America/Los_Angeles' }
    expect(await read(invoice(west))).toContain('To be paid by: December 14, 2026')
    for (const state of ['settled', 'void'] as const)
      expect(await read(invoice({ ...west, state }))).not.toContain('To be paid by')
  })

  test.each([
    ['JPY', 0, '¥1,234,567'],
    ['KWD', 3, 'KWD 1,234.567'],
  ] as const)('amounts have the decimals of the currency: %s', async (currency, exponent, amount) => {
    const text = await read(invoice({ language: 'en', currency, exponent, total: '1234567', due: '1234567' }))
    expect(text).toContain(`Total ${amount}`)
  })

  test('the largest amount has all its digits', async () => {
    expect(await read(invoice({ language: 'en', total: '9223372036854775807' }))).toContain(
      '€92,233,720,368,547,758.07',
    )
  })

  test('a long invoice repeats the head of its table and numbers its pages, and loses no line', async () => {
    const lines = Array.from({ length: 60 }, (_, index) => line({ text: `Leistung Nr. ${index} `.repeat(4) }))
    const text = await read(invoice({ lines }))
    const pages = text.split('\f').filter((page) => page.trim())
    expect(pages.length).toBeGreaterThan(2)
    pages.forEach((page, index) => {
      expect(page).toContain(`Seite ${index + 1} von ${pages.length}`)
      expect(page).toContain('IBAN DE00 1234')
      if (index < pages.length - 1) expect(page).toContain('Leistung Steuer Betrag')
    })
    for (let index = 0; index < 60; index++) expect(text).toContain(`Leistung Nr. ${index} `)
  })

  test('screen readers get a heading, paragraphs and tables in the order of the page', async () => {
    await read(invoice())
    const found = await tags()
    expect(found[0]).toBe('Document')
    expect(found.indexOf('H1')).toBeGreaterThan(found.indexOf('P'))
    expect(found.indexOf('Table')).toBeGreaterThan(found.indexOf('H1'))
    expect(found.filter((tag) => tag === 'TH')).toHaveLength(3)
    expect(found.filter((tag) => tag === 'Table')).toHaveLength(2)
    // One line of three cells, and three sums of two.
    expect(found.filter((tag) => tag === 'TD')).toHaveLength(3 + 3 * 2)
  })
})
