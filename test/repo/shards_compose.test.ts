import { readFileSync } from 'node:fs'

// docker-compose.shards.yml, read from the file. Without a container engine, this does not prove that it runs;
// test/programs/shards_compose.test.ts sets up real databases with its settings, logins and commands.

const compose = readFileSync('docker-compose.shards.yml', 'utf8')
/** A block of the file: a line and the indented lines below it. */
const block = (name: string, indent = '') =>
  new RegExp(`^${indent}${name}:.*\\n(?:(?:${indent}  .*|\\s*)\\n)*`, 'm').exec(compose)?.[0] ?? ''
const services = [...block('services').matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name as string)
const shards = services.filter((name) => /^shard\d/.test(name))

test('there is a global database, two shards, and a worker for each', () => {
  expect(services).toEqual(['postgres', 'shard1', 'shard2', 'shards', 'server', 'worker1', 'worker2'])
  expect(block('postgres', '  ')).toBe('  postgres: *database\n\n')
  const owner = 'postgresql://medislot:${OWNER_PASSWORD:?must be set}'
  for (const name of shards) {
    const worker = block(name.replace('shard', 'worker'), '  ')
    expect(worker).toContain('extends: { file: docker-compose.yml, service: worker }')
    expect(worker).toContain(`DATABASE_URL: ${owner}@${name}/medislot`)
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

test('nothing gains privileges, publishes a port, or has a password in the file', () => {
  expect(compose).not.toMatch(/privileged: true|network_mode|docker\.sock|^ +ports:|user:|cap_add/m)
  for (const [, use] of compose.matchAll(/\$\{(.*?)\}/g)) expect(use).toMatch(/^\w+_PASSWORD:\?must be set$/)
})
