import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalAddress } from '../database/canonical_address.ts'
import { readSheet, type Sheet } from './read_sheet.ts'

/** A clinic's roster as app_private.import_roster takes it: its files by name. Missing files are left out. */
export type Roster = Record<string, Sheet>

const files = [
  'clinic.csv',
  'doctors.csv',
  'time_slots.csv',
  'rooms.csv',
  'services.csv',
  'questions.csv',
  'templates.csv',
  'absences.csv',
]

/**
 * Reads the bytes of a roster's file. PostgreSQL knows no Punycode, so addresses such as praxis@müller.example are
 * converted on the way in, as in the API.
 */
export function readRosterSheet(bytes: Uint8Array): Sheet {
  const { records, faults } = readSheet(bytes)
  const converted = (field: string) => (/^\s*[^\s@]+@[^\s@]+\s*$/.test(field) ? canonicalAddress(field) : field)
  return { records: records.map(({ line, fields }) => ({ line, fields: fields.map(converted) })), faults }
}

/** Reads the files of a roster from their folder. Errors in them are part of the result; throws when a file cannot be opened. */
export async function readRoster(folder: string): Promise<Roster> {
  const roster: Roster = {}
  for (const file of files) {
    const bytes = await readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    if (bytes) roster[file] = readRosterSheet(bytes)
  }
  return roster
}
