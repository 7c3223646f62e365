import { readFileSync } from 'node:fs'

// docker-compose.shards.yml, read from the file. Without a container engine, this does not prove that it runs;
// test/programs/shards/compose.test.ts sets up real databases with its settings, logins and commands.

const compose = readFileSync('docker-compose.shards.yml', 'utf8')
/** A block of a file: a line and the indented lines below it. */
const block = (name: string, indent = '', file = compose) =>
  new RegExp(`^${indent}${name}:.*\\n(?:(?:${indent}  .*|\\s*)\\n)*`, 'm').exec(file)?.[0] ?? ''
const services = [...block('services').matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name as string)
const shards = services.filter((name) => /^shard\d/.test(name))

test('there is a global database, two shards, and a worker and a billing process for each', () => {
  const perShard = ['worker1', 'worker2', 'billing1', 'billing2']
  expect(services).toEqual(['postgres', 'shard1', 'shard2', 'shards', 'server', ...perShard])
  expect(block('postgres', '  ')).toBe('  postgres: *database\n\n')
  const owner = 'postgresql://medislot:${OWNER_PASSWORD:?must be set}'
  for (const name of shards) {
    const worker = block(name.replace('shard', 'worker'), '  ')
    expect(worker).toContain('extends: { file: docker-compose.yml, service: worker }')
    expect(worker).toContain(`DATABASE_URL: ${owner}@${name}/medislot`)
  }
})

test('the billing process of a shard is that of docker-compose.yml, with its database and its port', () => {
  const first = readFileSync('docker-compose.yml', 'utf8')
  const settings = (text: string) => (text.match(/(?<=^ +)[A-Z_]+: .*$/gm) ?? []).sort()
  const own = /^DATABASE_URL: /
  const ofFirst = settings(block('billing', '  ', first)).filter((each) => !own.test(each))
  expect(settings(block('x-billing-settings'))).toEqual(ofFirst)
  expect(block('x-billing')).toMatch(/^ {2}profiles: \[payments\]$/m)
  const limits = /^ {2}(read_only|tmpfs|cap_drop|security_opt|stop_grace_period|restart): .*$/gm
  expect(block('x-billing').match(limits)?.sort()).toEqual(block('x-medislot', '', first).match(limits)?.sort())
  for (const number of [1, 2]) {
    const service = block(`billing${number}`, '  ')
    expect(settings(service)).toEqual([
      `DATABASE_URL: postgresql://app_billing:\${BILLING_PASSWORD:?must be set}@shard${number}/medislot`,
    ])
    expect(service).toContain(`- 127.0.0.1:${5680 + number}:5680`)
  }
})

test('each shard is the PostgreSQL of docker-compose.yml, with the settings of all and a volume of its own', () => {
  for (const name of shards) {
    expect(block(name, '  ').trimEnd().split('\n').slice(1)).toEqual([
      '    extends: { file: docker-compose.yml, service: postgres }',
      '    <<: *database',
      `    volumes: [${name}:/var/lib/postgresql]`,
    ])
    expect(block('volumes')).toMatch(new RegExp(`^ {2}${name}:$`, 'm'))
  }
})

test('every shard is entered in the map by its own address, before servers and workers start', () => {
  const added = [...block('shards', '  ').matchAll(/shards\.ts add (\d) postgresql:\/\/(\w+):5432\/medislot$/gm)]
  expect(added.map(([, number, host]) => [`shard${number}`, host])).toEqual(shards.map((name) => [name, name]))
  for (const name of shards) expect(block('shards', '  ')).toContain(`${name}: { condition: service_healthy }`)
  for (const name of ['server', 'worker1', 'worker2'])
    expect(block(name, '  ')).toContain('shards: { condition: service_completed_successfully }')
})

test('nothing gains privileges, has a port that others reach, or a password in the file', () => {
  expect(compose).not.toMatch(/privileged: true|network_mode|docker\.sock|user:|cap_add/m)
  const ports = [...compose.matchAll(/^ +ports:\n +- (.*)$/gm)].map(([, port]) => port)
  expect(ports).toEqual(['127.0.0.1:5681:5680', '127.0.0.1:5682:5680'])
  expect(compose.match(/ports:/g)).toHaveLength(ports.length)
  for (const [, use] of compose.matchAll(/\$\{(.*?)\}/g))
    expect(use).toMatch(/^(\w+_PASSWORD:\?must be set|[A-Z_0-9]+:-)$/)
  for (const [, value] of compose.matchAll(/(?:PASSWORD|SECRET|TOKEN)\w*: (.*)$/gm)) expect(value).toMatch(/^\$\{/)
})
