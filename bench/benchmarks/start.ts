import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProgram } from '../../test/helpers/programs/program.ts'
import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { type Measured, measured } from '../measure/compare.ts'
import { inFolder } from '../measure/folder.ts'
import { megabytesOf } from './growth.ts'

const sizes = {
  quick: { clones: 0, starts: 1 },
  usual: { clones: 1, starts: 3 },
  full: { clones: 3, starts: 9 },
}

export const benchmark: Benchmark = {
  name: 'start',
  work: 'from nothing to the line that says medislot is ready, seconds; memory ten seconds later',
  seconds: { quick: 20, usual: 120, full: 600 },
  run,
}

const checkout = resolve(import.meta.dirname, '../..')

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { clones, starts } = sizes[scale]
  const seconds: Record<string, number[]> = { 'git clone, npm ci, npm start': [], 'first start': [], 'later start': [] }
  const megabytes: Record<string, number[]> = { 'medislot (server and worker)': [], PostgreSQL: [] }
  const timed = async <T>(name: string, work: () => Promise<T>) => {
    const began = performance.now()
    const result = await work()
    seconds[name]?.push((performance.now() - began) / 1000)
    return result
  }

  for (let i = 0; i < clones; i++) {
    progress('a fresh clone')
    await inFolder(async (folder) => {
      const clone = join(folder, 'medislot')
      await timed('git clone, npm ci, npm start', async () => {
        const quiet = { stdio: 'ignore' } as const
        execFileSync('git', ['clone', '--quiet', checkout, clone], quiet)
        execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: clone, ...quiet })
        execFileSync('npm', ['run', 'build:web'], { cwd: clone, ...quiet })
        const program = await startProgram('main', { cwd: clone, env: { LOG_LEVEL: 'warn' } })
        await isReady(program.url)
        return program
      }).then((program) => program.stop())
    })
  }
  for (let i = 0; i < starts; i++) {
    progress(`start ${i + 1} of ${starts}`)
    await inFolder(async (folder) => {
      for (const name of ['first start', 'later start']) {
        const env = { LOG_LEVEL: 'warn', MEDISLOT_DATA_DIR: join(folder, 'data') }
        const program = await timed(name, async () => {
          const started = await startProgram('main', { env })
          await isReady(started.url)
          return started
        })
        if (name === 'later start') {
          await sleep(scale === 'quick' ? 1000 : 10_000)
          const own = megabytesOf(program.process.pid)
          megabytes['medislot (server and worker)']?.push(own)
          megabytes.PostgreSQL?.push(treeOf(program.process.pid) - own)
        }
        await program.stop()
      }
    })
  }
  return [
    ...Object.entries(seconds)
      .filter(([, figures]) => figures.length > 0)
      .map(([name, figures]) => ({ group: 'until ready', ...measured(name, 's', figures) })),
    ...Object.entries(megabytes).map(([name, figures]) => ({
      group: 'memory at rest',
      ...measured(name, 'MB', figures),
    })),
  ]
}

/** A program is ready when it says so and then answers. */
async function isReady(url: string): Promise<void> {
  const { status } = await fetch(`${url}/readyz`)
  if (status !== 200) throw new Error(`/readyz answers ${status}`)
}

/** Memory of a process and its children. Shared memory is counted in each, so the sum is too large. */
function treeOf(root: number | undefined): number {
  const processes = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const below = (pid: number): number[] => [
    pid,
    ...processes.filter(([, parent]) => parent === pid).flatMap(([child]) => below(child as number)),
  ]
  return below(root as number).reduce((sum, pid) => sum + megabytesOf(pid), 0)
}
