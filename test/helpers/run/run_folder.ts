import { accessSync, constants, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const gigabyte = 2 ** 30

/** What a run of all tests writes at most, with room to spare. */
const needed = 6 * gigabyte

/**
 * Makes a folder for the temporary files of a run, in memory where there is enough of it. Tests make and drop hundreds of
 * databases of 900 files each. On ext4 without a journal, as in many build machines, each new file costs time in proportion
 * to the files that were deleted within the last minute, so that copying a database took ten times as long.
 */
export function makeRunFolder(prefix: string): string {
  return inMemory(prefix) ?? mkdtempSync(join(tmpdir(), prefix))
}

function inMemory(prefix: string): string | undefined {
  if (!existsSync('/dev/shm')) return undefined
  const { bavail, bsize } = statfsSync('/dev/shm')
  if (Math.min(bavail * bsize, process.availableMemory()) < needed) return undefined
  try {
    const folder = mkdtempSync(join('/dev/shm', prefix))
    if (canExecute(folder)) return folder
    rmSync(folder, { recursive: true })
  } catch {
    // Not writable for us.
  }
  return undefined
}

/** Whether programs can be executed in a folder: its file system may be mounted with `noexec`. */
function canExecute(folder: string): boolean {
  const program = join(folder, 'program')
  writeFileSync(program, '', { mode: 0o755 })
  try {
    accessSync(program, constants.X_OK)
    return true
  } catch {
    return false
  } finally {
    rmSync(program)
  }
}
