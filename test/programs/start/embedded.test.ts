import { execFileSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join, resolve } from 'node:path'
import { freePort } from '../../../src/database/embedded/free_port.ts'
import { type Installation, isAlive, newInstallation, psqlOf, query } from '../../helpers/programs/installation.ts'
import { runToEnd } from '../../helpers/programs/program.ts'

// `npm start` on a machine with nothing but Node: the program with its own PostgreSQL.
let installation: Installation
beforeEach(async () => {
  installation = await newInstallation()
})
afterEach(() => installation.remove())

test('starts from nothing, with the usual ports taken, and prints one line with both addresses', async () => {
  // If another process already uses these ports, that serves the same purpose.
  const others: Server[] = []
  for (const port of [5432, 5433]) {
    const other = createServer().on('error', () => undefined)
    others.push(other.listen(port, '127.0.0.1'))
  }
  const program = await installation.start()
  const psql = psqlOf(program)
  expect(program.stdout()).toBe(`medislot is ready: ${program.url}  psql: ${psql}\n`)
  expect((await fetch(`${program.url}/readyz`)).status).toBe(200)
  expect((await fetch(`${program.url}/api/clinics`)).status).toBe(200)
  expect(Number(new URL(psql).port)).toBeGreaterThan(5433)

  // The address is that of the owner, who is not a superuser but has every right that migrations need.
  const roles = 'select current_user, rolsuper, rolcreaterole from pg_roles where rolname = current_user'
  expect(await query(psql, roles)).toEqual([{ current_user: 'medislot', rolsuper: false, rolcreaterole: false }])
  // The HTTP server is logged in as another role.
  const logins = `select distinct application_name, usename from pg_stat_activity
    where application_name in ('medislot server', 'medislot health', 'medislot worker') order by 1`
  expect(await query(psql, logins)).toEqual([
    { application_name: 'medislot health', usename: 'app_authenticator' },
    { application_name: 'medislot server', usename: 'app_authenticator' },
    { application_name: 'medislot worker', usename: 'medislot' },
  ])
  expect(await query(psql, 'show fsync')).toEqual([{ fsync: 'on' }])
  expect((await stat(join(installation.dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600)

  const server = installation.postmaster()
  expect(await program.stop()).toBe(0)
  expect(isAlive(server)).toBe(false)

  // The address is the same at the next start, unless another process has taken the port in between.
  const again = await installation.start()
  const port = (address: string) => Number(new URL(address).port)
  if (psqlOf(again) !== psql) expect(await freePort(port(psql))).not.toBe(port(psql))
  expect(await again.stop()).toBe(0)
  for (const other of others) other.close()
})

test('a second program in the same directory is refused; one in another directory runs at the same time', async () => {
  const first = await installation.start()
  const env = { MEDISLOT_DATA_DIR: installation.dataDir }

  const second = await runToEnd('main', { env })
  expect(second.code).toBe(1)
  expect(second.stderr).toMatch(/^medislot is already running on .*MEDISLOT_DATA_DIR\.$/m)

  const copy = await newInstallation()
  const beside = await copy.start()
  expect(beside.url).not.toBe(first.url)
  expect(psqlOf(beside)).not.toBe(psqlOf(first))
  for (const { url } of [first, beside]) expect((await fetch(`${url}/readyz`)).status).toBe(200)
  await copy.remove()

  // A command-line tool finds the running server, or starts one if there is none.
  expect(await runToEnd('migrate', { env })).toMatchObject({ code: 0 })
  expect(await first.stop()).toBe(0)
  expect(await runToEnd('migrate', { env })).toMatchObject({ code: 0 })
})

test('a start that is interrupted ends cleanly', async () => {
  const env = { MEDISLOT_DATA_DIR: installation.dataDir }
  const first = await runToEnd('main', { env, signal: ['SIGTERM', /Running migration/] })
  expect(first).toMatchObject({ code: 0, stdout: '' })
  expect(first.stderr).not.toContain('"level":60')
  const next = await installation.start()
  expect((await fetch(`${next.url}/readyz`)).status).toBe(200)
  expect(await next.stop()).toBe(0)
})

test('a data directory that cannot be used is refused with the name of the setting to change', async () => {
  const { code, stderr } = await runToEnd('main', { env: { MEDISLOT_DATA_DIR: '/dev/null/data' } })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^MEDISLOT_DATA_DIR: /m)
})

// Only root can run a program as another user, and only in a checkout that other users can read.
const nobody = { uid: 65_534, gid: 65_534 }
const asNobody = process.getuid?.() === 0 && nobodyCanEnter() ? test : test.skip
asNobody('starts as an ordinary user', async () => {
  chownSync(installation.dataDir, nobody.uid, nobody.gid)
  const program = await installation.start(nobody)
  expect((await fetch(`${program.url}/readyz`)).status).toBe(200)
  expect((await stat(join(installation.dataDir, 'pg'))).uid).toBe(nobody.uid)
  expect(await program.stop()).toBe(0)
})

function nobodyCanEnter(): boolean {
  const checkout = resolve(import.meta.dirname, '../../..')
  try {
    execFileSync(process.execPath, ['--version'], { ...nobody, cwd: '/' })
    execFileSync('/bin/sh', ['-c', 'cd "$1"', 'sh', checkout], { ...nobody, cwd: '/' })
    return true
  } catch {
    return false
  }
}
