import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DatabaseError } from 'pg'
import { readSheet } from '../../src/roster/read_sheet.ts'
import { inTransaction } from '../helpers/database/database.ts'
import { type Files, importing, soundFiles } from './rosters.ts'

const nasty = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...'",;\n\r\t -–:./0129aAmMpoOdDiI'), maxLength: 12 }),
  fc.constantFrom(
    '-',
    ' - ',
    ';',
    '24:00',
    '24:00 - 24:00',
    '8:00 - 8:00',
    '0:00',
    '99999999999',
    '0',
    'Mo-Mo',
    'all',
    '99999 min',
    'Vaccination',
    '-Mo',
    '\\',
    '%s',
    "'",
    'null',
  ),
  fc.constantFrom(
    '31.12.9999',
    '00.00.0000',
    '1.1.1900',
    '29.02.2027',
    'DD.MM.YYYY',
    'YYYY/MM/DD',
    'h:mm a.m.',
    'Europe/',
    'posix/UTC',
  ),
)

/** The files without faults, with some fields replaced by arbitrary text. */
const files: fc.Arbitrary<Files> = fc
  .array(
    fc.record({
      file: fc.constantFrom(...(Object.keys(soundFiles) as (keyof typeof soundFiles)[])),
      at: fc.nat(40),
      by: nasty,
    }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((changes) => {
    const changed: Record<string, string> = { ...soundFiles }
    for (const { file, at, by } of changes) {
      const fields = (changed[file] ?? '').split(/(?<=[,\n])/)
      const i = at % fields.length
      fields[i] = by + (fields[i]?.at(-1) ?? '')
      changed[file] = fields.join('')
    }
    return changed
  })

it(
  'with any text in its fields, a roster is stored, or refused with its faults, and never fails with an error',
  () =>
    inTransaction(async (db) => {
      await fc.assert(
        fc.asyncProperty(files, async (changed) => {
          try {
            const { clinic_id: id } = await importing(db, changed)
            // Otherwise the next roster would be refused because of its name.
            await db.query('update app_public.clinics set name = $2 where id = $1', [id, `Stored ${id}`])
          } catch (error) {
            if (!(error instanceof DatabaseError && error.code === 'MS601')) throw error
          }
        }),
        { numRuns: Number(process.env.FUZZ_RUNS ?? 40) },
      )
    }),
  600_000,
)

it('a file of any bytes is read, and no line of it twice', () => {
  const bytes = fc.array(fc.oneof(fc.constantFrom(...Buffer.from('a,b;"\r\n')), fc.nat(255)), { maxLength: 60 })
  fc.assert(
    fc.property(bytes, (given) => {
      const { records, faults } = readSheet(Buffer.from(given))
      const lines = records.map(({ line }) => line)
      expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b))
      const last = Buffer.from(given)
        .toString('latin1')
        .split(/\r\n|\r|\n/).length
      for (const { line } of [...records, ...faults]) expect(line >= 1 && line <= last).toBe(true)
      // Only text that PostgreSQL can store reaches the database.
      expect(JSON.stringify({ records, faults })).not.toMatch(/\\u0000|\\ud[89a-f]/)
    }),
    { numRuns: 1000 },
  )
})
