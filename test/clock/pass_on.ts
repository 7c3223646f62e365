import { ChildProcess } from 'node:child_process'
import { basename } from 'node:path'

// Loaded into every Node of `npm run test:clock` (command.ts). PostgreSQL and medislot's programs are started with a
// minimal environment, so the clock is added here to the environment of every child process, and neither src/ nor the
// tests depend on it. Chromium hangs under libfaketime: its pages have a clock of their own
// (test/helpers/browser/browser.ts).

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
