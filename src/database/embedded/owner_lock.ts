import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Locks a data directory for this process. Returns a function that releases the lock, which may be called any number of
 * times, or undefined when a running process has the lock. The kernel frees the lock when its process dies, for
 * whatever reason. A pid file cannot do that: after kill -9 its number may belong to another process. Node has no
 * flock(), but its standard library has SQLite, whose file locks do the same. Nothing is ever written to the file.
 */
export function takeOwnership(dataDir: string): (() => void) | undefined {
  const file = new DatabaseSync(join(dataDir, 'owner.lock'), { timeout: 0 })
  try {
    // Without a journal file, since nothing is written.
    file.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    file.close()
    const busy = 5 // SQLITE_BUSY
    if ((error as { errcode?: number }).errcode === busy) return undefined
    throw error
  }
  return () => {
    if (file.isOpen) file.close()
  }
}
