import { readdirSync, readFileSync, statSync } from 'node:fs'

// Secrets come from the environment and are in no file of the repository. Only the settings read the environment.

const leftOut =
  /(^|\/)(node_modules|\.git|dist|\.medislot|coverage|tmp|generated)(\/|$)|\.(png|ico|woff2?)$|package-lock\.json$/
const files = readdirSync('.', { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !leftOut.test(path) && statSync(path).isFile())
const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n')

const secrets = {
  'a private key': /BEGIN [A-Z ]*PRIVATE KEY/,
  'a key of AWS': /\bAKIA[0-9A-Z]{16}\b/,
  'a token of GitHub': /\bgh[pousr]_[A-Za-z0-9]{30,}/,
  'a token of Slack': /\bxox[abpr]-[A-Za-z0-9-]{10,}/,
  'a key of Stripe': /\b[rs]k_live_[A-Za-z0-9]{10,}/,
  'an account or a key of Twilio': /\b(AC|SK)[0-9a-f]{32}\b/,
  'an access token': /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}/,
  // With a password that is neither a placeholder of the compose file nor the word "password".
  'an address with a password': /:\/\/[^\s/:@$'`<>{}[\]()]+:(?!password@|…@|\$|[^\s@]*…)[^\s/@'`<>{}[\]()]{6,}@/,
}

test.each(Object.entries(secrets))('no file contains %s', (_what, pattern) => {
  const found = files.flatMap((path) =>
    linesOf(path).flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}`] : [])),
  )
  expect(found).toEqual([])
})

test('the patterns match examples of secrets', () => {
  const [word, hex] = ['Ab3'.repeat(15), '0123456789abcdef'.repeat(2)]
  const examples = [
    `-----BEGIN ${'PRIVATE'} KEY-----`,
    `AKIA${'X'.repeat(16)}`,
    `ghp_${word}`,
    `xoxb-${word}`,
    `sk_live_${word}`,
    `AC${hex}`,
    `eyJ${word}.eyJ${word}`,
    `postgresql://medislot:${word}@db.internal/medislot`,
  ]
  expect(Object.values(secrets).map((pattern, i) => pattern.test(examples[i] ?? ''))).toEqual(examples.map(() => true))
})

test('settings are read in src/process/settings.ts only; other reads of the environment are not settings', () => {
  const readers = files
    .filter((path) => /^(src|scripts)\/.*\.tsx?$/.test(path))
    .flatMap((path) =>
      linesOf(path).flatMap((line) =>
        [...line.matchAll(/process\.env(?:\.(\w+))?/g)].map(([, name]) => `${path}: ${name ?? 'all'}`),
      ),
    )
  expect([...new Set(readers)].sort()).toEqual([
    'scripts/build_web.ts: NODE_ENV',
    // The search path for programs.
    'src/database/embedded/place.ts: PATH',
    'src/database/migrations.ts: PATH',
    // An option of a library.
    'src/graphql/schema/graphile_env.ts: GRAPHILE_ENV',
    // Read before settings are checked, because invalid settings are logged.
    'src/process/log.ts: LOG_LEVEL',
    'src/process/settings.ts: all',
    // A variable of OpenTelemetry.
    'src/process/tracing.ts: OTEL_SERVICE_NAME',
    // The directory in which npm was called.
    'src/programs/import.ts: INIT_CWD',
  ])
})

test('files that contain secrets on a developer’s machine are ignored by git', () => {
  const ignored = readFileSync('.gitignore', 'utf8').split('\n')
  const inImage = readFileSync('.dockerignore', 'utf8').split('\n')
  expect(ignored).toEqual(expect.arrayContaining(['/.env', '/.medislot/']))
  expect(inImage).toEqual(expect.arrayContaining(['.env', '.medislot', '.git']))
})
