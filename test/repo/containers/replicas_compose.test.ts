import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describeWithProgram } from '../../helpers/postgresql/debian.ts'

// docker-compose.replicas.yml and haproxy.cfg, read from the files. Without a container engine, this does not prove that
// they run; test/servers/replicas.test.ts and patroni.test.ts run the same with programs of this machine.

const base = readFileSync('docker-compose.yml', 'utf8')
const compose = readFileSync('docker-compose.replicas.yml', 'utf8')
const haproxy = readFileSync('haproxy.cfg', 'utf8')
/** A block of the file: a line and the indented lines below it. */
const block = (name: string, indent = '') =>
  new RegExp(`^${indent}${name}:.*\\n(?:(?:${indent}  .*|\\s*)\\n)*`, 'm').exec(compose)?.[0] ?? ''
const services = [...block('services').matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name as string)
const standbys = services.filter((name) => name.startsWith('standby'))

test('there are two standbys, made of the image of the primary', () => {
  const [, image] = /^ {2}postgres:\n {4}image: (.*)$/m.exec(base) ?? []
  expect(image).toBeDefined()
  expect(standbys).toEqual(['standby1', 'standby2'])
  expect(block('x-standby')).toContain(`  image: ${image}\n`)
  // HAProxy is installed into it, so that there is no other image to trust.
  expect(block('haproxy', '  ')).toContain(`FROM ${image}\n`)
  for (const name of standbys) expect(block(name, '  ')).toContain('<<: *standby')
})

test('each standby has a volume and a replication slot of its own', () => {
  for (const name of standbys) {
    expect(block(name, '  ')).toContain(`SLOT: ${name} }`)
    expect(block(name, '  ')).toContain(`volumes: [${name}:/var/lib/postgresql]`)
    expect(block('volumes')).toMatch(new RegExp(`^ {2}${name}:$`, 'm'))
  }
})

test('standbys and HAProxy cannot gain privileges, publish no port, and have no password of their own', () => {
  expect(block('x-standby')).toMatch(/^ {2}security_opt: \[no-new-privileges:true\]$/m)
  expect(block('x-standby')).toMatch(/^ {2}user: postgres$/m)
  expect(block('haproxy', '  ')).toMatch(/^ {4}security_opt: \[no-new-privileges:true\]$/m)
  expect(block('haproxy', '  ')).toMatch(/^ {4}user: haproxy$/m)
  expect(compose).not.toMatch(/privileged: true|network_mode|docker\.sock|^ +ports:/m)
  for (const [, use] of compose.matchAll(/(?<!\$)\$\{(.*?)\}/g)) expect(use).toMatch(/^\w+_PASSWORD:\?must be set$/)
})

test('the server writes through HAProxy and reads from each standby by its own address, with its own login', () => {
  const [, urls = ''] = /REPLICA_URLS: (.*)$/m.exec(block('server', '  ')) ?? []
  const login = 'postgresql://app_authenticator:${SERVER_PASSWORD:?must be set}'
  expect(urls.split(',')).toEqual(standbys.map((name) => `${login}@${name}/medislot`))
  expect(block('server', '  ')).toContain(`DATABASE_URL: ${login}@haproxy/medislot`)
})

test('HAProxy knows the servers of the compose file, and no others', () => {
  const names = [...haproxy.matchAll(/^ +server \w+ (\w+):5432 /gm)].map(([, name]) => name)
  expect(names).toEqual(['postgres', ...standbys])
})

describeWithProgram('haproxy', 'haproxy', (program) => {
  test('HAProxy accepts its configuration', async () => {
    // It warns of names that are known inside the network of the containers only.
    await expect(promisify(execFile)(program, ['-c', '-f', 'haproxy.cfg'])).resolves.toBeDefined()
  })
})
