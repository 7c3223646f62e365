import { existsSync, globSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

// A separate process beside a test run. When the run ends for any reason, even kill -9, the pipe on standard input
// closes. Then this process removes everything of the run: Jest workers, PostgreSQL, files. Its argument is the folder
// of the run.
const folder = process.argv[2] as string

// Ctrl-C signals every process of the terminal; this one has to end last.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.stdin.resume().once('close', async () => {
  // A worker that still runs would start more processes.
  for (const worker of existsSync(join(folder, 'workers')) ? readdirSync(join(folder, 'workers')) : [])
    end(Number(worker), 'SIGKILL')
  const servers = globSync('**/postmaster.pid', { cwd: folder }).map((path) =>
    Number(readFileSync(join(folder, path), 'utf8').split('\n')[0]),
  )
  // An immediate shutdown, because these databases are not needed any more.
  for (const server of servers) end(server, 'SIGQUIT')
  while (servers.some((server) => end(server, 0))) await sleep(50)
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  process.exit()
})

/** Sends a signal. Returns whether the process existed. */
function end(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
