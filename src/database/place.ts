import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { binaries } from './binaries.ts'
import { type OsUser, serverUser } from './os_user.ts'

/** Where an embedded server lives and how its programs are run. */
export interface Place {
  dataDir: string
  /** PostgreSQL's own directory. */
  cluster: string
  logFile: string
  /** Remembers the port, so that an address noted down goes on working. */
  portFile: string
  /** The folder of PostgreSQL's programs. */
  programs: string
  /** How spawn() runs them: as which user, in a folder that user can enter, in the same environment everywhere. */
  spawning: Partial<OsUser> & { cwd: string; env: NodeJS.ProcessEnv }
}

/** The names inside a data directory. */
export const namesIn = (dataDir: string) => ({
  dataDir,
  cluster: join(dataDir, 'pg'),
  logFile: join(dataDir, 'postgres.log'),
  portFile: join(dataDir, 'port'),
})

/** The place of a data directory that exists. Throws StartError when PostgreSQL cannot be run here. */
export async function placeOf(dataDir: string): Promise<Place> {
  const names = namesIn(dataDir)
  const user = await serverUser(names.cluster)
  // A foreign PGDATA or PGOPTIONS, or a locale this machine lacks, must not get in.
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  return { ...names, programs: await binaries(user), spawning: { ...user, cwd: '/', env } }
}

const execute = promisify(execFile)

/** Runs one of PostgreSQL's programs to its end. Throws execFile's error, with `stderr`, when it fails. */
export async function runProgramOf({ programs, spawning }: Place, program: string, args: string[]): Promise<void> {
  await execute(join(programs, program), args, spawning)
}
