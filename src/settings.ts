import { cleanEnv, makeValidator, str, url } from 'envalid'
import { trustOf } from './client_address.ts'

/** A fault that the person who started the program can put right: its message is shown to them, without a stack. */
export class StartError extends Error {}

const wholeNumber = (least: number, most: number) =>
  makeValidator((input) => {
    const value = Number(input)
    if (!/^\d+$/.test(input) || value < least || value > most) {
      throw new Error(`must be a whole number from ${least} to ${most}, not "${input}"`)
    }
    return value
  })

const yesOrNo = makeValidator((input) => {
  const value = { true: true, on: true, yes: true, 1: true, false: false, off: false, no: false, 0: false }[
    input.toLowerCase()
  ]
  if (value === undefined) throw new Error(`must be on or off, not "${input}"`)
  return value
})

const postgresUrl = makeValidator((input) => {
  const parsed = URL.canParse(input) ? new URL(input) : undefined
  if (!parsed || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.pathname.length < 2) {
    throw new Error('must look like postgresql://user:password@host:5432/database')
  }
  return input
})

const mailUrl = makeValidator((input) => {
  if (!URL.canParse(input) || !/^smtps?:$/.test(new URL(input).protocol)) {
    throw new Error('must look like smtp://user:password@host:587 or smtps://user:password@host:465')
  }
  return input
})

const proxies = makeValidator((input) => {
  trustOf(input)
  return input
})

// HS256 is as strong as its key: 256 bits. A key of one repeated word is long but no secret.
const secret = makeValidator((input) => {
  if (input.length < 32) throw new Error('must have at least 32 characters')
  if (new Set(input).size < 10) throw new Error('must be random (for example: openssl rand -base64 48)')
  return input
})

// The one place where settings are declared. The README's table is compared with it (test/repo/readme_settings.test.ts).
const specs = {
  NODE_ENV: str({
    choices: ['development', 'test', 'production'],
    default: 'development',
    desc: 'With `production` the server refuses the embedded database, a missing JWT_SECRET and demo data',
  }),
  PORT: wholeNumber(
    0,
    65535,
  )({
    default: 5678,
    desc: 'Port of the HTTP server; 0 takes any free one. Left unset, the next free port from 5678 on is taken',
  }),
  HOST: str({ default: '127.0.0.1', desc: 'Address the HTTP server listens on; 0.0.0.0 for all' }),
  PUBLIC_URL: url({
    default: undefined,
    desc: 'Where people reach the pages, such as https://book.clinic.example, for links in e-mails',
  }),
  DATABASE_URL: postgresUrl({
    default: undefined,
    desc: 'The database, as its owner; for the server alone, as app_authenticator. Unset, `npm start` runs an embedded PostgreSQL 18',
  }),
  SERVER_DATABASE_URL: postgresUrl({
    default: undefined,
    desc: 'The same database as the HTTP server connects to it: as app_authenticator, who cannot become the owner. In production DATABASE_URL or this must be so',
  }),
  LISTEN_DATABASE_URL: postgresUrl({
    default: undefined,
    desc: 'Set it when the address for the HTTP server leads through PgBouncer or another pooler in transaction mode: the same login past the pooler, to listen for changes',
  }),
  MEDISLOT_DATA_DIR: str({
    default: undefined,
    desc: 'Where the embedded server keeps its data, its log and its generated secrets',
  }),
  JWT_SECRET: secret({
    default: undefined,
    desc: 'Key that signs access tokens, 32 characters or more. Required in production',
  }),
  ACCESS_TOKEN_SECONDS: wholeNumber(
    10,
    86_400,
  )({ default: 900, desc: 'How long an access token is good for, seconds' }),
  JWT_ISSUER: str({ default: 'medislot', desc: '`iss` of the tokens issued and accepted' }),
  JWT_AUDIENCE: str({ default: 'medislot', desc: '`aud` of the tokens issued and accepted' }),
  EXTERNAL_JWKS_URL: url({
    default: undefined,
    desc: 'Public keys of an identity provider whose tokens are accepted too',
  }),
  EXTERNAL_JWT_ISSUER: str({
    default: undefined,
    desc: '`iss` of that provider. Set all three EXTERNAL_ settings or none',
  }),
  EXTERNAL_JWT_AUDIENCE: str({ default: undefined, desc: '`aud` that provider puts into tokens for medislot' }),
  DEMO: yesOrNo({ default: undefined, desc: 'Load the demo clinics when there is no clinic yet' }),
  LOG_LEVEL: str({
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
    desc: 'Least level that is logged (JSON lines on stderr)',
  }),
  POOL_SIZE: wholeNumber(1, 1000)({ default: 20, desc: 'Most database connections of the HTTP server' }),
  PASSWORD_POOL_SIZE: wholeNumber(
    1,
    100,
  )({
    default: 2,
    desc: 'Database connections besides these, for what computes a password’s hash: sign-in, registration, new passwords',
  }),
  SMTP_URL: mailUrl({
    default: undefined,
    desc: 'SMTP server for e-mail, such as smtps://user:password@mail.example:465. Unset, e-mails land in a table and the log',
  }),
  MAIL_FROM: str({
    default: undefined,
    desc: 'Address that e-mails come from; their name is the clinic. Goes with SMTP_URL',
  }),
  TWILIO_ACCOUNT_SID: str({
    default: undefined,
    desc: 'Twilio account for SMS. Set it with TWILIO_AUTH_TOKEN and TWILIO_FROM, or none: then SMS land in a table and the log',
  }),
  TWILIO_AUTH_TOKEN: str({ default: undefined, desc: 'Its token' }),
  TWILIO_FROM: str({ default: undefined, desc: 'Number that SMS come from, or the sid of a messaging service (MG…)' }),
  TWILIO_API_URL: url({ default: undefined, desc: 'In place of https://api.twilio.com' }),
  METRICS_TOKEN: secret({
    default: undefined,
    desc: 'Bearer token for GET /metrics. Unset, only this machine is answered',
  }),
  GRAPHQL_INTROSPECTION: yesOrNo({
    default: undefined,
    desc: 'Answer `__schema` and `__type`, which GraphiQL and code generators ask for, and suggest names for misspelt ones',
  }),
  TRUSTED_DOCUMENTS: str({
    default: undefined,
    desc: 'JSON file of the only GraphQL documents to run besides those of the pages: texts by their SHA-256, as code generators write it. Unset, any is run',
  }),
  EVENT_HEADS_FILE: str({
    default: undefined,
    desc: "File to which the worker adds the heads of the clinics' chains of events daily (docs/events.md)",
  }),
  WORKER_CONCURRENCY: wholeNumber(1, 100)({ default: 8, desc: 'Jobs a worker runs at the same time' }),
  STATEMENT_TIMEOUT_MS: wholeNumber(
    100,
    600_000,
  )({
    default: 15_000,
    desc: 'Longest a statement of a request may take, milliseconds',
  }),
  ANSWER_TIMEOUT_MS: wholeNumber(
    100,
    600_000,
  )({
    default: 15_000,
    desc: 'Longest the work for a request may take, with all its statements, milliseconds',
  }),
  ANONYMOUS_ANSWER_TIMEOUT_MS: wholeNumber(
    100,
    600_000,
  )({
    default: 5000,
    desc: 'The same for a caller who is not signed in',
  }),
  TRUST_PROXY: proxies({
    default: undefined,
    desc: 'Proxies in front whose X-Forwarded-For is believed: how many, or their addresses, such as 10.0.0.0/8',
  }),
  REQUEST_TIMEOUT_MS: wholeNumber(
    1000,
    600_000,
  )({
    default: 30_000,
    desc: 'Longest a request may take to arrive, and a client to read on in its answer, milliseconds',
  }),
  MAX_CONNECTIONS: wholeNumber(
    10,
    1_000_000,
  )({
    default: 10_000,
    desc: 'Most clients connected to the HTTP server; further ones are disconnected at once',
  }),
}

