import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'
import { inTransaction } from '../helpers/database/database.ts'

it('Node, PostgreSQL, and a program that is started with an empty environment show the time of the run', () =>
  inTransaction(async (db) => {
    // Set by command.ts, which moves the clocks; runs are over within hours.
    const began = Date.parse(process.env.TEST_CLOCK ?? new Date().toISOString()) - 1000
    const program = await promisify(execFile)(process.execPath, ['-p', 'Date.now()'], { env: {} })
    const { postgresql } = await db.one<{ postgresql: Date }>('select clock_timestamp() as postgresql')
    for (const time of [Date.now(), Number(program.stdout), postgresql.getTime()]) {
      expect(time).toBeGreaterThanOrEqual(began)
      expect(time).toBeLessThan(began + 6 * 3_600_000)
    }
  }))
