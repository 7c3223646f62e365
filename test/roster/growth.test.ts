import { readFileSync } from 'node:fs'
import { beforeAll, expect, it, jest } from '@jest/globals'
import type { CsvError } from 'csv-parse/sync'
import { inTransaction } from '../helpers/database/database.ts'
import { type Files, faultsOf, soundFiles } from './rosters.ts'

// A file with faults in all of its lines takes as long per line as one without: the work is counted, or compared over sizes.

let parsed = 0
let readSheet: typeof import('../../src/roster/read_sheet.ts').readSheet

beforeAll(async () => {
  const real = await import('csv-parse/sync')
  jest.unstable_mockModule('csv-parse/sync', () => ({
    CsvError: real.CsvError satisfies typeof CsvError,
    // The real function, with its input counted.
    parse: (text: string, options: object) => {
      parsed += text.length + 1
      return real.parse(text, options)
    },
  }))
  readSheet = (await import('../../src/roster/read_sheet.ts')).readSheet
})

const header = 'name,specializations,about\n'

it.each([
  ['a quote that is never closed', 'Dr. A,"Cardiology,x\n', 2],
  ['a quote within a value', 'Dr. "Q" A,Cardiology,\n', 1],
  ['text behind a closing quote', 'Dr. A,"Cardiology"x,\n', 1],
  ['a quote that ends in the next line, with text behind it', 'Dr. A,"Cardiology,x\n"y"z"\n', 2],
  ['no fault', 'Dr. A,"Cardiology",x\n', 1],
])('lines with %s are parsed a few times each', (_what, line, times) => {
  parsed = 0
  const text = header + line.repeat(2000)
  readSheet(Buffer.from(text))
  expect(parsed).toBeLessThanOrEqual(text.length * times + 2)
})

it('lines after a quote that is never closed are parsed at most twice', () => {
  parsed = 0
  const text = `${header}${'Dr. A,"Cardiology,x\n'}${'Dr. B,Cardiology,x\n'.repeat(2000)}Dr. C,"Card"iology",x\n`
  readSheet(Buffer.from(text))
  expect(parsed).toBeLessThanOrEqual(text.length * 2 + 2)
})

const lines = (n: number, line: (i: number) => string) => Array.from({ length: n }, (_, i) => `${line(i)}\n`).join('')

const inAllLines: [string, (n: number) => Files][] = [
  [
    'quotes that are never closed, and the names of these lines in another file',
    (n) => ({
      ...soundFiles,
      'doctors.csv': header + lines(n, (i) => `Dr. ${i},"Cardiology,x`),
      'templates.csv': `doctor,weekdays,time slots\n${lines(n, (i) => `Dr. ${i},Mon,Noon`)}`,
    }),
  ],
  ['too few fields', (n) => ({ ...soundFiles, 'doctors.csv': header + lines(n, (i) => `Dr. ${i}`) })],
  [
    'values that are missing or wrong',
    (n) => ({
      ...soundFiles,
      'doctors.csv': header + lines(n, (i) => `Dr. ${i},;,`),
      'templates.csv': `doctor,weekdays,time slots\n${lines(n, (i) => `Dr. No ${i},Mox,Tea ${i}`)}`,
    }),
  ],
  [
    'bytes that are not UTF-8',
    (n) => ({ ...soundFiles, 'doctors.csv': Buffer.from(header + lines(n, (i) => `Dr. é${i},C,`), 'latin1') }),
  ],
]

it.each(inAllLines)('PostgreSQL checks lines with %s as fast in a long file as in a short one', (_what, files) =>
  inTransaction(async (db) => {
    const { pid } = await db.one<{ pid: number }>('select pg_backend_pid() as pid')
    const cost = async (n: number) => {
      const began = processorTime(pid)
      await faultsOf(db, files(n))
      return processorTime(pid) - began
    }
    // The first run makes the plans.
    await cost(10)
    const [short, long] = [await cost(1000), await cost(4000)]
    // Linear time would take four times as long, quadratic time sixteen times.
    expect(long / Math.max(short, 5)).toBeLessThan(8)
  }),
)

/** The processor time of a process, in hundredths of a second: other work on the machine does not count. Elsewhere than on Linux, time. */
function processorTime(pid: number): number {
  if (process.platform !== 'linux') return performance.now() / 10
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return Number(fields[11]) + Number(fields[12])
}
