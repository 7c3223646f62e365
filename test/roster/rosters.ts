import { readRosterSheet } from '../../src/roster/read_roster.ts'
import { type Db, expectRefusal } from '../helpers/database/database.ts'

/** A roster's files as texts, or as bytes where those matter. */
export type Files = Record<string, string | Uint8Array>

/** A small roster without faults: two doctors, four time slots, one of them across midnight, three services and their questions. */
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
  'rooms.csv': `name,type,minutes after
Room 1,,
Raum 2,Raum,0
Ultrasound,equipment,10 min
`,
  'services.csv': `name,minutes,doctors,preparation,minutes before,minutes after,booked by,patients,Name DE,name en,preparation de,needs
First visit,60,all; Dr. Ben Groß (45 min),Your insurance card,,,,,Erstgespräch,First talk,Ihre Versichertenkarte,room 1 oder Raum 2; Ultrasound
Check,15 min,Dr. Ada Müller(20); dr. ben groß,,5,10,known patients,returning
Vaccination,,Dr. Ben Groß,,,0,Empfang,neue,Impfung,,
`,
  'questions.csv': `service,question,answers,required,characters,question de,answers de
Vaccination,Which one?,Influenza; Tetanus,ja,,Welche?,Grippe; Tetanus
first visit,What is it about?,,yes,300,Worum geht es?,
First visit,Were you referred?,yes / no,,,,
`,
  'templates.csv': `doctor,weekdays,time slots,valid from,valid until,service
Dr. Ada Müller,Mon-Wed,Early - Late,01.02.2026,28.02.2027
Dr. Ben Groß,"Mo, Mi",8:00 - 12:30,,
Dr. Ben Groß,Fr,Night,,31.12.2026,vaccination
`,
  'absences.csv': `doctor,reason,first day,last day,from,until,note
dr. ada müller,Urlaub,01.03.2027,12.03.2027,,,
Dr. Ben Groß,training,15.4.2027,,13:00,24:00,Ultrasound course
all,closure,24.12.2027,31.12.2027,,,
,holiday,03.10.2027,,,,
`,
}

/** The roster as `npm run import` would read it from these files. */
export function rosterOf(files: Files): string {
  const sheets = Object.entries(files).map(([name, content]) => [name, readRosterSheet(Buffer.from(content))])
  return JSON.stringify(Object.fromEntries(sheets))
}

/**
 * Waits for imports of other tests, which store specializations. A test that stores some itself, before it imports,
 * would wait for such an import while that waits for its specializations.
 */
export const waitForImports = (db: Db) =>
  db.query(`select pg_advisory_xact_lock(hashtextextended('medislot import', 0))`)

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

/** The files without faults, with lines added at the end of some of them. */
export function withLines(lines: Partial<Record<keyof typeof soundFiles, string[]>>): Record<string, string> {
  const ends = Object.entries(lines) as [keyof typeof soundFiles, string[]][]
  return {
    ...soundFiles,
    ...Object.fromEntries(ends.map(([file, added]) => [file, `${soundFiles[file]}${added.join('\n')}\n`])),
  }
}

/** The files without faults, with a text of one of them replaced. Throws if the text does not occur, since the test would then show nothing. */
export function withText(file: keyof typeof soundFiles, text: string, replacement: string): Files {
  if (!soundFiles[file].includes(text)) throw new Error(`${file} has no "${text}"`)
  return { ...soundFiles, [file]: soundFiles[file].replace(text, replacement) }
}
