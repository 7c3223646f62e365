import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { describe } from '@jest/globals'
import { findProgram } from './find_program.ts'

/**
 * Tests that need a program of a Debian package, which `.ci/run` installs (add the package's name there). `program` is
 * its name, or its path if the package installs it outside every PATH. Without it the tests are skipped, and a line on
 * stderr says why, so that a run that passes does not seem to have tested them.
 *
 *     describeWithProgram('pgbouncer', 'pgbouncer', (path) => { test(…) })
 */
export function describeWithProgram(debianPackage: string, program: string, tests: (path: string) => void): void {
  describeWith(debianPackage, program, findProgram(program), tests)
}

/**
 * Tests that need a Python module of a Debian package: as describeWithProgram. `python` is the path of Debian's Python, which
 * is not always the first one of PATH.
 */
export function describeWithPythonModule(debianPackage: string, module: string, tests: (python: string) => void): void {
  const python = '/usr/bin/python3'
  const { status } = spawnSync(python, ['-c', `import ${module}`])
  describeWith(debianPackage, module, status === 0 ? python : undefined, tests)
}

/** Tests that need a library of a Debian package, such as an extension of PostgreSQL, by its path: as describeWithProgram. */
export function describeWithLibrary(debianPackage: string, library: string, tests: (path: string) => void): void {
  describeWith(debianPackage, basename(library), existsSync(library) ? library : undefined, tests)
}

function describeWith(
  debianPackage: string,
  what: string,
  path: string | undefined,
  tests: (path: string) => void,
): void {
  if (path) {
    describe(`with ${what}`, () => tests(path))
    return
  }
  process.stderr.write(
    `SKIPPED: the tests with ${what}, which is not on this machine (apt-get install ${debianPackage}; .ci/run does)\n`,
  )
  // Declared, so that the report names the tests and counts them as skipped.
  describe.skip(`with ${what}, which is not on this machine`, () => tests(what))
}
