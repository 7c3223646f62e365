import { expect } from '@jest/globals'
import fc from 'fast-check'

/**
 * Tries a property of random commands `runs` times, and as often again, up to eleven times, while some of the outcomes are
 * missing that show that the commands did conflict and that many succeeded: a rare one may need more runs. The same commands
 * interleave differently each time, so shrinking is of no use; the seed is reported on failure.
 */
export async function untilSeen(
  property: fc.IAsyncProperty<unknown>,
  { runs, seen, wanted }: { runs: number; seen: ReadonlySet<string>; wanted: readonly string[] },
): Promise<void> {
  const missing = () => wanted.filter((outcome) => !seen.has(outcome))
  for (let times = 0; times === 0 || (times < 12 && missing().length > 0); times++)
    await fc.assert(property, { numRuns: runs, endOnFailure: true })
  expect(missing()).toEqual([])
}
