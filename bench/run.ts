import { readFile, writeFile } from 'node:fs/promises'
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, Result, Scale } from './measure/benchmark.ts'
import { picture } from './measure/picture.ts'
import { installPeers } from './prepare.ts'

// `npm run bench -- [name …] [--quick | --full] [--json FILE] [--record] [--without-peers]`: see README.md. Exits with
// 1 when a benchmark fails, after the others have run.

const names = [
  'booking',
  'rush',
  'search',
  'visits',
  'find',
  'generation',
  'row_level_security',
  'jobs',
  'events',
  'growth',
  'start',
  'paint',
  'cache',
  'shards',
] as const

const cpu = cpus()[0]?.model.trim() ?? arch()
const gigabytes = Math.round(totalmem() / 2 ** 30)
const machine = `${availableParallelism()} cores (${cpu}), ${gigabytes} GB, ${platform()} ${release()}, Node ${process.versions.node}, embedded PostgreSQL 18, fsync on`

const {
  positionals,
  values: { json, ...asked },
} = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    'without-peers': { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})
const unknown = positionals.filter((name) => !names.includes(name as (typeof names)[number]))
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. There are: ${names.join(', ')}.\n`)
  process.exit(2)
}
const scale: Scale = asked.full ? 'full' : asked.quick ? 'quick' : 'usual'
const chosen = positionals.length > 0 ? positionals : names
const benchmarks = await Promise.all(
  chosen.map(async (name) => (await import(`./benchmarks/${name}.ts`)).benchmark as Benchmark),
)
if (!asked['without-peers'] && benchmarks.some(({ peers }) => peers)) installPeers()

const minutes = benchmarks.reduce((sum, { seconds }) => sum + seconds[scale], 0) / 60
note(`${chosen.join(', ')} (${scale}): about ${minutes < 1 ? 'a minute' : `${Math.ceil(minutes)} minutes`}\n`)
const resultsFile = join(import.meta.dirname, 'results.json')
const pictureFile = join(import.meta.dirname, 'results.svg')
// The child processes alone do not keep this process alive.
setInterval(() => undefined, 60_000)
const results: Result[] = []
const failed: string[] = []
for (const benchmark of benchmarks) {
  const { name, work } = benchmark
  const load = loadavg()[0] as number
  const began = performance.now()
  try {
    const contestants = await benchmark.run(scale, (text) => note(`  ${text}\n`))
    const seconds = Math.round((performance.now() - began) / 1000)
    const rounds = Math.max(0, ...contestants.map(({ rounds }) => rounds))
    const result = { name, work, scale, date: new Date().toISOString(), machine, load, seconds, rounds, contestants }
    results.push(result)
    process.stdout.write(`${table(result)}\n`)
    // After each, so that an interrupted run keeps its results.
    if (json) await writeFile(json, `${JSON.stringify(results.length === 1 ? result : results, null, 2)}\n`)
    if (asked.record) await record(result)
  } catch (error) {
    failed.push(name)
    process.stderr.write(`${name} failed: ${(error as Error).stack}\n`)
  }
}
if (failed.length > 0) process.stderr.write(`failed: ${failed.join(', ')}\n`)
process.exit(failed.length > 0 ? 1 : 0)

function note(text: string): void {
  process.stderr.write(text)
}

/** The figures as a table for a terminal. */
function table({ name, work, contestants, seconds }: Result): string {
  const lines: string[] = ['', `${name}: ${work}`]
  let heading: string | undefined
  for (const { name: contestant, group, unit, median, spread, ratio, also } of contestants) {
    if (group !== heading) lines.push(`  ${group}`)
    heading = group
    const further = Object.entries(also ?? {}).map(([what, figure]) => `${what} ${figure}`)
    lines.push(
      [
        `    ${contestant.padEnd(44)}`,
        `${rounded(median)} ${unit}`.padEnd(16),
        `${spread.map(rounded).join(' to ')}`.padEnd(18),
        ratio === null ? '' : `ratio ${ratio.toFixed(2)}`.padEnd(12),
        further.join(', '),
      ]
        .join(' ')
        .trimEnd(),
    )
  }
  return [...lines, `  (median, least to greatest of the rounds, ratio to the first; ${seconds} s)`].join('\n')
}

function rounded(figure: number): string {
  return figure >= 100 ? figure.toFixed(0) : figure.toPrecision(figure >= 1 ? 3 : 2)
}

/** Stores a result beside those of other benchmarks, and draws the picture of all of them again. */
async function record(result: Result): Promise<void> {
  const kept: Result[] = JSON.parse(await readFile(resultsFile, 'utf8').catch(() => '[]'))
  const all = [...kept.filter(({ name }) => name !== result.name), result]
  const order: readonly string[] = names
  all.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  await writeFile(resultsFile, `${JSON.stringify(all, null, 2)}\n`)
  await writeFile(pictureFile, picture(all))
}
