import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from '@jest/globals'

// Debian has them where an ordinary user's PATH does not lead.
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

/**
 * Tests that need a program of a Debian package, which `.ci/run` installs (add the package's name there). `program` is its
 * name, or its path where the package keeps it out of every PATH. Elsewhere the tests are skipped, and a line on stderr says
 * why: a run that passes must not look as if it had proved more than it did.
 *
 *     describeWithProgram('pgbouncer', 'pgbouncer', (path) => { test(…) })
 */
export function describeWithProgram(debianPackage: string, program: string, tests: (path: string) => void): void {
  const path = program.startsWith('/') ? program : folders.map((folder) => join(folder, program)).find(isExecutable)
  if (path && isExecutable(path)) {
    describe(`with ${program}`, () => tests(path))
    return
  }
  process.stderr.write(
    `SKIPPED: the tests with ${program}, which is not on this machine (apt-get install ${debianPackage}; .ci/run does)\n`,
  )
  // Declared all the same, so that the report names them and counts them as skipped.
  describe.skip(`with ${program}, which is not on this machine`, () => tests(program))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
