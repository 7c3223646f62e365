import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { join, resolve } from 'node:path'

const checkout = resolve(import.meta.dirname, '../../..')

/** A program of medislot that a test starts as a user would. */
export interface Program {
  process: ChildProcess
  /** Its ready line, and the HTTP address in that line ('' if it has none). */
  readyLine: string
  url: string
  /** Its output so far. */
  stdout(): string
  stderr(): string
  /** Sends a signal, SIGTERM by default, and waits for the end. Returns the exit code, or the signal that killed it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>
  /** Waits for the end without sending a signal. */
  ended: Promise<number | NodeJS.Signals>
}

/** Options for starting a program. */
export interface ProgramOptions {
  /** Environment besides PATH. By default PORT and BILLING_PORT are 0, for any free port, and the request timeout is a minute. */
  env?: Record<string, string>
  /** The checkout to run, by default this one. */
  cwd?: string
  /** The operating system user to run as, by default the current one. */
  uid?: number
  gid?: number
}

/**
 * On a busy machine a request may take longer than the default timeouts, and no load balancer needs a delay before a
 * stop.
 */
const patient = { ANSWER_TIMEOUT_MS: '60000', ANONYMOUS_ANSWER_TIMEOUT_MS: '60000', STOP_DELAY_SECONDS: '0' }

// The tests start about a hundred servers, and compiling modules is a fifth of a start. Benchmarks start them as users
// do.
const compileCache = () =>
  process.env.MEDISLOT_TEST_CLUSTER && {
    NODE_COMPILE_CACHE: join(checkout, 'node_modules/.cache/programs'),
  }

/**
 * Starts `npm start`'s program (main), that of `npm run start:shards` (sharded), the server or worker alone (which need env.DATABASE_URL), or a peer that they are
 * compared with, and waits for its ready line. If it ends before that, throws an error with its output.
 */
export async function startProgram(
  name: 'main' | 'sharded' | 'server' | 'worker' | 'billing' | `bench/peers/${string}`,
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
 * Runs a program that ends without a signal, or by a signal that is sent after some milliseconds, when it has logged a
 * text, or when a promise is fulfilled. Returns its exit code and its output.
 */
export async function runToEnd(
  name: 'main' | 'server' | 'worker' | 'billing' | 'migrate' | 'import' | 'shards' | 'holidays',
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
        // Only once, because a second signal has another meaning.
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
  const child = spawn(
    process.execPath,
    [
      `--import=${join(checkout, 'test/helpers/run/end_with_parent.ts')}`,
      join(cwd, name.startsWith('bench/') ? '' : 'src/programs', `${name}.ts`),
      ...args,
    ],
    {
      cwd,
      ...user,
      // Without the environment of the test: a DATABASE_URL that is set on the machine must have no effect.
      env: {
        PATH: process.env.PATH,
        LOG_LEVEL: 'info',
        PORT: '0',
        BILLING_PORT: '0',
        ...compileCache(),
        ...patient,
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  // A failing test leaves its programs running. They do not delay the run, and end with its process
  // (end_with_parent.ts).
  child.unref()
  for (const pipe of [child.stdin, child.stdout, child.stderr]) (pipe as Socket).unref()
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
      // Keeps this process running until the program has ended: at the end of a run, nothing else keeps Jest running.
      child.ref()
      for (const pipe of [child.stdout, child.stderr]) (pipe as Socket).ref()
      child.kill(signal)
      return ended
    },
  }
}
