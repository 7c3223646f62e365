import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

test('no test has a time limit shorter than the default, which a busy machine would exceed', () => {
  const limitOfAll = number(/testTimeout: ([\d_]+)/.exec(readFileSync('jest.config.js', 'utf8'))?.[1])
  expect(limitOfAll).toBeGreaterThanOrEqual(300_000)
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.ts'))
  const shorter = files.flatMap((path) =>
    // The last argument of test(), it() or a hook, after its function. Values below a second belong to timers.
    [...readFileSync(join('test', path), 'utf8').matchAll(/^ *\},?\s+(\d[\d_]*),?\s*\)$/gm)]
      .filter(([, limit]) => number(limit) >= 1000 && number(limit) < limitOfAll)
      .map(([text]) => `${path}: ${text}`),
  )
  expect(shorter).toEqual([])
})

const number = (text: string | undefined) => Number(text?.replaceAll('_', ''))
