import type { InvoiceDocument, InvoiceLine } from './document.ts'
import { formatMoney } from './money.ts'
import { textsOf } from './texts.ts'
import { type Cell, textWidth, Writer } from './writer.ts'

/** The widths of the columns; the description gets the rest. */
const columns = { taxRate: 60, amount: 110 }
/** Sums may be longer than amounts of lines. */
const sumWidth = 180

/** The name of its file, in the language of the invoice: its number if it has one. */
export const invoiceFileName = ({ language, number }: InvoiceDocument): string => {
  const { invoice, draft } = textsOf(language)
  return number ? `${invoice}-${number}.pdf` : `${draft}.pdf`
}

/** The PDF of an invoice in its language: its lines with their tax, the total, the payments, and what is due. */
export function invoicePdf(invoice: InvoiceDocument): Promise<Buffer> {
  const { language, number, clinic } = invoice
  const texts = textsOf(language)
  const title = { draft: texts.draft, void: texts.void, open: texts.invoice, settled: texts.invoice }[invoice.state]
  const writer = new Writer({ title: number ? `${title} ${number}` : title, author: clinic.name, language })
  writeHead(writer, invoice, title)
  writeLines(writer, invoice)
  writeSums(writer, invoice)
  return writer.end(clinic.footer ?? '', texts.page)
}

function writeHead(writer: Writer, invoice: InvoiceDocument, title: string): void {
  const { clinic, customer, number, issuedAt, dueOn, state } = invoice
  const texts = textsOf(invoice.language)
  writer.paragraph(clinic.name, 'bold', 12)
  for (const text of [clinic.address, clinic.phone, clinic.email]) if (text) writer.paragraph(text, 'regular', 8.5)
  writer.space(36)
  // None for a person who was erased.
  if (customer.name) writer.paragraph(customer.name, 'regular', 11)
  writer.space(36)
  writer.heading(title)
  writer.space(6)
  if (number) writer.paragraph(`${texts.number}: ${number}`)
  if (issuedAt) writer.paragraph(`${texts.date}: ${formatDate(issuedAt, invoice)}`)
  if (dueOn && state === 'open')
    writer.paragraph(`${texts.dueOn}: ${formatDate(dueOn, { ...invoice, timeZone: 'UTC' })}`)
  writer.paragraph(`${texts.customer}: ${customer.id}`)
  writer.space(24)
}

function writeLines(writer: Writer, invoice: InvoiceDocument): void {
  const texts = textsOf(invoice.language)
  const cells = (description: string, taxRate: string, amount: string): Cell[] => [
    { text: description, width: textWidth - columns.taxRate - columns.amount },
    { text: taxRate, width: columns.taxRate, align: 'right' },
    { text: amount, width: columns.amount, align: 'right' },
  ]
  const table = writer.table(cells(texts.description, texts.taxRate, texts.amount))
  for (const line of invoice.lines) {
    const text = line.text || (texts.lines[line.kind] ?? line.kind)
    const description = line.visitAt ? `${text}\n${formatDate(line.visitAt, invoice)}` : text
    table.row(cells(description, formatRate(line, invoice), formatAmount(line.amount, invoice)))
  }
  table.end()
  writer.rule()
}

function writeSums(writer: Writer, invoice: InvoiceDocument): void {
  const texts = textsOf(invoice.language)
  const table = writer.table()
  const sum = (text: string, amount: string, font: 'regular' | 'bold' = 'regular') =>
    table.row(
      [
        { text, width: textWidth - sumWidth, align: 'right' },
        { text: formatAmount(amount, invoice), width: sumWidth, align: 'right' },
      ],
      font,
    )
  sum(texts.total, invoice.total, 'bold')
  for (const [rate, tax] of taxesOf(invoice)) sum(texts.includedTax(rate), `${tax}`)
  for (const { kind, amount, at } of invoice.payments)
    sum(`${texts.payments[kind] ?? texts.paid}, ${formatDate(at, invoice)}`, amount)
  sum(texts.paid, invoice.paid)
  sum(texts.due, invoice.due, 'bold')
  table.end()
}

/** The tax of the lines by its rate, without what is zero. */
function taxesOf(invoice: InvoiceDocument): [rate: string, tax: bigint][] {
  const taxes = new Map<string, bigint>()
  for (const line of invoice.lines) {
    const rate = formatRate(line, invoice)
    taxes.set(rate, (taxes.get(rate) ?? 0n) + BigInt(line.tax))
  }
  return [...taxes].filter(([, tax]) => tax !== 0n)
}

const formatAmount = (amount: string, { currency, exponent, language }: InvoiceDocument): string =>
  formatMoney(BigInt(amount), currency, exponent, language)

const formatRate = ({ taxRate }: InvoiceLine, { language }: InvoiceDocument): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 }).format(Number(taxRate) / 100)

const formatDate = (at: string, { language, timeZone }: InvoiceDocument): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone }).format(new Date(at))
