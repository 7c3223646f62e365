import { CsvError, parse } from 'csv-parse/sync'

/** A line with values: where it begins (from 1) and its fields as they are, unquoted. */
export interface SheetRecord {
  line: number
  fields: string[]
}

/** What is wrong with a line as such: where (`field` from 1, if one is to blame), why (worded for people), its text. */
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
 * Reads the bytes of a CSV file as spreadsheets write them: UTF-8 or UTF-16, with or without a byte order mark, any line
 * ends, fields between commas, semicolons or tabs, or between what Excel's line `sep=;` says. Never throws for what stands in
 * the file: a line that cannot be read is a fault, and reading goes on behind it. A file that is no text at all is one fault.
 */
export function readSheet(given: Uint8Array): Sheet {
  const format = formatOf(given)
  if (format) {
    const reason = `this is ${format}, not a CSV file; save each sheet as "CSV UTF-8"`
    return { records: [], faults: [{ line: 1, reason, text: '' }] }
  }
  const bytes = asUtf8(given)
  // A line that is not UTF-8 is read as Windows' old encoding, which is what it mostly is: so its other faults are
  // found as well, and a doctor with an umlaut in a broken file is not called unknown in the next one.
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

// Line ends are made equal first: csv-parse counts those of Windows twice within quotes.
function linesOf(bytes: Uint8Array, encoding: string): string[] {
  return new TextDecoder(encoding).decode(bytes).split(/\r\n|\r|\n/)
}

/** What people rename to .csv, by its first bytes; undefined for what may be text. */
function formatOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1')
  if (start.startsWith('PK\x03\x04')) return 'a workbook of Excel, LibreOffice or Numbers'
  if (start.startsWith('\xd0\xcf\x11\xe0')) return 'a workbook of an old Excel'
  if (start.startsWith('%PDF-')) return 'a PDF'
  if (start.startsWith('\x1f\x8b')) return 'a compressed file'
  if (start.startsWith('{\\rtf')) return 'a document of a word processor'
  // Some programs export a web page and call it a workbook.
  if (/^(\xef\xbb\xbf)?\s*<(!doctype|html|table|\?xml)\b/i.test(start)) return 'a web page or XML'
  return undefined
}

/** Text in UTF-16, which Excel calls Unicode text, as UTF-8; any other as it is. */
function asUtf8(bytes: Uint8Array): Uint8Array {
  const encoding = utf16Of(bytes)
  return encoding ? new TextEncoder().encode(new TextDecoder(encoding).decode(bytes)) : bytes
}

/**
 * Which UTF-16 a text is in, if any: by its byte order mark, else by its first line. Column names are ASCII, of which every
 * other byte is zero then; UTF-8 has no zero at all.
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
 * Records, one by one. csv-parse has an option to go on after an error, but loses lines that way; so a line where a record
 * with an error begins is left out and reading goes on with the next: a quote that is never closed costs its own line, not
 * the rest of the file.
 *
 * A record ends with its line unless a quoted value is open there, which is when the quotes so far are odd in number; then it
 * ends with the next line whose quotes are odd. No other line can end it, so that is all that csv-parse is given. The lines in
 * between have even quotes and are, should the record fail, records of one line: each line is read three times at most.
 */
function parseLines(lines: string[]) {
  const records: (SheetRecord & { lastLine: number })[] = []
  const faults: SheetFault[] = []
  const first = lines.findIndex((line) => line.trim() !== '')
  const declared = /^\s*"?sep=([,;\t|])"?[,;\t|\s]*$/i.exec(lines[first] ?? '')?.[1]
  const delimiter = declared ?? delimiterOf(lines[first] ?? '')
  const nextOdd = nextOddLines(lines)
  let at = declared ? first + 1 : 0
  while (at < lines.length) {
    const last = nextOdd[at] === at ? (nextOdd[at + 1] ?? at) : at
    try {
      const read: string[][] = parse(lines.slice(at, last + 1).join('\n'), {
        delimiter,
        record_delimiter: '\n',
        relax_column_count: true,
        trim: true,
      })
      for (const fields of read) records.push({ line: at + 1, lastLine: last + 1, fields })
      at = last + 1
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      const field = typeof error.column === 'number' ? { field: error.column + 1 } : {}
      faults.push({
        line: at + 1,
        ...field,
        reason: quoteReasons[error.code] ?? error.message,
        text: lines[at] ?? '',
      })
      at++
    }
  }
  return { records, faults }
}

/** For each line, the first from it on whose quotes are odd in number; undefined when there is none. */
function nextOddLines(lines: string[]): (number | undefined)[] {
  const next: (number | undefined)[] = Array(lines.length + 1)
  for (let i = lines.length - 1; i >= 0; i--) {
    const quotes = (lines[i] as string).split('"').length - 1
    next[i] = quotes % 2 === 1 ? i : next[i + 1]
  }
  return next
}

/** Excel separates fields with semicolons where a comma is the decimal sign. A header has no such characters itself. */
function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length
  return [',', ';', '\t'].reduce((most, delimiter) => (count(delimiter) > count(most) ? delimiter : most))
}
