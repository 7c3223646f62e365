import { CsvError, parse } from 'csv-parse/sync'

/** A record: its first line (from 1) and its fields without their quotes. */
export interface SheetRecord {
  line: number
  fields: string[]
}

/** An error in a line: its place (`field` from 1, if one field is wrong), the reason for people, and the line's text. */
export interface SheetFault {
  line: number
  field?: number
  reason: string
  text: string
}

/** A CSV file as app_private.import_roster takes it. */
export interface Sheet {
  records: SheetRecord[]
  faults: SheetFault[]
}

const notUtf8 = 'the text is not UTF-8; save the file as "CSV UTF-8"'

const quoteReasons: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'a quoted value begins here and never ends',
  CSV_INVALID_CLOSING_QUOTE: 'a quoted value begins here, and its closing quote is missing or has text behind it',
  INVALID_OPENING_QUOTE: 'a quote stands within a value; put the value in quotes and write the quote twice',
}

/**
 * Reads the bytes of a CSV file as spreadsheets write it: UTF-8 or UTF-16, with or without a byte order mark, with any line
 * ends, with fields separated by commas, semicolons, tabs, or the separator in Excel's line `sep=;`. Never throws for the content
 * of the file: a line that cannot be read is an error in the result, and reading goes on with the next line. A file that is not
 * text is one error.
 */
export function readSheet(given: Uint8Array): Sheet {
  const format = formatOf(given)
  if (format) {
    const reason = `this is ${format}, not a CSV file; save each sheet as "CSV UTF-8"`
    return { records: [], faults: [{ line: 1, reason, text: '' }] }
  }
  const bytes = asUtf8(given)
  // A line that is not UTF-8 is read as windows-1252, which it usually is, so that its other errors are found as well, and a
  // doctor with an umlaut in this file is not reported as unknown in the next one.
  const lines = linesOf(bytes, 'utf-8')
  const seen = linesOf(bytes, 'windows-1252')
  const foreign = new Set(
    lines
      .keys()
      .filter((i) => /[\ufffd\0]/.test(lines[i] ?? ''))
      .map((i) => i + 1),
  )
  for (const line of foreign) lines[line - 1] = seen[line - 1]?.replaceAll('\0', '\ufffd') ?? ''

  const { records, faults } = parseLines(lines)
  for (const { line, lastLine, fields } of records) {
    for (let i = line; i <= lastLine; i++) {
      if (!foreign.delete(i)) continue
      const field = fields.findIndex((value) => /[^\0-\x7f]/.test(value)) + 1
      faults.push({ line: i, ...(field > 0 ? { field } : {}), reason: notUtf8, text: '' })
    }
  }
  for (const line of foreign) faults.push({ line, reason: notUtf8, text: lines[line - 1] ?? '' })
  return { records: records.map(({ line, fields }) => ({ line, fields })), faults }
}

// Line ends are unified first, since csv-parse counts Windows' line ends twice within quotes.
function linesOf(bytes: Uint8Array, encoding: string): string[] {
  return new TextDecoder(encoding).decode(bytes).split(/\r\n|\r|\n/)
}

/** The format of a file that was only renamed to .csv, by its first bytes; undefined for a file that may be text. */
function formatOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1')
  if (start.startsWith('PK\x03\x04')) return 'a workbook of Excel, LibreOffice or Numbers'
  if (start.startsWith('\xd0\xcf\x11\xe0')) return 'a workbook of an old Excel'
  if (start.startsWith('%PDF-')) return 'a PDF'
  if (start.startsWith('\x1f\x8b')) return 'a compressed file'
  if (start.startsWith('{\\rtf')) return 'a document of a word processor'
  // Some programs export a web page with the name of a workbook.
  if (/^(\xef\xbb\xbf)?\s*<(!doctype|html|table|\?xml)\b/i.test(start)) return 'a web page or XML'
  return undefined
}

