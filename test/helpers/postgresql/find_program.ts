import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

// Debian installs some programs outside the PATH of an ordinary user.
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

/** The path of a program, given its name, or its path if it is installed outside every PATH. Undefined if there is none. */
export function findProgram(program: string): string | undefined {
  const path = program.startsWith('/') ? program : folders.map((folder) => join(folder, program)).find(isExecutable)
  return path && isExecutable(path) ? path : undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
