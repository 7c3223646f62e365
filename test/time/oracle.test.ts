import { expect, it } from '@jest/globals'
import { Temporal } from '@js-temporal/polyfill'
import { changes, localInstants, sides } from './oracle.ts'
import { moreZones } from './zones.ts'

// The oracle of the other tests in this folder, compared with Temporal itself. That is slow, so each day compares one
// zone.

const today = Math.floor(Date.now() / 86_400_000)
const zone = moreZones[today % moreZones.length] as string

/** The instants by Temporal: none for a skipped time, two for a time that occurs twice. */
function byTemporal(local: Temporal.PlainDateTime): number[] {
  const found = (['earlier', 'later'] as const)
    .map((disambiguation) => local.toZonedDateTime(zone, { disambiguation }))
    // For a skipped time the clocks show other times at these instants.
    .filter((zoned) => zoned.toPlainDateTime().equals(local))
    .map(({ epochMilliseconds }) => epochMilliseconds / 1000)
  return [...new Set(found)]
}

it(`agrees with Temporal in ${zone}, around each clock change and on every day of a year`, () => {
  const locals = changes(zone, 2020, 2035).flatMap((change) =>
    sides(change).flatMap((edge) =>
      [-7200, -3600, -1800, -1, 0, 1, 900, 1800, 3599, 3600, 7200].map((seconds) => edge.add({ seconds })),
    ),
  )
  for (let day = Temporal.PlainDateTime.from('2027-01-01T09:00'); day.year === 2027; day = day.add({ days: 1 }))
    locals.push(day)
  const different = locals
    .map((local) => ({ local: String(local), found: localInstants(local, zone), temporal: byTemporal(local) }))
    .filter(({ found, temporal }) => String(found) !== String(temporal))
  expect(different.slice(0, 5)).toEqual([])
})

it('throws for a year whose clock changes it does not know', () => {
  expect(() => localInstants('1999-01-01T09:00', zone)).toThrow('not in the years')
})
