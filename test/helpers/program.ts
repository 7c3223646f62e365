import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { join, resolve } from 'node:path'

const checkout = resolve(import.meta.dirname, '../..')

/** A program of ours that a test started, as a user would. */
export interface Program {
  process: ChildProcess
  /** The line it printed when it was ready, and the HTTP address in it ('' for one that has none). */
  readyLine: string
  url: string
  /** Everything it has written so far. */
  stdout(): string
  stderr(): string
  /** Sends a signal, SIGTERM by default, and waits for the end: the exit code, or the signal that killed it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>
  /** Waits for the end without asking for it. */
  ended: Promise<number | NodeJS.Signals>
}

/** How to start a program. */
export interface ProgramOptions {
  /** Environment besides PATH; unless given, PORT is 0, any free port, and requests have a minute. */
  env?: Record<string, string>
  /** The checkout to run, by default this one. */
  cwd?: string
  /** OS user to run as, by default ours. */
  uid?: number
  gid?: number
}

/** A busy machine may take longer for a request than callers should wait for one. */
const patient = { ANSWER_TIMEOUT_MS: '60000', ANONYMOUS_ANSWER_TIMEOUT_MS: '60000' }

const running = new Set<ChildProcess>()
// A test that fails leaves its programs running. They keep nothing waiting (unref below) and end with the run.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Starts `npm start`'s program (main), the server or worker alone (which need env.DATABASE_URL), or a peer that they are
 * measured against, and waits for its ready line. Throws with what it wrote when it ends instead.
 */
export async function startProgram(
  name: 'main' | 'server' | 'worker' | `bench/peers/${string}`,
  options: ProgramOptions = {},
): Promise<Program> {
  const program = spawnProgram(name, options)
  const readyLine = await Promise.race([
    program.ready,
    program.ended.then((code) => {
      throw new Error(`${name} ended with ${code} before it was ready:\n${program.stdout()}${program.stderr()}`)
    }),
  ])
  return { ...program, readyLine, url: /http:\/\/[^\s/]+/.exec(readyLine)?.[0] ?? '' }
}

/** Starts the HTTP server alone on a database, as in production: see startProgram. Call stop() when done. */
export function startServer(databaseUrl: string, env: Record<string, string> = {}): Promise<Program> {
  return startProgram('server', { env: { DATABASE_URL: databaseUrl, ...env } })
}

/**
 * Runs a program that ends by itself, or by a signal sent after a time in milliseconds, once it has logged something, or when
 * a promise is fulfilled.
 * Gives its exit code and what it wrote.
 */
export async function runToEnd(
  name: 'main' | 'server' | 'worker' | 'migrate' | 'import',
  {
    signal,
    ...options
  }: ProgramOptions & { args?: string[]; signal?: [NodeJS.Signals, number | RegExp | Promise<unknown>] } = {},
): Promise<{ code: number | NodeJS.Signals; stdout: string; stderr: string }> {
  const program = spawnProgram(name, options)
  if (signal) {
    const [name, when] = signal
    const send = () => program.process.kill(name)
    if (typeof when === 'number') setTimeout(send, when)
    else if (when instanceof Promise) void when.then(send)
    else {
      const look = () => {
        if (!when.test(program.stderr())) return
        // Once: a second signal means something else.
        program.process.stderr?.off('data', look)
        send()
      }
      program.process.stderr?.on('data', look)
    }
  }
  const code = await program.ended
  return { code, stdout: program.stdout(), stderr: program.stderr() }
}

function spawnProgram(name: string, { env, cwd = checkout, args = [], ...user }: ProgramOptions & { args?: string[] }) {
  const child = spawn(process.execPath, [join(cwd, name.startsWith('bench/') ? '' : 'src', `${name}.ts`), ...args], {
    cwd,
    ...user,
    // Nothing of the test's own environment: a DATABASE_URL set on the machine must not decide.
    env: { PATH: process.env.PATH, LOG_LEVEL: 'info', PORT: '0', ...patient, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  child.unref()
  for (const pipe of [child.stdout, child.stderr]) (pipe as Socket).unref()
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', (data) => {
      stdout += data
      const line = /^.*ready.*$/m.exec(stdout)
      if (line && stdout.endsWith('\n')) resolve(line[0])
    })
  })
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child)
      resolve(code ?? signal ?? 'SIGKILL')
    })
  })
  return {
    process: child,
    ready,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    stop(signal: NodeJS.Signals = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}
