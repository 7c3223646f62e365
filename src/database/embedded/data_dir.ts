import { createHash } from 'node:crypto'
import { access, chmod, constants, mkdir, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StartError } from '../../process/settings.ts'
import { sharedFolder } from './binaries.ts'
import { canEnter, serverUser } from './os_user.ts'

const checkout = resolve(import.meta.dirname, '../../..')

/**
 * The data directory of the embedded server, created if it is missing: MEDISLOT_DATA_DIR, else `.medislot` in the checkout, so
 * that each checkout has its own. When root runs it in a checkout that the user `postgres` cannot enter (below a private
 * home), it is a folder below /var/lib/medislot, named after the checkout's path.
 * Throws StartError, naming MEDISLOT_DATA_DIR, when the directory cannot be made or used.
 */
export async function dataDirectory(given: string | undefined): Promise<string> {
  const user = await serverUser()
  const dataDir = resolve(
    given ?? ((await canEnter(user, checkout)) ? join(checkout, '.medislot') : join(sharedFolder, nameOf(checkout))),
  )
  try {
    await mkdir(dataDir, { recursive: true })
    await access(dataDir, constants.W_OK)
    // `postgres` must be able to enter; secret files inside have private modes of their own.
    if (user) await chmod(dataDir, 0o755)
  } catch (cause) {
    throw new StartError(
      `MEDISLOT_DATA_DIR: cannot write to ${dataDir} (${(cause as Error).message}). Choose another directory.`,
      { cause },
    )
  }
  if (!(await canEnter(user, dataDir))) {
    throw new StartError(
      `MEDISLOT_DATA_DIR: the operating-system user postgres, which the server runs as (it refuses root), cannot enter ${dataDir}. Choose a directory that is not below a private one.`,
    )
  }
  // Without symlinks, so that a directory has one name, by which a running server is recognised.
  return realpath(dataDir)
}

const nameOf = (path: string) => createHash('sha256').update(path).digest('hex').slice(0, 16)