// The README's words where the default is not a plain value.
const unsetMeans: Partial<Record<keyof typeof specs, string>> = {
  PUBLIC_URL: 'this machine',
  DATABASE_URL: 'embedded server',
  MEDISLOT_DATA_DIR: '`.medislot` in the checkout',
  SERVER_DATABASE_URL: 'DATABASE_URL',
  JWT_SECRET: 'generated',
  DEMO: 'on with the embedded server',
  GRAPHQL_INTROSPECTION: 'on, in production off',
}

/** Every setting with its default and description, as the README lists them. */
export const settingsTable = Object.entries(specs).map(([name, spec]) => ({
  name,
  default: unsetMeans[name as keyof typeof specs] ?? (spec.default === undefined ? 'none' : String(spec.default)),
  description: spec.desc ?? '',
}))

/** The settings a program runs with, checked. */
export type Settings = ReturnType<typeof readSettings>

/** Settings of a server that knows its database and its signing key, whether given or generated. */
export type ServerSettings = Settings & { databaseUrl: string; jwtSecret: string }

/** Which program asks: they need different settings. `main` is `npm start`; `tool` runs once and ends (import, …). */
export type Program = 'main' | 'server' | 'worker' | 'migrate' | 'tool'

/**
 * Reads and checks the settings of a program from an environment. A variable set to the empty string counts as unset,
 * which is how compose files leave one out. Throws StartError with one line per fault, each naming its variable.
 */
