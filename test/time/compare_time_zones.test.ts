import { expect, it } from '@jest/globals'
import { compareTimeZones } from '../../src/database/time_zones.ts'
import { aClinic } from '../helpers/clinic/world.ts'
import { inTransaction } from '../helpers/database/database.ts'
import { agreedYears } from './oracle.ts'
import { moreZones } from './zones.ts'

// The zones in which PostgreSQL and Node differ depend on their versions of the data: compared with Temporal, which
// uses Node's.

it('names exactly the zones of clinics for which PostgreSQL and Node differ in the next three years', () =>
  inTransaction(async (db) => {
    for (const zone of moreZones) await aClinic(db, zone)
    const thisYear = new Date().getUTCFullYear()
    const agreed = await agreedYears(db, moreZones, thisYear, thisYear + 3)
    const differing = (await compareTimeZones(async (text) => ({ rows: await db.query(text) }))).map(
      (zone) => zone.timeZone,
    )
    for (const zone of moreZones) {
      const years = agreed.get(zone) ?? new Set()
      // The first and the last of these years are compared only in part.
      if ([1, 2].some((n) => !years.has(thisYear + n))) expect(differing).toContain(zone)
      else if (years.size === 4) expect(differing).not.toContain(zone)
    }
  }))

it('reports since when and by how much they differ', () =>
  inTransaction(async (db) => {
    await aClinic(db, 'Asia/Kathmandu')
    const compare = (change: (seconds: number) => number) =>
      compareTimeZones(async (text) => ({
        rows: (await db.query(text))
          .filter((row) => row.timeZone === 'Asia/Kathmandu')
          .map((row) => ({ ...row, seconds: change(row.seconds) })),
      }))
    expect(await compare((seconds) => seconds)).toEqual([])
    expect(await compare((seconds) => seconds + 900)).toEqual([
      { timeZone: 'Asia/Kathmandu', at: expect.stringMatching(/T00:00:00/), postgresql: 21_600, node: 20_700 },
    ])
  }))

it('reports a zone that only PostgreSQL knows', async () => {
  const rows = [{ timeZone: 'Mars/Olympus', since: Date.now(), seconds: 0 }]
  expect(await compareTimeZones(async () => ({ rows }))).toEqual([
    { timeZone: 'Mars/Olympus', at: expect.any(String), postgresql: 0, node: null },
  ])
})
