import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { hasEnded } from '../../helpers/programs/installation.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// A test run that is stopped leaves nothing behind: no Jest worker, no program, no PostgreSQL, no browser, no file.

const selection = ['--maxWorkers=2', '--testMatch=**/test/repo/runs/endless/*.ts']

/** All processes by their ids, from /proc of Linux. */
function processes(): Map<number, { parent: number; command: string }> {
  const found = new Map<number, { parent: number; command: string }>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      found.set(Number(pid), { parent: Number(parent), command })
    } catch {
      // The process has ended since the directory was read.
    }
  return found
}

/** A process and all its descendants. */
function family(root: number): Map<number, string> {
  const all = processes()
  const members = new Map<number, string>()
  const add = (pid: number) => {
    members.set(pid, all.get(pid)?.command ?? '')
    for (const [child, { parent }] of all) if (parent === pid) add(child)
  }
  add(root)
  return members
}

const onLinux = process.platform === 'linux' ? test : test.skip

onLinux.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('a run that ends by %s leaves nothing', async (signal) => {
  const folder = await mkdtemp(join(tmpdir(), 'medislot-stopped-'))
  // PostgreSQL may run as another user.
  await chmod(folder, 0o755)
  // Without the variables for this run's PostgreSQL and those that Jest sets for its workers.
  const { MEDISLOT_TEST_CLUSTER, JEST_WORKER_ID, ...env } = process.env
  const jest = resolve('node_modules/jest/bin/jest.js')
  const run = spawn(process.execPath, ['--experimental-vm-modules', jest, ...selection], {
    env: { ...env, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const count = (members: Map<number, string>, pattern: RegExp) =>
    [...members.values()].filter((command) => pattern.test(command)).length
  let output = ''
  run.stderr.on('data', (data) => {
    output += data
  })
  let members = new Map<number, string>()
  try {
    await eventually(() => {
      members = family(run.pid as number)
      return (
        count(members, /processChild\.js/) === 2 &&
        count(members, /programs\/server\.ts/) === 2 &&
        count(members, /postgres -D /) === 2 &&
        count(members, /clean_up\.ts/) === 1
      )
    }, 'both tests to be at work')
  } catch (error) {
    throw new Error(`The run wrote: ${output}`, { cause: error })
  } finally {
    run.kill(signal)
  }
  for (const pid of members.keys()) await hasEnded(pid)
  await eventually(() => readdirSync(folder).length === 0, 'the files to be removed')
  await rmdir(folder)
})
