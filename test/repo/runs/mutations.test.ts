import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { mutations } from '../../mutations/all.ts'
import { applied, findFile, sourceFiles } from '../../mutations/mutation.ts'

// npm run test:mutations takes minutes. This test shows at once whether each mutation still applies after a change.
const files = sourceFiles('.')

it.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
  '%s: the mutation applies, and its test exists',
  (_, mutation) => {
    expect(applied('.', files, mutation).mutated).not.toBe(applied('.', files, mutation).original)
    const test = findFile(files, mutation.caughtBy)
    expect(test).toMatch(/\.test\.ts$/)
    // If the test had been renamed, it would not run, and the mutation would seem to survive.
    expect(readFileSync(test, 'utf8')).toContain(mutation.only ?? '')
  },
)

it('no two mutations have the same name', () => {
  const names = mutations.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
})
