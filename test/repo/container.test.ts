import { readFileSync } from 'node:fs'

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
    expect([name, value]).toEqual([name, expect.stringMatching(/^\$\{\w+:\?must be set\}$/)])
})

test('the image runs as node, with no secret in it', () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
  expect(last.match(/^USER .*$/gm)).toEqual(['USER node'])
  expect(last.indexOf('USER node')).toBeGreaterThan(last.lastIndexOf('COPY'))
  expect(dockerfile).not.toMatch(/^(ARG|ENV) .*(SECRET|PASSWORD|TOKEN)/m)
  expect(dockerfile).not.toMatch(/^COPY \. /m)
})
