import { readSettings, StartError } from '../../src/process/settings.ts'
import { runToEnd } from '../helpers/programs/program.ts'

const secret = 'c2VjcmV0IG9mIHRoZSB0ZXN0cywgbG9uZyBlbm91Z2g'
const database = 'postgresql://medislot@localhost/medislot'
const production = { NODE_ENV: 'production', DATABASE_URL: database, JWT_SECRET: secret }

describe('an invalid value is refused with the name of its variable', () => {
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
    ['STOP_DELAY_SECONDS', '601'],
    ['STOP_DELAY_SECONDS', '2s'],
    ['STRIPE_SECRET_KEY', 'pk_test_0123456789abcdef'],
    ['STRIPE_WEBHOOK_SECRET', 'secret'],
    ['BILLING_PORT', '-1'],
  ])('%s=%s', (name, value) => {
    expect(() => readSettings('main', { [name]: value })).toThrow(new RegExp(`^.*${name}.*: `))
    expect(() => readSettings('main', { [name]: value })).toThrow(StartError)
  })

  test('all invalid values are reported at once', () => {
    expect(() => readSettings('main', { PORT: 'a', DEMO: 'b' })).toThrow(/PORT: .*\n.*DEMO: /)
  })

  test('a program prints one line for each, without a stack trace, and exits with 1', async () => {
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

  test('does not require a secret of programs that sign no tokens', () => {
    const { JWT_SECRET: _, ...without } = production
    expect(readSettings('worker', without).databaseUrl).toBe(database)
    expect(readSettings('migrate', without).databaseUrl).toBe(database)
  })
})

describe('the keys of the payment provider', () => {
  const keys = { STRIPE_SECRET_KEY: `sk_live_${'a1'.repeat(12)}`, STRIPE_WEBHOOK_SECRET: `whsec_${'b2'.repeat(12)}` }
  const billing = { DATABASE_URL: database, PUBLIC_URL: 'https://book.test.example', ...keys }

  test('are known to the billing process', () => {
    expect(readSettings('billing', { ...billing, NODE_ENV: 'production' }).stripe).toEqual({
      secretKey: keys.STRIPE_SECRET_KEY,
      webhookSecret: keys.STRIPE_WEBHOOK_SECRET,
      apiUrl: undefined,
    })
    expect(readSettings('billing', { DATABASE_URL: database }).stripe).toBeUndefined()
  })

  test.each(['main', 'server', 'worker'] as const)('are refused by %s', (program) => {
    for (const [name, value] of Object.entries(keys))
      expect(() => readSettings(program, { ...production, [name]: value })).toThrow(`${name}: only npm run billing`)
  })

  test('are set together', () => {
    for (const name of Object.keys(keys))
      expect(() => readSettings('billing', { ...billing, [name]: '' })).toThrow(
        /STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET/,
      )
  })
})

test('the demo is loaded by default on the embedded server only', () => {
  expect(readSettings('main', {}).demo).toBe(true)
  expect(readSettings('main', { DATABASE_URL: database }).demo).toBe(false)
  expect(readSettings('main', { DATABASE_URL: database, DEMO: 'on' }).demo).toBe(true)
  expect(readSettings('main', { DEMO: 'off' }).demo).toBe(false)
})

test('introspection is allowed by default, except in production', () => {
  expect(readSettings('main', {}).introspection).toBe(true)
  expect(readSettings('server', production).introspection).toBe(false)
  expect(readSettings('server', { ...production, GRAPHQL_INTROSPECTION: 'on' }).introspection).toBe(true)
  expect(readSettings('main', { GRAPHQL_INTROSPECTION: 'off' }).introspection).toBe(false)
})

test('a stop is reported by /readyz for five seconds in production, and without delay otherwise', () => {
  expect(readSettings('main', {}).stopDelayMs).toBe(0)
  expect(readSettings('server', production).stopDelayMs).toBe(5000)
  expect(readSettings('server', { ...production, STOP_DELAY_SECONDS: '0' }).stopDelayMs).toBe(0)
  expect(readSettings('main', { STOP_DELAY_SECONDS: '12' }).stopDelayMs).toBe(12_000)
})

test('all documents are accepted unless a file lists trusted ones', () => {
  expect(readSettings('main', {}).trustedDocuments).toBeUndefined()
  expect(readSettings('main', { TRUSTED_DOCUMENTS: 'documents.json' }).trustedDocuments).toBe('documents.json')
})

test('the server alone and the worker alone require a database', () => {
  expect(() => readSettings('server', {})).toThrow(/^DATABASE_URL: /)
  expect(() => readSettings('worker', {})).toThrow(/^DATABASE_URL: /)
})

test('an empty variable counts as not set', () => {
  expect(readSettings('main', { PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 5678, portIsGiven: false })
  expect(readSettings('main', { PORT: '5678' })).toMatchObject({ port: 5678, portIsGiven: true })
})
