import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { type EmbeddedServer, startEmbedded } from '../../src/database/embedded.ts'
import { log } from '../../src/log.ts'
import { query } from '../helpers/installation.ts'
import { runToEnd, startServer } from '../helpers/program.ts'

// Who connects as whom in production, on a PostgreSQL of its own: roles belong to a whole server.

const passwords = { OWNER_PASSWORD: 'owner0123456789', SERVER_PASSWORD: 'server0123456789' }
const jwtSecret = 'c2VjcmV0IG9mIHRoZSB0ZXN0cywgbG9uZyBlbm91Z2g'
let dataDir: string
let postgres: EmbeddedServer
let ownerUrl: string
let serverUrl: string

beforeAll(async () => {
  log.level = 'warn'
  dataDir = await mkdtemp(join(tmpdir(), 'medislot-logins-'))
  await chmod(dataDir, 0o755)
  postgres = await startEmbedded(dataDir, { throwaway: true })
  const addressOf = (user: string, password: string) =>
    Object.assign(new URL(postgres.superuserUrl('medislot')), { username: user, password }).href
  ownerUrl = addressOf('medislot', passwords.OWNER_PASSWORD)
  serverUrl = addressOf('app_authenticator', passwords.SERVER_PASSWORD)
})
afterAll(async () => {
  await postgres?.stop()
  await rm(dataDir, { recursive: true })
})
// As PostgreSQL is when it was just installed.
beforeEach(async () => {
  await asSuperuser('drop database if exists medislot with (force)')
  for (const role of ['medislot', 'app_authenticator', 'app_admin', 'app_staff', 'app_customer', 'app_anonymous'])
    await asSuperuser(`drop role if exists ${role}`)
})

async function asSuperuser(statement: string): Promise<void> {
  const client = new Client({ connectionString: postgres.superuserUrl() })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const migrate = () => runToEnd('migrate', { env: { NODE_ENV: 'production', DATABASE_URL: ownerUrl } })
const production = { NODE_ENV: 'production', JWT_SECRET: jwtSecret }

/** What docker-compose.yml has PostgreSQL run when its volume is new, as the superuser. */
async function asComposeSetsUp(): Promise<void> {
  const compose = await readFile('docker-compose.yml', 'utf8')
  const [, file = ''] = /^ {2}roles:\n {4}file: (.*)$/m.exec(compose) ?? []
  await asSuperuser(await readFile(file, 'utf8'))
  const [, logins = ''] = /^ {2}logins:\n {4}content: \|\n((?: {6}.*\n)+)/m.exec(compose) ?? []
  const statements = logins.trim().split('\n')
  expect(statements).toHaveLength(3)
  for (const statement of statements)
    await asSuperuser(
      statement.replace(/\$\{(\w+):\?must be set\}/, (_, name: keyof typeof passwords) => passwords[name]),
    )
}

test('as the compose file has it, the owner makes no roles and the server cannot become the owner', async () => {
  await asComposeSetsUp()
  expect(await migrate()).toMatchObject({ code: 0 })
  expect(
    await query(ownerUrl, 'select rolname from pg_roles where rolcreaterole and rolname !~ $$^(pg_|postgres$)$$'),
  ).toEqual([])

  const server = await startServer(serverUrl, production)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  expect((await fetch(`${server.url}/api/clinics`)).status).toBe(200)
  expect(await server.stop()).toBe(0)

  for (const attempt of [
    'set role medislot',
    'set session authorization medislot',
    'reset role; set role medislot',
    'create role somebody',
    'grant medislot to app_authenticator',
    'alter role app_authenticator createrole',
    `alter role medislot password 'x'`,
    'create schema mine',
    'select * from app_private.accounts',
    'select * from app_public.customers',
  ])
    await expect(query(serverUrl, attempt)).rejects.toMatchObject({ code: '42501' })
  // The setup may be run again, over roles in use.
  await asSuperuser(await readFile('src/database/roles.sql', 'utf8'))
  expect(await migrate()).toMatchObject({ code: 0 })
})

test('where no superuser can be had, an owner with CREATEROLE makes the roles, and can do without it afterwards', async () => {
  await asSuperuser(`create role medislot login createrole password '${passwords.OWNER_PASSWORD}'`)
  await asSuperuser('create database medislot owner medislot')
  expect(await migrate()).toMatchObject({ code: 0 })
  await query(ownerUrl, `alter role app_authenticator password '${passwords.SERVER_PASSWORD}'`)
  await asSuperuser('alter role medislot nocreaterole')
  expect(await migrate()).toMatchObject({ code: 0 })
  const server = await startServer(serverUrl, production)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)

  // As the owner a server starts on a developer's machine only, where it says so.
  const refused = await runToEnd('server', { env: { DATABASE_URL: ownerUrl, ...production } })
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/^DATABASE_URL: the HTTP server must not connect as medislot/m)
  expect(await server.stop()).toBe(0)
  const developers = await startServer(ownerUrl)
  expect(developers.stderr()).toContain('set SERVER_DATABASE_URL')
  expect(await developers.stop()).toBe(0)
  const told = await startServer(ownerUrl, { ...production, SERVER_DATABASE_URL: serverUrl })
  expect(await told.stop()).toBe(0)
})
