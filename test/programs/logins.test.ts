import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { type EmbeddedServer, startEmbedded } from '../../src/database/embedded/embedded.ts'
import { log } from '../../src/process/log.ts'
import { query } from '../helpers/programs/installation.ts'
import { runToEnd, startServer } from '../helpers/programs/program.ts'

// The logins of production, on a separate PostgreSQL, because roles belong to a whole server.

const passwords = {
  OWNER_PASSWORD: 'owner0123456789',
  SERVER_PASSWORD: 'server0123456789',
  BILLING_PASSWORD: 'billing0123456789',
}
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
// A freshly installed PostgreSQL.
beforeEach(async () => {
  await asSuperuser('drop database if exists medislot with (force)')
  const roles = ['app_authenticator', 'app_billing', 'app_admin', 'app_staff', 'app_customer', 'app_anonymous']
  for (const role of ['medislot', ...roles]) await asSuperuser(`drop role if exists ${role}`)
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

/** The script that PostgreSQL runs as the superuser when the volume of docker-compose.yml is new. */
async function asComposeSetsUp(): Promise<void> {
  const compose = await readFile('docker-compose.yml', 'utf8')
  const [, file = ''] = /^ {2}roles:\n {4}file: (.*)$/m.exec(compose) ?? []
  await asSuperuser(await readFile(file, 'utf8'))
  const [, logins = ''] = /^ {2}logins:\n {4}content: \|\n((?: {6}.*\n)+)/m.exec(compose) ?? []
  const statements = logins.trim().split('\n')
  expect(statements).toHaveLength(4)
  for (const statement of statements)
    await asSuperuser(
      statement.replace(/\$\{(\w+):\?must be set\}/, (_, name: keyof typeof passwords) => passwords[name]),
    )
}

test('with the compose file’s logins, the owner creates no roles and the server cannot become the owner', async () => {
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
  // The setup can be run again while the roles are in use.
  await asSuperuser(await readFile('src/database/roles.sql', 'utf8'))
  expect(await migrate()).toMatchObject({ code: 0 })
})

test('without a superuser, an owner with CREATEROLE creates the roles, and needs it only for that', async () => {
  await asSuperuser(`create role medislot login createrole password '${passwords.OWNER_PASSWORD}'`)
  await asSuperuser('create database medislot owner medislot')
  expect(await migrate()).toMatchObject({ code: 0 })
  await query(ownerUrl, `alter role app_authenticator password '${passwords.SERVER_PASSWORD}'`)
  await asSuperuser('alter role medislot nocreaterole')
  expect(await migrate()).toMatchObject({ code: 0 })
  const server = await startServer(serverUrl, production)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)

  // A server starts as the owner only in development, where it logs a warning.
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