export function readSettings(program: Program, environment: NodeJS.ProcessEnv = process.env) {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  const faults: string[] = []
  const env = cleanEnv(given, specs, {
    reporter: ({ errors }) => {
      for (const [name, error] of Object.entries(errors)) faults.push(`${name}: ${error?.message}`)
    },
  })
  if (faults.length > 0) throw new StartError(faults.join('\n'))

  const production = env.NODE_ENV === 'production'
  const embedded = env.DATABASE_URL === undefined
  const demo = env.DEMO ?? (embedded && !production)
  const external = [env.EXTERNAL_JWKS_URL, env.EXTERNAL_JWT_ISSUER, env.EXTERNAL_JWT_AUDIENCE]
  const serves = program === 'main' || program === 'server'

  const databaseIsKnown = !embedded || (program === 'server' && env.SERVER_DATABASE_URL)
  if (!databaseIsKnown && (program === 'server' || program === 'worker')) {
    faults.push(`DATABASE_URL: must be set, the ${program} alone has no embedded database (npm start has)`)
  } else if (!databaseIsKnown && production) {
    faults.push('DATABASE_URL: must be set when NODE_ENV is production, which never runs on the embedded database')
  }
  if (serves && production && !env.JWT_SECRET) {
    faults.push('JWT_SECRET: must be set when NODE_ENV is production (for example: openssl rand -base64 48)')
  }
  if (serves && production && demo) faults.push('DEMO: must be off when NODE_ENV is production')
  if (external.some(Boolean) && !external.every(Boolean)) {
    faults.push('EXTERNAL_JWKS_URL, EXTERNAL_JWT_ISSUER, EXTERNAL_JWT_AUDIENCE: set all three or none')
  }
  if (Boolean(env.SMTP_URL) !== Boolean(env.MAIL_FROM)) faults.push('SMTP_URL, MAIL_FROM: set both or none')
  if (env.MAIL_FROM && !/^[^@\s<>]+@[^@\s<>]+$/.test(env.MAIL_FROM)) {
    faults.push('MAIL_FROM: must be a bare address such as appointments@clinic.example')
  }
  const twilio = [env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN, env.TWILIO_FROM]
  if (twilio.some(Boolean) && !twilio.every(Boolean)) {
    faults.push('TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM: set all three or none')
  }
  if (faults.length > 0) throw new StartError(faults.join('\n'))

  return {
    production,
    port: env.PORT,
    /** PORT was set by somebody, so another port will not do. */
    portIsGiven: given.PORT !== undefined,
    host: env.HOST,
    publicUrl: env.PUBLIC_URL,
    databaseUrl: env.DATABASE_URL,
    serverDatabaseUrl: env.SERVER_DATABASE_URL,
    /** Where the HTTP server listens; defined, its own address leads through a pooler in transaction mode. */
    listenDatabaseUrl: env.LISTEN_DATABASE_URL,
    dataDir: env.MEDISLOT_DATA_DIR,
    jwtSecret: env.JWT_SECRET,
    accessTokenSeconds: env.ACCESS_TOKEN_SECONDS,
    jwtIssuer: env.JWT_ISSUER,
    jwtAudience: env.JWT_AUDIENCE,
    externalIssuer:
      env.EXTERNAL_JWKS_URL && env.EXTERNAL_JWT_ISSUER && env.EXTERNAL_JWT_AUDIENCE
        ? { jwksUrl: env.EXTERNAL_JWKS_URL, issuer: env.EXTERNAL_JWT_ISSUER, audience: env.EXTERNAL_JWT_AUDIENCE }
        : undefined,
    /** How e-mail is sent; undefined is the development transport. */
    mail: env.SMTP_URL && env.MAIL_FROM ? { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM } : undefined,
    /** How SMS are sent; undefined is the development transport. */
    twilio:
      env.TWILIO_ACCOUNT_SID && env.TWILIO_AUTH_TOKEN && env.TWILIO_FROM
        ? {
            accountSid: env.TWILIO_ACCOUNT_SID,
            authToken: env.TWILIO_AUTH_TOKEN,
            from: env.TWILIO_FROM,
            apiUrl: env.TWILIO_API_URL,
          }
        : undefined,
    metricsToken: env.METRICS_TOKEN,
    introspection: env.GRAPHQL_INTROSPECTION ?? !production,
    /** The manifest; undefined trusts all. */
    trustedDocuments: env.TRUSTED_DOCUMENTS,
    demo,
    logLevel: env.LOG_LEVEL,
    poolSize: env.POOL_SIZE,
    passwordPoolSize: env.PASSWORD_POOL_SIZE,
    /** Where the heads of the chains of events are kept; undefined keeps no file. */
    eventHeadsFile: env.EVENT_HEADS_FILE,
    workerConcurrency: env.WORKER_CONCURRENCY,
    statementTimeoutMs: env.STATEMENT_TIMEOUT_MS,
    answerTimes: { signedInMs: env.ANSWER_TIMEOUT_MS, anonymousMs: env.ANONYMOUS_ANSWER_TIMEOUT_MS },
    trust: trustOf(env.TRUST_PROXY),
    requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    maxConnections: env.MAX_CONNECTIONS,
  }
}
