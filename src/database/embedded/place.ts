import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { binaries } from './binaries.ts'
import { type OsUser, serverUser } from './os_user.ts'

/** The files of an embedded server, and how to run its programs. */
export interface Place {
  dataDir: string
  /** PostgreSQL's own directory. */
  cluster: string
  logFile: string
  /** Stores the port, so that the address stays the same at the next start. */
  portFile: string
  /** The folder of PostgreSQL's programs. */
  programs: string
  /** Options for spawn(): the user, a folder that the user can enter, and an environment that is the same everywhere. */
  spawning: Partial<OsUser> & { cwd: string; env: NodeJS.ProcessEnv }
}

/** The paths inside a data directory. */
export const namesIn = (dataDir: string) => ({
  dataDir,
  cluster: join(dataDir, 'pg'),
  logFile: join(dataDir, 'postgres.log'),
  portFile: join(dataDir, 'port'),
})

/** The place of an existing data directory. Throws StartError when PostgreSQL cannot run here. */
export async function placeOf(dataDir: string): Promise<Place> {
  const names = namesIn(dataDir)
  const user = await serverUser(names.cluster)
  // Without PGDATA, PGOPTIONS or a locale that this machine does not have.
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  return { ...names, programs: await binaries(user), spawning: { ...user, cwd: '/', env } }
}

const execute = promisify(execFile)

/** Runs one of PostgreSQL's programs and waits for its end. Throws execFile's error, with `stderr`, when it fails. */
export async function runProgramOf({ programs, spawning }: Place, program: string, args: string[]): Promise<void> {
  await execute(join(programs, program), args, spawning)
}
