import { readSettings, StartError } from '../../src/settings.ts'
import { runToEnd } from '../helpers/program.ts'

const secret = 'c2VjcmV0IG9mIHRoZSB0ZXN0cywgbG9uZyBlbm91Z2g'
const database = 'postgresql://medislot@localhost/medislot'
const production = { NODE_ENV: 'production', DATABASE_URL: database, JWT_SECRET: secret }

describe('a bad value is refused by the name of its variable', () => {
  test.each([
    ['NODE_ENV', 'prod'],
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '5678.5'],
    ['PORT', '-1'],
    ['DATABASE_URL', 'localhost'],
    ['DATABASE_URL', 'mysql://localhost/medislot'],
    ['DATABASE_URL', 'postgresql://localhost'],
    ['JWT_SECRET', 'short'],
    ['JWT_SECRET', 'x'.repeat(64)],
    ['ACCESS_TOKEN_SECONDS', '0'],
    ['EXTERNAL_JWKS_URL', 'keys'],
    ['EXTERNAL_JWT_ISSUER', 'https://id.example'],
    ['DEMO', 'perhaps'],
    ['LOG_LEVEL', 'loud'],
    ['GRAPHQL_INTROSPECTION', 'perhaps'],
    ['POOL_SIZE', '0'],
    ['WORKER_CONCURRENCY', 'many'],
    ['STATEMENT_TIMEOUT_MS', '1'],
  ])('%s=%s', (name, value) => {
    expect(() => readSettings('main', { [name]: value })).toThrow(new RegExp(`^.*${name}.*: `))
    expect(() => readSettings('main', { [name]: value })).toThrow(StartError)
  })

  test('all of them at once', () => {
    expect(() => readSettings('main', { PORT: 'a', DEMO: 'b' })).toThrow(/PORT: .*\n.*DEMO: /)
  })

  test('a program says so in one line each, without a stack, and exits 1', async () => {
    const { code, stdout, stderr } = await runToEnd('main', { env: { PORT: '99999', LOG_LEVEL: 'loud' } })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^PORT: .*99999/),
      expect.stringMatching(/^LOG_LEVEL: /),
    ])
  })
})

describe('production', () => {
  test('starts with a database and a secret', () => {
    expect(readSettings('server', production)).toMatchObject({ production: true, demo: false, port: 5678 })
    expect(readSettings('main', production)).toMatchObject({ production: true, demo: false })
  })

  test.each([
    ['DATABASE_URL', { DATABASE_URL: '' }],
    ['JWT_SECRET', { JWT_SECRET: '' }],
    ['JWT_SECRET', { JWT_SECRET: 'not long enough' }],
    ['DEMO', { DEMO: 'on' }],
  ])('is refused over %s with %j', (name, change) => {
    expect(() => readSettings('main', { ...production, ...change })).toThrow(new RegExp(`^${name}: `))
  })

  test('asks no secret of programs that sign nothing', () => {
    const { JWT_SECRET: _, ...without } = production
    expect(readSettings('worker', without).databaseUrl).toBe(database)
    expect(readSettings('migrate', without).databaseUrl).toBe(database)
  })
})

test('the demo is loaded by default on the embedded server only', () => {
  expect(readSettings('main', {}).demo).toBe(true)
  expect(readSettings('main', { DATABASE_URL: database }).demo).toBe(false)
  expect(readSettings('main', { DATABASE_URL: database, DEMO: 'on' }).demo).toBe(true)
  expect(readSettings('main', { DEMO: 'off' }).demo).toBe(false)
})

test('introspection is answered by default, but in production', () => {
  expect(readSettings('main', {}).introspection).toBe(true)
  expect(readSettings('server', production).introspection).toBe(false)
  expect(readSettings('server', { ...production, GRAPHQL_INTROSPECTION: 'on' }).introspection).toBe(true)
  expect(readSettings('main', { GRAPHQL_INTROSPECTION: 'off' }).introspection).toBe(false)
})

test('all documents are trusted unless a file lists some', () => {
  expect(readSettings('main', {}).trustedDocuments).toBeUndefined()
  expect(readSettings('main', { TRUSTED_DOCUMENTS: 'documents.json' }).trustedDocuments).toBe('documents.json')
})

test('server and worker alone want a database', () => {
  expect(() => readSettings('server', {})).toThrow(/^DATABASE_URL: /)
  expect(() => readSettings('worker', {})).toThrow(/^DATABASE_URL: /)
})

test('a variable set to nothing is not set', () => {
  expect(readSettings('main', { PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 5678, portIsGiven: false })
  expect(readSettings('main', { PORT: '5678' })).toMatchObject({ port: 5678, portIsGiven: true })
})
