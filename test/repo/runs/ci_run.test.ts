import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

// .ci/run with replacements for npm and apt-get that only print their arguments: the parts and their results are those
// of the real script.

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medislot-ci-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Runs .ci/run. `outcomes` are the exit codes of npm's commands and what they print, by their arguments; 0 by default. */
function run(outcomes: Record<string, [code: number, printed: string]>) {
  const commands = join(folder, 'commands')
  mkdirSync(commands)
  const cases = Object.entries(outcomes).map(
    ([name, [code, printed]]) => `"${name}") echo "${printed}"; exit ${code};;`,
  )
  const programs = { npm: `echo "npm $*"; case "$*" in ${cases.join(' ')} esac`, 'apt-get': 'exit 0' }
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(commands, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(commands, name), 0o755)
  }
  const env = { PATH: `${commands}${delimiter}${process.env.PATH}`, TMPDIR: folder }
  const { status, stdout } = spawnSync('.ci/run', { env, encoding: 'utf8' })
  return { status, lines: stdout.trimEnd().split('\n') }
}

test('the last lines of a run say that each part passed', () => {
  const { status, lines } = run({})
  expect(status).toBe(0)
  expect(lines.slice(-4)).toEqual(['test: passed', 'test:slow: passed', 'test:stock: passed', 'test:sharded: passed'])
})

test('a part that fails stops no other, and the last lines show its failed files and tests', () => {
  const printed =
    'PASS test/a.test.ts\nFAIL test/b.test.ts (9 s)\n  ● Console\n  ● b › counts\n    expected 1\nPASS test/c.test.ts\nits log\n' +
    'FAIL test/b.test.ts (9 s)\n  ● b › counts\n    expected 1'
  const { status, lines } = run({ 'run test': [3, printed], 'run test:stock': [1, 'out of memory'] })
  expect(status).toBe(1)
  expect(lines).toEqual(
    expect.arrayContaining(['npm run test', 'npm run test:slow', 'npm run test:sharded', 'npm run test:stock']),
  )
  const end = [
    'test: failed with 3',
    'FAIL test/b.test.ts (9 s)',
    '  ● b › counts',
    '    expected 1',
    'test:slow: passed',
    'test:stock: failed with 1',
    'npm run test:stock',
    'out of memory',
    'test:sharded: passed',
  ]
  expect(lines.slice(-9)).toEqual(end)
})

test('without the packages of the lock file no part runs', () => {
  const { status, lines } = run({ ci: [7, 'no network'] })
  expect(status).toBe(7)
  expect(lines.slice(-2)).toEqual(['npm ci', 'no network'])
})
