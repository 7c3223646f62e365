import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { jest } from '../helpers/run/jest.ts'

// npm run test:clock -- [--stock] 'YYYY-MM-DD HH:MM' path...: runs tests as if they began at that moment, in UTC. The clocks of
// Node, PostgreSQL, our programs and the pages are moved, and go on from there. It shows the tests, and the rules, that depend
// on the hour, the weekday or the date.

const usage = `npm run test:clock -- [--stock] 'YYYY-MM-DD HH:MM' path...
  --stock  on Debian's PostgreSQL 15, as in npm run test:stock
  the moment (UTC) at which the tests believe to begin
  paths of tests, and options of Jest`

const given = process.argv.slice(2)
const stock = given[0] === '--stock'
const [moment = '', ...tests] = stock ? given.slice(1) : given
const ahead = Math.round((Date.parse(`${moment}Z`) - Date.now()) / 1000)
if (!/^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(moment) || Number.isNaN(ahead) || tests.length === 0) {
  process.stderr.write(`${usage}\n`)
  process.exit(2)
}
const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')
if (!library) {
  process.stderr.write('SKIPPED: libfaketime is not on this machine (apt-get install libfaketime)\n')
  process.exit(0)
}

const command = stock ? [resolve('test/servers/command.ts')] : jest
const run = spawn(process.execPath, [...command, ...tests, 'test/clock'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    LD_PRELOAD: library,
    FAKETIME: `${ahead < 0 ? '' : '+'}${ahead}`,
    // How long something took is measured with this one, which always begins at the start of the machine.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'pass_on.ts'))}`,
    TEST_CLOCK: `${moment}Z`,
    TEST_CLOCK_AHEAD: String(ahead),
  },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => run.kill(signal))
const [code] = (await once(run, 'exit')) as [number | null]
process.exit(code ?? 1)
