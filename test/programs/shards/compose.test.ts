import { chmod, copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedServer, startEmbedded } from '../../../src/database/embedded/embedded.ts'
import { log } from '../../../src/process/log.ts'
import { connect } from '../../helpers/database/connection.ts'
import { takeOwnPort } from '../../helpers/programs/own_port.ts'
import { runToEnd } from '../../helpers/programs/program.ts'

// What docker-compose.shards.yml does, with PostgreSQL servers of this machine: their settings, logins and commands are read
// from the file.

let folder: string
let servers: EmbeddedServer[]
beforeAll(async () => {
  log.level = 'silent'
  folder = await mkdtemp(join(tmpdir(), 'medislot-compose-'))
  await chmod(folder, 0o755)
  servers = []
  for (const name of ['postgres', 'shard1', 'shard2']) servers.push(await asComposeStarts(name))
})
afterAll(async () => {
  for (const server of servers ?? []) await server.stop()
  await rm(folder, { recursive: true })
})

const base = readFile('docker-compose.yml', 'utf8')
const compose = readFile('docker-compose.shards.yml', 'utf8')
const replicationPassword = 'replication0123456789'

/** The content of a config in a compose file, with the passwords of a server. */
function contentOf(file: string, name: string, { secrets }: EmbeddedServer): string {
  const [, content = ''] = new RegExp(`^ {2}${name}:\\n {4}content: \\|\\n((?: {6}.*\\n)+)`, 'm').exec(file) ?? []
  const passwords: Record<string, string> = {
    OWNER_PASSWORD: secrets.ownerPassword,
    REPLICATION_PASSWORD: replicationPassword,
  }
  return content.replace(/\$\{(\w+):\?must be set\}/g, (_, variable) => passwords[variable] ?? 'other0123456789')
}

/** Starts a PostgreSQL that is set up by what the image runs when its volume is new, with the settings of its command. */
async function asComposeStarts(name: string): Promise<EmbeddedServer> {
  const dataDir = join(folder, name)
  await mkdir(dataDir)
  // All databases have the same logins.
  if (name !== 'postgres') await copyFile(join(folder, 'postgres/secrets.json'), join(dataDir, 'secrets.json'))
  takeOwnPort(dataDir)
  const fresh = await startEmbedded(dataDir, { throwaway: true })
  const superuser = await connect(fresh.superuserUrl())
  // A freshly installed PostgreSQL.
  await superuser.query('drop database medislot with (force)')
  const roles = ['app_authenticator', 'app_billing', 'app_admin', 'app_staff', 'app_customer', 'app_anonymous']
  for (const role of ['medislot', ...roles]) await superuser.query(`drop role ${role}`)
  await superuser.query(await readFile('src/database/roles.sql', 'utf8'))
  const statements = [contentOf(await base, 'logins', fresh), contentOf(await compose, 'replication', fresh)]
  for (const statement of statements.join('').trim().split('\n')) await superuser.query(statement)
  const [, settings = ''] = /^ {2}command: \[postgres(.*)\]$/m.exec(await compose) ?? []
  for (const [, setting, value] of settings.matchAll(/, -c, (\w+)=(\w+)/g))
    await superuser.query(`alter system set ${setting} = '${value}'`)
  await superuser.close()
  await fresh.stop()
  return startEmbedded(dataDir, { throwaway: true })
}

test('the settings, logins and commands of docker-compose.shards.yml make an installation with two shards', async () => {
  const [global, ...shards] = servers as [EmbeddedServer, EmbeddedServer, EmbeddedServer]
  const env = { DATABASE_URL: global.ownerUrl(), REPLICATION_PASSWORD: replicationPassword }
  expect(await runToEnd('migrate', { env })).toMatchObject({ code: 0 })
  const commands = [...(await compose).matchAll(/node src\/programs\/shards\.ts (.*)$/gm)].map(([, args]) => args)
  expect(commands).toHaveLength(2)
  // The first release, and another one.
  for (const command of [...commands, ...commands]) {
    const args = (command as string)
      .replace(/shard(\d):5432/, (_, number) => `127.0.0.1:${shards[number - 1]?.port}`)
      .split(' ')
    expect(await runToEnd('shards', { args, env })).toMatchObject({ code: 0 })
  }
  expect(await runToEnd('shards', { args: ['check'], env })).toMatchObject({
    code: 0,
    stdout: 'Map, clinics and copies agree.\n',
  })
})
