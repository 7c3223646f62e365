import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

// That the benchmarks still run and check what they measure; how fast anything is, nobody can say here.
test('booking and rush run, book what they say, and write their figures', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'medislot-test-'))
  try {
    const file = join(folder, 'figures.json')
    await promisify(execFile)(process.execPath, [
      'bench/run.ts',
      'booking',
      'rush',
      '--quick',
      '--without-peers',
      '--json',
      file,
    ])
    const results = JSON.parse(await readFile(file, 'utf8'))
    expect(results.map(({ name }: { name: string }) => name)).toEqual(['booking', 'rush'])
    for (const { machine, rounds, contestants } of results) {
      expect(machine).toMatch(/cores/)
      expect(rounds).toBeGreaterThan(0)
      const names = contestants.map(({ name }: { name: string }) => name)
      expect(names).toEqual(expect.arrayContaining(['medislot graphql', 'medislot rest', 'Express + pg']))
      for (const { median, spread, ratio } of contestants) {
        expect(median).toBeGreaterThan(0)
        expect(spread[0]).toBeLessThanOrEqual(median)
        expect(spread[1]).toBeGreaterThanOrEqual(median)
        expect(ratio).toBeGreaterThan(0)
      }
    }
    const winners = (result: { contestants: { name: string; also: { winners: string } }[] }, name: string) =>
      result.contestants.find((each) => each.name === name)?.also.winners
    expect(winners(results[1], 'medislot graphql')).toBe('1')
    expect(winners(results[1], 'medislot rest')).toBe('1')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
