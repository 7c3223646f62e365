import { readSheet } from '../../src/roster/read_sheet.ts'
import { type Db, expectRefusal } from '../helpers/database.ts'

/** A roster's files as texts, or as bytes where those matter. */
export type Files = Record<string, string | Uint8Array>

/** A small roster without faults: two doctors, four time slots, one of them across midnight. */
export const soundFiles = {
  'clinic.csv': `name,time zone,address,phone,e-mail,date format,time format
Corner Practice,Europe/Berlin,"Eck 1, Berlin",+49 30 23125 100,desk@corner.example,DD.MM.YYYY,HH:MM
`,
  'doctors.csv': `name,specializations,about
Dr. Ada Müller,Dermatology,Skin
Dr. Ben Groß,Cardiology; Sports Medicine,
`,
  'time_slots.csv': `name,start,end
Early,8:00,8:30
Late,08:30,9.00
Noon,12:00,12:30
Night,23:30,00:30
`,
  'templates.csv': `doctor,weekdays,time slots,valid from,valid until
Dr. Ada Müller,Mon-Wed,Early - Late,01.02.2026,28.02.2027
Dr. Ben Groß,"Mo, Mi",8:00 - 12:30,,
Dr. Ben Groß,Fr,Night,,31.12.2026
`,
}

/** The roster as `npm run import` would read it from these files. */
export function rosterOf(files: Files): string {
  const sheets = Object.entries(files).map(([name, content]) => [name, readSheet(Buffer.from(content))])
  return JSON.stringify(Object.fromEntries(sheets))
}

/** Imports these files as an operator. */
export function importing(db: Db, files: Files) {
  return db.one('select * from app_private.import_roster($1)', [rosterOf(files)])
}

/** The faults for which these files are refused, as `file:line column: reason`. */
export async function faultsOf(db: Db, files: Files): Promise<string[]> {
  const { detail } = await expectRefusal(importing(db, files), 'import_refused')
  return (JSON.parse(detail ?? '').faults as Record<string, unknown>[]).map(
    ({ file, line, column, reason }) => `${file}:${line} ${column}: ${reason}`,
  )
}

/** The sound files with lines added at the end of some of them. */
export function withLines(lines: Partial<Record<keyof typeof soundFiles, string[]>>): Record<string, string> {
  const ends = Object.entries(lines) as [keyof typeof soundFiles, string[]][]
  return {
    ...soundFiles,
    ...Object.fromEntries(ends.map(([file, added]) => [file, `${soundFiles[file]}${added.join('\n')}\n`])),
  }
}

/** The sound files with a text of one of them replaced. Throws when it does not occur: then the test would show nothing. */
export function withText(file: keyof typeof soundFiles, text: string, replacement: string): Files {
  if (!soundFiles[file].includes(text)) throw new Error(`${file} has no "${text}"`)
  return { ...soundFiles, [file]: soundFiles[file].replace(text, replacement) }
}
