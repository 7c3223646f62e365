import { type Program, startServer } from '../programs/program.ts'
import { tokenSettings } from '../programs/tokens.ts'
import { type ShardedOwner, shardedOwner } from './sharded_owner.ts'
import { type Installation, startInstallation } from './shards.ts'

/** An HTTP server on a global database with shards, and the owner of all of them. */
export interface ShardedServer extends Installation {
  url: string
  program: Program
  owner: ShardedOwner
  stop(): Promise<void>
}

/** Starts one, each database on a PostgreSQL of its own. Call stop() when done. */
export async function shardedServer(shardCount: number): Promise<ShardedServer> {
  await using started = new AsyncDisposableStack()
  const installation = started.adopt(await startInstallation(shardCount), (it) => it.remove())
  const [{ serverUrl }] = installation.servers as [Installation['servers'][number]]
  const settings = { JWT_SECRET: tokenSettings.jwtSecret, LOG_LEVEL: 'warn' }
  const program = started.adopt(await startServer(serverUrl(), settings), async (it) => {
    const code = await it.stop()
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${it.stderr()}`)
  })

  const { global, databases } = installation
  const superuserUrls = installation.servers.map((server) => server.superuserUrl('medislot'))
  const owner = started.adopt(await shardedOwner({ global, databases }, superuserUrls), (it) => it.close())
  const running = started.move()
  return { ...installation, url: program.url, program, owner, stop: () => running.disposeAsync() }
}
