import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The packages of the peers. */
const folder = import.meta.dirname
const client = join(folder, 'peers/prisma/generated/client.ts')

/** Whether the peers that need packages of their own are to run: false with --without-peers. */
export const peersInstalled = (): boolean => existsSync(client) && !process.argv.includes('--without-peers')

/** Installs them on the first use: a few hundred megabytes that nothing else needs. */
export function installPeers(): void {
  if (existsSync(client)) return
  process.stderr.write('installing the peers into bench/node_modules (once, a minute or so)\n')
  const run = (command: string, args: string[], env = {}) =>
    execFileSync(command, args, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...env },
    })
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  // Before it generates code, Prisma downloads a migration program that it does not use for that; this prevents the download.
  run(process.execPath, ['node_modules/prisma/build/index.js', 'generate', '--schema', 'peers/prisma/schema.prisma'], {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  })
}
