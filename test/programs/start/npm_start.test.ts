import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { hasEnded, type Installation, newInstallation } from '../../helpers/programs/installation.ts'

const checkout = resolve(import.meta.dirname, '../../..')
let installation: Installation
beforeAll(async () => {
  installation = await newInstallation()
})
afterAll(() => installation.remove())

// npm and a shell are between the signal and the program, and npm forwards signals that the terminal has already sent
test.each([
  ['Ctrl-C in the terminal, which signals all of its processes', 'SIGINT', true],
  ['SIGTERM to npm alone', 'SIGTERM', false],
] as const)('npm start is stopped by %s', async (_what, signal, toAll) => {
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, MEDISLOT_DATA_DIR: installation.dataDir, DEMO: 'off', PORT: '0' }
  // A separate process group, as a shell creates for a command in the foreground.
  const npm = spawn('npm', ['start'], { cwd: checkout, env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise((resolve) => npm.once('exit', resolve))
  let output = ''
  await new Promise<void>((resolve, reject) => {
    ended.then((code) => reject(new Error(`npm start ended with ${code}: ${output}`)))
    npm.stdout.on('data', (data) => {
      output += data
      if (output.includes('is ready')) resolve()
    })
  })
  const server = installation.postmaster()

  process.kill(toAll ? -Number(npm.pid) : Number(npm.pid), signal)
  expect(await ended).toBe(0)
  await hasEnded(server)
  expect(await readFile(join(installation.dataDir, 'postgres.log'), 'utf8')).toMatch(/database system is shut down\s*$/)
})
