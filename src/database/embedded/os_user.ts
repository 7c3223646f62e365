import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { promisify } from 'node:util'
import { StartError } from '../../process/settings.ts'

const run = promisify(execFile)

/** The operating-system user that PostgreSQL runs as, in the form spawn() takes. */
export interface OsUser {
  uid: number
  gid: number
}

/**
 * The user to run PostgreSQL as; undefined means the current user. PostgreSQL does not run as root, so root gets the owner of
 * the cluster at the given path, if there is one, else the user `postgres`, which is created if it is missing. A uid without
 * a user would not do, since initdb looks up its user's name.
 * Throws StartError when there is no such user and none can be made.
 */
export async function serverUser(cluster?: string): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const owner = cluster && statSync(cluster, { throwIfNoEntry: false })
  if (owner) return { uid: owner.uid, gid: owner.gid }
  const existing = await lookUp()
  if (existing) return existing
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'])
  } catch (cause) {
    // Another process that started at the same time has created it.
    const made = await lookUp()
    if (made) return made
    throw new StartError(
      'PostgreSQL does not run as root, and the user postgres is missing and could not be made. Start as an ordinary user, or set DATABASE_URL.',
      { cause },
    )
  }
  return lookUp()
}

async function lookUp(): Promise<OsUser | undefined> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])))
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
  } catch {
    return undefined
  }
}

/** Whether that user can enter a directory. Tried out, since access lists and mounts count as well as modes. */
export async function canEnter(user: OsUser | undefined, directory: string): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { ...user, cwd: '/' })
    return true
  } catch {
    return false
  }
}