/** Converts UTF-16, which Excel calls Unicode text, to UTF-8; leaves other text as it is. */
function asUtf8(bytes: Uint8Array): Uint8Array {
  const encoding = utf16Of(bytes)
  return encoding ? new TextEncoder().encode(new TextDecoder(encoding).decode(bytes)) : bytes
}

/**
 * The kind of UTF-16 of a text, if it is one: by its byte order mark, else by its first line. Column names are ASCII, so that
 * every other byte is zero in UTF-16; UTF-8 has no zero bytes.
 */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const start = bytes.subarray(0, 16)
  const zeros = [0, 1].map((parity) => start.filter((byte, i) => byte === 0 && i % 2 === parity).length)
  const [even = 0, odd = 0] = zeros
  if (start.length < 4 || Math.max(even, odd) < start.length / 4 || Math.min(even, odd) > 0) return undefined
  return odd > even ? 'utf-16le' : 'utf-16be'
}

/**
 * Records, one by one. csv-parse has an option to go on after an error, but loses lines that way. So a line where a record
 * with an error begins is left out, and reading goes on with the next line: a quote that is never closed costs its own
 * line, not the rest of the file.
 *
 * A record ends with its line unless a quoted value is open there, which is when the number of quotes so far is odd; then
 * it ends with the next line whose number of quotes is odd. No other line can end it, so csv-parse gets no more than that.
 * The lines in between have an even number of quotes and are, should the record fail, records of one line: each line is
 * read three times at most.
 */
function parseLines(lines: string[]) {
  const records: (SheetRecord & { lastLine: number })[] = []
  const faults: SheetFault[] = []
  const { delimiter, start } = formatOfLines(lines)
  const nextOdd = nextOddLines(lines)
  let at = start
  while (at < lines.length) {
    const last = nextOdd[at] === at ? (nextOdd[at + 1] ?? at) : at
    const read = parseRecords(lines.slice(at, last + 1), delimiter)
    if (read instanceof CsvError) {
      faults.push(faultOf(read, at + 1, lines[at] ?? ''))
      at++
    } else {
      for (const fields of read) records.push({ line: at + 1, lastLine: last + 1, fields })
      at = last + 1
    }
  }
  return { records, faults }
}

/** What separates the fields, and the first line after Excel's `sep=;`, if there is one. */
function formatOfLines(lines: string[]): { delimiter: string; start: number } {
  const first = lines.findIndex((line) => line.trim() !== '')
  const declared = /^\s*"?sep=([,;\t|])"?[,;\t|\s]*$/i.exec(lines[first] ?? '')?.[1]
  return { delimiter: declared ?? delimiterOf(lines[first] ?? ''), start: declared ? first + 1 : 0 }
}

function parseRecords(lines: string[], delimiter: string): string[][] | CsvError {
  const options = { delimiter, record_delimiter: '\n', relax_column_count: true, trim: true }
  try {
    return parse(lines.join('\n'), options)
  } catch (error) {
    if (error instanceof CsvError) return error
    throw error
  }
}

function faultOf({ code, column, message }: CsvError, line: number, text: string): SheetFault {
  const field = typeof column === 'number' ? { field: column + 1 } : {}
  return { line, ...field, reason: quoteReasons[code] ?? message, text }
}

/** For each line, the first line from there on with an odd number of quotes; undefined when there is none. */
function nextOddLines(lines: string[]): (number | undefined)[] {
  const next: (number | undefined)[] = Array(lines.length + 1)
  for (let i = lines.length - 1; i >= 0; i--) {
    const quotes = (lines[i] as string).split('"').length - 1
    next[i] = quotes % 2 === 1 ? i : next[i + 1]
  }
  return next
}

/** Excel separates fields with semicolons in countries with a decimal comma. Column names contain none of these characters. */
function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length
  return [',', ';', '\t'].reduce((most, delimiter) => (count(delimiter) > count(most) ? delimiter : most))
}
