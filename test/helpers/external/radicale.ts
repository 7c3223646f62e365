import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../src/database/embedded/free_port.ts'
import { eventually } from '../time/eventually.ts'

/** A CalDAV server with one account. */
export interface Radicale {
  url: string
  username: string
  password: string
  stop(): Promise<void>
}

/** Starts a Radicale by the path of its program, without calendars. Call stop() when done. */
export async function startRadicale(program: string): Promise<Radicale> {
  const port = await freePort(randomInt(20_000, 31_000))
  const folder = mkdtempSync(join(tmpdir(), 'radicale-'))
  const [username, password] = ['dr-house', 'vicodin']
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const users = file('users', `${username}:${password}\n`)
  const config = file(
    'config',
    `[server]\nhosts = 127.0.0.1:${port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = ${users}\nhtpasswd_encryption = plain
delay = 0\n[storage]\nfilesystem_folder = ${join(folder, 'data')}\n`,
  )
  const child = spawn(program, ['--config', config], { stdio: 'ignore' })
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  const url = `http://127.0.0.1:${port}/`
  await eventually(async () => (await fetch(`${url}.web/`)).ok, 'Radicale answers')
  return {
    url,
    username,
    password,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.signalCode === null && kill()) await ended
      process.off('exit', kill)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
