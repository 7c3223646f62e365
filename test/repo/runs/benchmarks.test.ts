import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

// The benchmarks still run and check their results. Speed is not tested here, because it depends on the machine.

interface Result {
  name: string
  machine: string
  rounds: number
  contestants: { name: string; median: number; spread: [number, number]; ratio: number; also: { winners: string } }[]
}

/** Runs benchmarks in their smallest size, and reads the figures that they write into a file. */
async function figuresOf(folder: string, names: string[]): Promise<Result[]> {
  const file = join(folder, 'figures.json')
  const args = ['bench/run.ts', ...names, '--quick', '--without-peers', '--json', file]
  await promisify(execFile)(process.execPath, args)
  // One benchmark alone is no array.
  return [JSON.parse(await readFile(file, 'utf8'))].flat()
}

test('the benchmarks booking and rush run, make the bookings they report, and write their figures', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'medislot-test-'))
  try {
    const results = await figuresOf(folder, ['booking', 'rush'])
    expect(results.map(({ name }) => name)).toEqual(['booking', 'rush'])
    for (const { machine, rounds, contestants } of results) {
      expect(machine).toMatch(/cores/)
      expect(rounds).toBeGreaterThan(0)
      const names = contestants.map(({ name }) => name)
      expect(names).toEqual(expect.arrayContaining(['medislot graphql', 'medislot rest', 'Express + pg']))
      for (const { median, spread, ratio } of contestants) {
        expect(median).toBeGreaterThan(0)
        expect(spread[0]).toBeLessThanOrEqual(median)
        expect(spread[1]).toBeGreaterThanOrEqual(median)
        expect(ratio).toBeGreaterThan(0)
      }
    }
    const winners = (name: string) => results[1]?.contestants.find((each) => each.name === name)?.also.winners
    expect(winners('medislot graphql')).toBe('1')
    expect(winners('medislot rest')).toBe('1')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

// Not `start` and `paint`, which clone the repository and open a browser.
test.each([
  [['search', 'visits', 'find']],
  [['generation', 'row_level_security', 'jobs']],
  [['events', 'growth', 'cache']],
  [['shards']],
])('the benchmarks %j run, and the checks of their results pass', async (names) => {
  const folder = await mkdtemp(join(tmpdir(), 'medislot-test-'))
  try {
    const results = await figuresOf(folder, names)
    expect(results.map(({ name }) => name)).toEqual(names)
    for (const { contestants } of results) for (const { median } of contestants) expect(median).toBeGreaterThan(0)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
