import '../../src/graphql/schema/graphile_env.ts'
import { parseArgs } from 'node:util'
import { log } from '../../src/process/log.ts'
import { faults } from './faults.ts'
import { startSite } from './site.ts'
import { tryFault, undelivered } from './trial.ts'

// npm run test:faults: every fault in turn, for longer than in the test suite, with a table of the results.

const usage = `npm run test:faults -- [--fault name]... [--duration seconds] [--seed number]
  --fault     one of: ${Object.keys(faults).join(', ')}; by default all
  --duration  how long clients are at work under each fault, seconds; by default 20
  --seed      what they want, by default another one each time`
const options = {
  fault: { type: 'string', multiple: true, default: Object.keys(faults) },
  duration: { type: 'string', default: '20' },
  seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
} as const

function readOptions() {
  try {
    const { values } = parseArgs({ options })
    const [seconds, seed] = [Number(values.duration), Number(values.seed)]
    const unknown = values.fault.filter((name) => !faults[name])
    if (unknown.length === 0 && seconds > 0 && Number.isInteger(seed)) return { names: values.fault, seconds, seed }
  } catch {}
  process.stderr.write(`${usage}\n`)
  process.exit(2)
}

const columns = [20, 12, 14, 9, 9, 14, 15, 0]
const print = (...cells: (string | number)[]) =>
  process.stdout.write(
    `${cells.map((cell, i) => String(cell)[i === 0 ? 'padEnd' : 'padStart'](columns[i] ?? 0)).join('')}\n`,
  )

const { names, seconds, seed } = readOptions()
log.level = 'error'
process.stdout.write(`seed ${seed}, ${seconds} s each\n`)
const site = await startSite({ ownVolume: true })
// Otherwise a mounted volume would remain.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => site.stop().finally(() => process.exit(130)))
const clinics: string[] = []
const broken: string[] = []
try {
  print('fault', 'operations', 'acknowledged', 'refused', 'unknown', 'recovered ms', 'slots checked', '  verdict')
  for (const name of names) {
    const fault = faults[name] as (typeof faults)[string]
    const reason = await fault.skip?.()
    if (reason) {
      print(name, '', '', '', '', '', '', `  skipped: ${reason}`)
      continue
    }
    const trial = await tryFault(site, fault, { seed, seconds })
    clinics.push(trial.clinicId)
    broken.push(...trial.broken)
    const { operations, acknowledged, refused, unknown, recoveredMs, slots } = trial
    const verdict = trial.broken.length === 0 ? '  held' : `  BROKEN in ${trial.broken.length} places`
    print(name, operations, acknowledged, refused, unknown, recoveredMs, slots, verdict)
    // Printed at once, so that a later error cannot suppress it.
    for (const what of trial.broken) process.stdout.write(`${name}: ${what}\n\n`)
  }
  const left = await undelivered(site, clinics).catch((error: Error) => [String(error.stack)])
  for (const what of left) process.stdout.write(`${what}\n`)
  broken.push(...left)
  process.stdout.write(
    broken.length === 0
      ? `Every message owed was delivered (${site.smtp.mails.length} arrived).\n`
      : `Again: npm run test:faults -- ${names.map((name) => `--fault ${name} `).join('')}--duration ${seconds} --seed ${seed}\n`,
  )
} finally {
  await site.stop()
}
process.exit(broken.length === 0 ? 0 : 1)
