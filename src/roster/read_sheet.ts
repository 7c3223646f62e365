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
 * Reads the bytes of a CSV file as spreadsheets write them: with or without a byte order mark, any line ends, fields
 * between commas, semicolons or tabs. Never throws for what stands in the file: a line that cannot be read is a fault,
 * and reading goes on behind it.
 */
export function readSheet(bytes: Uint8Array): Sheet {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { records: [], faults: [{ line: 1, reason: notUtf8, text: '' }] }
  }
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

/**
 * csv-parse has an option to go on after an error, but loses lines that way. So it is started again behind the line
 * where a record with an error begins: a quote that is never closed costs its own line, not the rest of the file.
 */
function parseLines(lines: string[]) {
  const records: (SheetRecord & { lastLine: number })[] = []
  const faults: SheetFault[] = []
  const delimiter = delimiterOf(lines.find((line) => line.trim() !== '') ?? '')
  let next = 1
  while (next <= lines.length) {
    const offset = next - 1
    try {
      parse(lines.slice(offset).join('\n'), {
        delimiter,
        record_delimiter: '\n',
        relax_column_count: true,
        trim: true,
        on_record: (fields: string[], { lines: last }) => {
          records.push({ line: next, lastLine: offset + last, fields })
          next = offset + last + 1
          return null
        },
      })
      break
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      const field = typeof error.column === 'number' ? { field: error.column + 1 } : {}
      faults.push({
        line: next,
        ...field,
        reason: quoteReasons[error.code] ?? error.message,
        text: lines[next - 1] ?? '',
      })
      next++
    }
  }
  return { records, faults }
}

/** Excel separates fields with semicolons where a comma is the decimal sign. A header has no such characters itself. */
function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length
  return [',', ';', '\t'].reduce((most, delimiter) => (count(delimiter) > count(most) ? delimiter : most))
}
