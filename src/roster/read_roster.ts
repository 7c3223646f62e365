import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSheet, type Sheet } from './read_sheet.ts'

/** A clinic's roster as app_private.import_roster takes it: its files by name. A file that is missing is left out. */
export type Roster = Record<string, Sheet>

const files = ['clinic.csv', 'doctors.csv', 'time_slots.csv', 'templates.csv']

/** Reads the files of a roster from their folder. Faults in them are part of the result; throws when one cannot be opened. */
export async function readRoster(folder: string): Promise<Roster> {
  const roster: Roster = {}
  for (const file of files) {
    const bytes = await readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
    if (bytes) roster[file] = readSheet(bytes)
  }
  return roster
}
