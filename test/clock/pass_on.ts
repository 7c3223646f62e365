import { ChildProcess } from 'node:child_process'
import { basename } from 'node:path'

// Loaded into every Node of `npm run test:clock` (command.ts). PostgreSQL and our programs are started with an environment that
// has only what they need, so the clock is added here, where every child process passes, and neither src/ nor the tests have to
// know of it. Chromium hangs under libfaketime: its pages have a clock of their own (test/helpers/browser/browser.ts).

interface Starting {
  file: string
  envPairs: string[]
}
/** Not in Node's documentation: what spawn, execFile and fork call. */
const prototype = ChildProcess.prototype as unknown as { spawn(starting: Starting): unknown }

const names = ['LD_PRELOAD', 'FAKETIME', 'FAKETIME_DONT_FAKE_MONOTONIC', 'NODE_OPTIONS']
const clock = names.map((name) => `${name}=${process.env[name]}`)

const { spawn } = prototype
prototype.spawn = function (starting) {
  const others = starting.envPairs.filter((pair) => !names.some((name) => pair.startsWith(`${name}=`)))
  const envPairs = /^chrom/.test(basename(starting.file)) ? others : [...others, ...clock]
  return spawn.call(this, { ...starting, envPairs })
}
