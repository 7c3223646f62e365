import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import type { Response } from 'express'
import type { Answer } from './execute.ts'
import type { Csv } from './route/route.ts'

/**
 * Sends a list as a CSV file (RFC 4180, in UTF-8 with a byte order mark, by which spreadsheets recognise it): the first page,
 * then the others as fast as the caller takes them; between two pages no connection to the database is kept. Throws what
 * `next` throws, after it has broken off the response: then the caller knows that the file is not complete.
 */
export async function sendCsv(
  response: Response,
  { columns, numbers, file }: Csv,
  first: Answer,
  next: (after: string) => Promise<Answer>,
): Promise<void> {
  response.type('text/csv').attachment(file)
  const isNumber = new Set(numbers)
  const lines = stringify({
    bom: true,
    header: true,
    columns: [...columns],
    record_delimiter: '\r\n',
    escape_formulas: true,
    cast: {
      string: (value, { column }) => (isNumber.has(String(column)) ? { value, escape_formulas: false } : value),
    },
  })
  await pipeline(Readable.from(itemsOf(first, next)), lines, response)
}

async function* itemsOf(first: Answer, next: (after: string) => Promise<Answer>) {
  for (let page = first; ; page = await next(page.nextCursor as string)) {
    yield* (JSON.parse(page.body) as { items: unknown[] }).items
    if (!page.nextCursor) return
  }
}
