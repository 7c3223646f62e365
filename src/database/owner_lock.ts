import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Takes a data directory for this process alone. Gives a function that lets it go, any number of times, or undefined
 * when a living process has it. The kernel frees the lock when its holder dies, however it dies, which a pid file cannot
 * promise: after kill -9 its number may be somebody else's. Node has no flock(); SQLite's lock on a file is the same
 * thing and is in the standard library. Nothing is ever written to the file.
 */
export function takeOwnership(dataDir: string): (() => void) | undefined {
  const file = new DatabaseSync(join(dataDir, 'owner.lock'), { timeout: 0 })
  try {
    // Without a journal beside it: nothing will be written.
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
