import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { eventually } from '../time/eventually.ts'
import { type Program, type ProgramOptions, startProgram } from './program.ts'

/** A data directory for the program that `npm start` runs, for tests of the embedded server. */
export interface Installation {
  dataDir: string
  /**
   * Starts the program on it, without the demo clinics, which take most of the time of a first start and have another
   * test.
   */
  start(options?: ProgramOptions): Promise<Program>
  /** The process id of its PostgreSQL. */
  postmaster(): number
  /** Kills the programs that still run on it. */
  killPrograms(): Promise<void>
  /** Kills the programs that still run on it, and its PostgreSQL, and removes it. */
  remove(): Promise<void>
}

/** A new, empty data directory. Call remove() when done. */
export async function newInstallation(): Promise<Installation> {
  const dataDir = await mkdtemp(join(tmpdir(), 'medislot-main-'))
  const programs: Program[] = []
  const postmaster = () => Number(readFileSync(join(dataDir, 'pg/postmaster.pid'), 'utf8').split('\n')[0])
  async function killPrograms(): Promise<void> {
    for (const program of programs) await program.stop('SIGKILL')
  }
  return {
    dataDir,
    postmaster,
    killPrograms,
    async start(options = {}) {
      const env = { MEDISLOT_DATA_DIR: dataDir, DEMO: 'off', ...options.env }
      const program = await startProgram('main', { ...options, env })
      programs.push(program)
      return program
    },
    async remove() {
      await killPrograms()
      if (existsSync(join(dataDir, 'pg/postmaster.pid'))) {
        const pid = postmaster()
        if (isAlive(pid)) process.kill(pid, 'SIGQUIT')
        await hasEnded(pid)
      }
      await rm(dataDir, { recursive: true })
    },
  }
}

/** The address for psql in the ready line of a program. */
export function psqlOf({ readyLine }: Program): string {
  return /psql: (postgresql:\S+)/.exec(readyLine)?.[1] ?? ''
}

/** Runs one statement on a separate connection, and returns the rows. */
export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** Whether a process is running. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // In a container whose first process does not reap orphans, an ended process stays listed as a zombie.
    const stat = `/proc/${pid}/stat`
    return !existsSync(stat) || !/\) Z/.test(readFileSync(stat, 'utf8'))
  } catch {
    return false
  }
}

/** Waits until a process has ended. */
export async function hasEnded(pid: number): Promise<void> {
  await eventually(() => !isAlive(pid), `the end of process ${pid}`)
}
