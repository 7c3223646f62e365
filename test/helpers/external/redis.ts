import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { freePort } from '../../../src/database/embedded/free_port.ts'
import { eventually } from '../time/eventually.ts'

/** A Redis server that a test can stop, pause and empty. */
export interface Redis {
  url: string
  /** Sends one command and returns the first line of the answer. */
  command(words: string): Promise<string>
  signal(signal: NodeJS.Signals): void
  /** Kills it. */
  stop(): Promise<void>
  /** Starts it again, empty, after it was stopped. */
  start(): Promise<void>
}

/** Starts a Redis by the path of its program. It writes nothing to disk. Call stop() when done. */
export async function startRedis(program: string): Promise<Redis> {
  const port = await freePort(randomInt(20_000, 31_000))
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp']
  let child = spawn(program, args, { stdio: 'ignore' })
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  const redis: Redis = {
    url: `redis://127.0.0.1:${port}`,
    command: (words) =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(`${words}\r\n`))
        socket.once('data', (data) => {
          socket.destroy()
          resolve(String(data).split('\r\n')[0] ?? '')
        })
        socket.once('error', reject)
      }),
    signal: (signal) => child.kill(signal),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.signalCode === null && kill()) await ended
    },
    async start() {
      child = spawn(program, args, { stdio: 'ignore' })
      await answers()
    },
  }
  const answers = () => eventually(async () => (await redis.command('PING')) === '+PONG', 'Redis answers')
  await answers()
  return redis
}
