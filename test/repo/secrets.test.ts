import { readdirSync, readFileSync, statSync } from 'node:fs'

// Secrets come from the environment and are in no file here; the environment is read where settings are checked.

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
  // With a password that is neither a placeholder of the compose file nor the word.
  'an address with a password': /:\/\/[^\s/:@$'`<>{}[\]()]+:(?!password@|…@|\$|[^\s@]*…)[^\s/@'`<>{}[\]()]{6,}@/,
}

test.each(Object.entries(secrets))('no file has %s', (_what, pattern) => {
  const found = files.flatMap((path) =>
    linesOf(path).flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}`] : [])),
  )
  expect(found).toEqual([])
})

test('what they look like is found where it is', () => {
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

test('settings are read in src/settings.ts; what else reads the environment is no setting', () => {
  const readers = files
    .filter((path) => /^(src|scripts)\/.*\.tsx?$/.test(path))
    .flatMap((path) =>
      linesOf(path).flatMap((line) =>
        [...line.matchAll(/process\.env(?:\.(\w+))?/g)].map(([, name]) => `${path}: ${name ?? 'all'}`),
      ),
    )
  expect([...new Set(readers)].sort()).toEqual([
    'scripts/build_web.ts: NODE_ENV',
    // Where programs are found.
    'src/database/migrations.ts: PATH',
    'src/database/place.ts: PATH',
    // A library's switch.
    'src/graphql/graphile_env.ts: GRAPHILE_ENV',
    // Where npm was called.
    'src/import.ts: INIT_CWD',
    // Before settings are checked, since a fault in them is logged.
    'src/log.ts: LOG_LEVEL',
    'src/settings.ts: all',
  ])
})

test('files that hold secrets on a developer’s machine are ignored', () => {
  const ignored = readFileSync('.gitignore', 'utf8').split('\n')
  const inImage = readFileSync('.dockerignore', 'utf8').split('\n')
  expect(ignored).toEqual(expect.arrayContaining(['/.env', '/.medislot/']))
  expect(inImage).toEqual(expect.arrayContaining(['.env', '.medislot', '.git']))
})
