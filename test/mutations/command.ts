import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { log } from '../../src/process/log.ts'
import { mutations } from './all.ts'
import { Lane, type Run } from './lane.ts'
import { applied, type Mutation, sourceFiles } from './mutation.ts'

// npm run test:mutations: makes one mutation after another in a copy of the checkout, and shows that a test detects
// each.

const usage = `npm run test:mutations -- [--only text]... [--lanes number]
  --only   mutations whose name or file holds this; by default all
  --lanes  how many are tried at a time; by default one for each processor, at most four`
const options = {
  only: { type: 'string', multiple: true, default: [''] as string[] },
  lanes: { type: 'string', default: String(Math.min(availableParallelism(), 4)) },
} as const

function readOptions() {
  try {
    const { values } = parseArgs({ options })
    const chosen = mutations.filter(({ name, file }) => values.only.some((part) => `${name} ${file}`.includes(part)))
    const lanes = Math.min(Number(values.lanes), chosen.length)
    if (lanes > 0) return { chosen, lanes }
  } catch {}
  process.stderr.write(`${usage}\n`)
  process.exit(2)
}

const { chosen, lanes: count } = readOptions()
log.level = 'error'
// A mutation that no longer applies is reported at once, not after minutes.
const files = sourceFiles('.')
for (const mutation of chosen) applied('.', files, mutation)

const lanes: Lane[] = []
let ending: Promise<unknown> | undefined
const endAll = () => {
  ending ??= Promise.all(lanes.map((lane) => lane.end()))
  return ending
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => endAll().finally(() => process.exit(130)))
}

const complaints: string[] = []
try {
  for (let n = 0; n < count; n++) lanes.push(await Lane.open())
  await control()
  if (complaints.length === 0) await tryAll()
} finally {
  await endAll()
}
process.stdout.write(
  complaints.length === 0 ? `Each of ${chosen.length} mutations is caught.\n` : `\n${complaints.join('\n\n')}\n`,
)
process.exit(complaints.length === 0 ? 0 : 1)

/** Checks that the tests pass on the unchanged sources; otherwise a failure would prove nothing. */
async function control(): Promise<void> {
  const whole = chosen.filter(({ only }) => only === undefined)
  const parts = chosen.filter(({ only }) => only !== undefined)
  const [one, other = one] = lanes as [Lane, Lane?]
  const runs: Promise<Run>[] = []
  if (whole.length > 0) runs.push(one.control(whole))
  if (other === one) await Promise.all(runs)
  if (parts.length > 0) runs.push(other.control(parts))
  for (const { failed, broken } of await Promise.all(runs)) {
    for (const title of failed) complaints.push(`fails without any mutation: ${title}`)
    if (broken) complaints.push(broken)
  }
}

async function tryAll(): Promise<void> {
  const width = Math.max(...chosen.map(({ name }) => name.length)) + 2
  const waiting = [...chosen]
  const work = async (lane: Lane) => {
    for (let mutation = waiting.shift(); mutation && !ending; mutation = waiting.shift()) {
      const began = performance.now()
      const run = await lane.try(mutation)
      const seconds = ((performance.now() - began) / 1000).toFixed(1)
      process.stdout.write(`${mutation.name.padEnd(width)}${seconds.padStart(6)} s  ${verdict(mutation, run)}\n`)
    }
  }
  await Promise.all(lanes.map(work))
}

function verdict({ name, file, caughtBy }: Mutation, { failed, passed, broken }: Run): string {
  if (failed.length > 0) return `caught by "${failed[0]}"${failed.length > 1 ? ` and ${failed.length - 1} more` : ''}`
  if (broken) {
    complaints.push(`"${name}" in ${file} could not be tried: ${broken}`)
    return 'COULD NOT BE TRIED'
  }
  complaints.push(`"${name}" in ${file} survives: all ${passed} tests of ${caughtBy} pass`)
  return 'SURVIVES'
}
