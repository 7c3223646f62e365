import { cleanEnv, makeValidator, str, url } from 'envalid'
import { trustOf } from './trusted_proxies.ts'

/** An error that the person who started the program can correct: they see its message, without a stack. */
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

function isPostgresUrl(input: string): boolean {
  const parsed = URL.canParse(input) ? new URL(input) : undefined
  return parsed !== undefined && /^postgres(ql)?:$/.test(parsed.protocol) && parsed.pathname.length > 1
}

const postgresUrl = makeValidator((input) => {
  if (!isPostgresUrl(input)) {
    throw new Error('must look like postgresql://user:password@host:5432/database')
  }
  return input
})

const postgresUrls = makeValidator((input) => {
  const urls = input.split(',').map((each) => each.trim())
  if (urls.some((each) => !isPostgresUrl(each))) {
    throw new Error('must be a list such as postgresql://user:password@host:5432/database,postgresql://…')
  }
  return urls
})

const redisUrl = makeValidator((input) => {
  if (!URL.canParse(input) || !/^rediss?:$/.test(new URL(input).protocol)) {
    throw new Error('must look like redis://user:password@host:6379 or rediss://user:password@host:6379')
  }
  return input
})

const mailUrl = makeValidator((input) => {
  if (!URL.canParse(input) || !/^smtps?:$/.test(new URL(input).protocol)) {
    throw new Error('must look like smtp://user:password@host:587 or smtps://user:password@host:465')
  }
  return input
})

const stripeKey = makeValidator((input) => {
  if (!/^[sr]k_(live|test)_\w{16,}$/.test(input)) throw new Error('must look like sk_live_… or rk_live_…')
  return input
})

const webhookSecret = makeValidator((input) => {
  if (!/^whsec_\w{16,}$/.test(input)) throw new Error('must look like whsec_…')
  return input
})

const bucketName = makeValidator((input) => {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(input.replace('{clinic}', '1')))
    throw new Error('must be the name of a bucket, such as recordings or recordings-{clinic}')
  return input
})

const proxies = makeValidator((input) => {
  trustOf(input)
  return input
})

// HS256 is as strong as its key: 256 bits. A key that repeats one word is long but easy to guess.
const secret = makeValidator((input) => {
  if (input.length < 32) throw new Error('must have at least 32 characters')
  if (new Set(input).size < 10) throw new Error('must be random (for example: openssl rand -base64 48)')
  return input
})

// The one place where settings are declared. docs/settings.md is compared with it
// (test/repo/docs/settings_page.test.ts).
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
    desc: 'Port of the HTTP server; 0 means any free port. If unset, the first free port from 5678 on is used',
  }),
  HOST: str({ default: '127.0.0.1', desc: 'Address on which the HTTP server listens; 0.0.0.0 for all' }),
  PUBLIC_URL: url({
    default: undefined,
    desc: 'Public address of the pages, such as https://book.clinic.example, for links in e-mails',
  }),
  DATABASE_URL: postgresUrl({
    default: undefined,
    desc: 'The database, as its owner; for the server alone, as app_authenticator. Unset, `npm start` runs an embedded PostgreSQL 18',
  }),
  SERVER_DATABASE_URL: postgresUrl({
    default: undefined,
    desc: 'The same database for the HTTP server: as app_authenticator, which cannot become the owner. In production, this or DATABASE_URL must use that login',
  }),
  BILLING_DATABASE_URL: postgresUrl({
    default: undefined,
    desc: 'The same database for the billing process: as app_billing, which can record payments and read nothing else. In production, this or DATABASE_URL must use that login',
  }),
  LISTEN_DATABASE_URL: postgresUrl({
    default: undefined,
    desc: 'Required if the HTTP server connects through PgBouncer or another pooler in transaction mode: the direct address with the same login, for listening for changes',
  }),
  REPLICA_URLS: postgresUrls({
    default: undefined,
    desc: 'Read-only copies of the database (hot standbys) that serve reads, separated by commas, with the login of the HTTP server (docs/scaling.md)',
  }),
  REPLICA_READS: str({
    choices: ['anonymous', 'customers'],
    default: 'anonymous',
    desc: 'Whose reads the copies serve: those of callers who are not signed in, or also those of customers. Never those of staff',
  }),
  REPLICATION_PASSWORD: str({
    default: undefined,
    desc: 'Password of medislot_replication on all databases, for `npm run shards -- add` (docs/shards.md)',
  }),
  CATALOGUE_CACHE: yesOrNo({
    default: true,
    desc: 'Answer anonymous reads of clinics, doctors and the like from a cache (docs/scaling.md)',
  }),
  REDIS_URL: redisUrl({
    default: undefined,
    desc: 'Redis in which servers share cached answers, such as redis://:password@host:6379. If unset, each server caches for itself',
  }),
  MEDISLOT_DATA_DIR: str({
    default: undefined,
    desc: 'Where the embedded server keeps its data, its log and its generated secrets',
  }),
  EMBEDDED_STANDBYS: wholeNumber(
    0,
    4,
  )({
    default: 0,
    desc: 'Number of hot standbys that `npm start` runs beside the embedded server and reads from, to try it out',
  }),
  JWT_SECRET: secret({
    default: undefined,
    desc: 'Key that signs access tokens, 32 characters or more. Required in production',
  }),
  ACCESS_TOKEN_SECONDS: wholeNumber(10, 86_400)({ default: 900, desc: 'Lifetime of an access token in seconds' }),
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
  EXTERNAL_JWT_AUDIENCE: str({ default: undefined, desc: '`aud` of that provider’s tokens for medislot' }),
  DEMO: yesOrNo({ default: undefined, desc: 'Load the demo clinics when there is no clinic yet' }),
  LOG_LEVEL: str({
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
    desc: 'Lowest level that is logged (JSON lines on stderr)',
  }),
  SERVER_PROCESSES: wholeNumber(
    1,
    64,
  )({
    default: 1,
    desc: 'Number of processes of `npm run server` that share its port, for example one for each core. Each has its own database connections (docs/operations.md)',
  }),
  POOL_SIZE: wholeNumber(1, 1000)({ default: 20, desc: 'Maximum number of database connections of the HTTP server' }),
  PASSWORD_POOL_SIZE: wholeNumber(
    1,
    100,
  )({
    default: 2,
    desc: 'Additional database connections for requests that hash a password: sign-in, registration, new passwords',
  }),
  SMTP_URL: mailUrl({
    default: undefined,
    desc: 'SMTP server for e-mail, such as smtps://user:password@mail.example:465. If unset, e-mails are stored in a table and logged',
  }),
  MAIL_FROM: str({
    default: undefined,
    desc: 'Sender address of e-mails; the sender name is that of the clinic. Required with SMTP_URL',
  }),
  TWILIO_ACCOUNT_SID: str({
    default: undefined,
    desc: 'Twilio account for SMS. Set it together with TWILIO_AUTH_TOKEN and TWILIO_FROM. If none is set, SMS are stored in a table and logged',
  }),
  TWILIO_AUTH_TOKEN: str({ default: undefined, desc: 'Its token' }),
  TWILIO_FROM: str({ default: undefined, desc: 'Sender number of SMS, or the sid of a messaging service (MG…)' }),
  TWILIO_API_URL: url({ default: undefined, desc: 'In place of https://api.twilio.com' }),
  BILLING_PORT: wholeNumber(
    0,
    65535,
  )({
    default: 5680,
    desc: 'Port of the billing process, for the webhooks of payment providers; 0 means any free port. If unset, the first free port from 5680 on is used',
  }),
  STRIPE_SECRET_KEY: stripeKey({
    default: undefined,
    desc: 'Key of the Stripe account, for `npm run billing` alone: other programs refuse to start with it. Required in production',
  }),
  STRIPE_WEBHOOK_SECRET: webhookSecret({
    default: undefined,
    desc: 'Secret that signs the webhooks of Stripe, for `npm run billing` alone. Set it together with STRIPE_SECRET_KEY',
  }),
  STRIPE_API_URL: url({ default: undefined, desc: 'In place of https://api.stripe.com' }),
  JITSI_URL: url({
    default: undefined,
    desc: 'Address of a Jitsi Meet for online visits, such as https://meet.clinic.example. Set it together with JITSI_APP_ID and JITSI_APP_SECRET (docs/consultations.md)',
  }),
  JITSI_APP_ID: str({ default: undefined, desc: 'The application id of its token authentication' }),
  JITSI_APP_SECRET: secret({ default: undefined, desc: 'The secret that signs its tokens' }),
  DAILY_API_KEY: str({ default: undefined, desc: 'API key of Daily for online visits (docs/consultations.md)' }),
  DAILY_API_URL: url({ default: undefined, desc: 'In place of https://api.daily.co/v1' }),
  S3_BUCKET: bucketName({
    default: undefined,
    desc: 'Bucket for recordings of online visits; `{clinic}` in the name stands for the id of the clinic. Set it together with S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, for the server and the worker (docs/consultations.md). If unset, nothing is recorded',
  }),
  S3_ACCESS_KEY_ID: str({ default: undefined, desc: 'Key with which objects are stored, read and deleted there' }),
  S3_SECRET_ACCESS_KEY: str({ default: undefined, desc: 'Its secret' }),
  S3_REGION: str({ default: 'us-east-1', desc: 'Region of the bucket' }),
  S3_URL: url({
    default: undefined,
    desc: 'Address of an S3 storage other than AWS, such as https://s3.clinic.example. Browsers must reach it',
  }),
  METRICS_TOKEN: secret({
    default: undefined,
    desc: 'Bearer token for GET /metrics. If unset, only requests from this machine are answered',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: url({
    default: undefined,
    desc: 'OpenTelemetry collector that gets traces by OTLP over HTTP, such as http://collector:4318. If unset, nothing is traced',
  }),
  GRAPHQL_INTROSPECTION: yesOrNo({
    default: undefined,
    desc: 'Answer `__schema` and `__type`, which GraphiQL and code generators ask for, and suggest names for misspelt ones',
  }),
  TRUSTED_DOCUMENTS: str({
    default: undefined,
    desc: 'JSON file with the only GraphQL documents that are executed besides those of the pages: texts by their SHA-256, as code generators write it. If unset, all documents are executed',
  }),
  EVENT_HEADS_FILE: str({
    default: undefined,
    desc: "File to which the worker adds the heads of the clinics' chains of events daily (docs/database/events.md)",
  }),
  IDENTITY_KEYS: str({
    default: undefined,
    desc: 'Keys of identity documents, for the server and `npm run identity`: id:key,id:key, each key 32 random bytes in base64; the first encrypts (docs/operations.md). If unset, the server refuses such documents',
  }),
  CALENDAR_KEYS: str({
    default: undefined,
    desc: 'Keys of addresses and passwords of external calendars, for the server, the worker and `npm run identity -- rotate`, in the form of IDENTITY_KEYS. If unset, `npm start` uses a generated key with its embedded server, and elsewhere doctors cannot connect calendars',
  }),
  WORKER_CONCURRENCY: wholeNumber(1, 100)({ default: 8, desc: 'Number of jobs that a worker runs at the same time' }),
  STATEMENT_TIMEOUT_MS: wholeNumber(
    100,
    600_000,
  )({
    default: 15_000,
    desc: 'Time limit for a statement of a request, in milliseconds',
  }),
  ANSWER_TIMEOUT_MS: wholeNumber(
    100,
    600_000,
  )({
    default: 15_000,
    desc: 'Time limit for a request with all its statements, in milliseconds',
  }),
  ANONYMOUS_ANSWER_TIMEOUT_MS: wholeNumber(
    100,
    600_000,
  )({
    default: 5000,
    desc: 'The same for callers who are not signed in',
  }),
  TRUST_PROXY: proxies({
    default: undefined,
    desc: 'Proxies whose X-Forwarded-For is trusted: their number, or their addresses, such as 10.0.0.0/8',
  }),
  REQUEST_TIMEOUT_MS: wholeNumber(
    1000,
    600_000,
  )({
    default: 30_000,
    desc: 'Time limit for receiving a request, and for a client to continue reading a response, in milliseconds',
  }),
  KEEP_ALIVE_SECONDS: wholeNumber(
    1,
    3600,
  )({
    default: 75,
    desc: 'How long in seconds a connection without requests stays open: longer than a proxy keeps it for its next request',
  }),
  STOP_DELAY_SECONDS: wholeNumber(
    0,
    600,
  )({
    default: undefined,
    desc: 'How long in seconds the HTTP server continues to serve after a stop signal, while `/readyz` answers 503 so that load balancers use other servers',
  }),
  MAX_CONNECTIONS: wholeNumber(
    10,
    1_000_000,
  )({
    default: 10_000,
    desc: 'Maximum number of client connections of the HTTP server; further ones are closed at once',
  }),
}

// The text of docs/settings.md where the default is not a plain value.
const unsetMeans: Partial<Record<keyof typeof specs, string>> = {
  CATALOGUE_CACHE: 'on',
  PUBLIC_URL: 'this machine',
  DATABASE_URL: 'embedded server',
  MEDISLOT_DATA_DIR: '`.medislot` in the checkout',
  SERVER_DATABASE_URL: 'DATABASE_URL',
  BILLING_DATABASE_URL: 'DATABASE_URL',
  JWT_SECRET: 'generated',
  DEMO: 'on with the embedded server',
  GRAPHQL_INTROSPECTION: 'on, in production off',
  STOP_DELAY_SECONDS: '0, in production 5',
}

/** Every setting with its default and description, as docs/settings.md lists them. */
export const settingsTable = Object.entries(specs).map(([name, spec]) => ({
  name,
  default: unsetMeans[name as keyof typeof specs] ?? (spec.default === undefined ? 'none' : String(spec.default)),
  description: spec.desc ?? '',
}))

/** The validated settings of a program. */
export type Settings = ReturnType<typeof readSettings>

/** Settings with a database and a signing key, whether they were set or generated. */
export type ServerSettings = Settings & { databaseUrl: string; jwtSecret: string }

/** Programs need different settings. `main` is `npm start`; a `tool` runs once and ends (import, …). */
export type Program = 'main' | 'server' | 'worker' | 'billing' | 'migrate' | 'tool'

type Environment = ReturnType<typeof cleanEnv<typeof specs>>

/** Settings that contradict each other, and settings that the program needs and that are not set, one line each. */
function contradictions(program: Program, env: Environment): string[] {
  return [
    ...databaseFaults(program, env),
    ...productionFaults(program, env),
    ...paymentFaults(program, env),
    ...groupFaults(env),
  ]
}

function databaseFaults(program: Program, env: Environment): string[] {
  const own = { server: env.SERVER_DATABASE_URL, billing: env.BILLING_DATABASE_URL }[program as string]
  if (env.DATABASE_URL !== undefined || own !== undefined) return []
  if (program === 'server' || program === 'worker' || program === 'billing') {
    const name = program === 'billing' ? 'billing process' : program
    return [`DATABASE_URL: must be set, the ${name} alone has no embedded database (npm start has)`]
  }
  return env.NODE_ENV === 'production'
    ? ['DATABASE_URL: must be set when NODE_ENV is production, which never runs on the embedded database']
    : []
}

const userOf = (url: string) => new URL(url).username

function productionFaults(program: Program, env: Environment): string[] {
  const serves = program === 'main' || program === 'server'
  if (!serves || env.NODE_ENV !== 'production') return []
  return [
    ...(env.REPLICA_URLS?.every((url) => userOf(url) === 'app_authenticator') === false
      ? ['REPLICA_URLS: must use the login app_authenticator when NODE_ENV is production']
      : []),
    ...(env.JWT_SECRET
      ? []
      : ['JWT_SECRET: must be set when NODE_ENV is production (for example: openssl rand -base64 48)']),
    ...(isDemo(env) ? ['DEMO: must be off when NODE_ENV is production'] : []),
  ]
}

const stripeSecrets = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const

/**
 * A program that serves browsers or sends messages must not have the keys of the payment provider, because an attacker
 * might control it.
 */
function paymentFaults(program: Program, env: Environment): string[] {
  if (program === 'main' || program === 'server' || program === 'worker')
    return stripeSecrets
      .filter((name) => env[name])
      .map((name) => `${name}: only npm run billing may know it; remove it from the environment of this program`)
  if (program !== 'billing' || env.NODE_ENV !== 'production') return []
  return [
    ...stripeSecrets.filter((name) => !env[name]).map((name) => `${name}: must be set when NODE_ENV is production`),
    ...(env.PUBLIC_URL
      ? []
      : ['PUBLIC_URL: must be set when NODE_ENV is production, patients return there after a payment']),
  ]
}

/** Settings that are set together or not at all. */
const groups = [
  { names: ['EXTERNAL_JWKS_URL', 'EXTERNAL_JWT_ISSUER', 'EXTERNAL_JWT_AUDIENCE'], all: 'all three' },
  { names: ['SMTP_URL', 'MAIL_FROM'], all: 'both' },
  { names: stripeSecrets, all: 'both' },
  { names: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'], all: 'all three' },
  { names: ['JITSI_URL', 'JITSI_APP_ID', 'JITSI_APP_SECRET'], all: 'all three' },
  { names: ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'], all: 'all three' },
] as const

function groupFaults(env: Environment): string[] {
  const incomplete = groups.filter(({ names }) => names.some((name) => env[name]) && !names.every((name) => env[name]))
  const faults = incomplete.map(({ names, all }) => `${names.join(', ')}: set ${all} or none`)
  if (env.MAIL_FROM && !/^[^@\s<>]+@[^@\s<>]+$/.test(env.MAIL_FROM)) {
    faults.push('MAIL_FROM: must be a bare address such as appointments@clinic.example')
  }
  return faults
}

const isProduction = ({ NODE_ENV }: Environment): boolean => NODE_ENV === 'production'

const isDemo = ({ DEMO, DATABASE_URL, NODE_ENV }: Environment): boolean =>
  DEMO ?? (DATABASE_URL === undefined && NODE_ENV !== 'production')

function externalIssuerOf(env: Environment) {
  const { EXTERNAL_JWKS_URL: jwksUrl, EXTERNAL_JWT_ISSUER: issuer, EXTERNAL_JWT_AUDIENCE: audience } = env
  return jwksUrl && issuer && audience ? { jwksUrl, issuer, audience } : undefined
}

function twilioOf(env: Environment) {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: from } = env
  return accountSid && authToken && from ? { accountSid, authToken, from, apiUrl: env.TWILIO_API_URL } : undefined
}

function stripeOf({
  STRIPE_SECRET_KEY: secretKey,
  STRIPE_WEBHOOK_SECRET: webhookSecret,
  STRIPE_API_URL: apiUrl,
}: Environment) {
  return secretKey && webhookSecret ? { secretKey, webhookSecret, apiUrl } : undefined
}

function jitsiOf({ JITSI_URL: url, JITSI_APP_ID: appId, JITSI_APP_SECRET: secret }: Environment) {
  return url && appId && secret ? { url, appId, secret } : undefined
}

function recordingsOf(env: Environment) {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = env
  return bucket && accessKeyId && secretAccessKey
    ? { bucket, accessKeyId, secretAccessKey, region: env.S3_REGION, url: env.S3_URL }
    : undefined
}

/** Where it listens, and what clients see of it. */
const siteOf = (env: Environment) => ({
  port: env.PORT,
  host: env.HOST,
  publicUrl: env.PUBLIC_URL,
  billingPort: env.BILLING_PORT,
  trust: trustOf(env.TRUST_PROXY),
  introspection: env.GRAPHQL_INTROSPECTION ?? !isProduction(env),
  /** The manifest; undefined: any document may run. */
  trustedDocuments: env.TRUSTED_DOCUMENTS,
  demo: isDemo(env),
})

const databasesOf = (env: Environment) => ({
  databaseUrl: env.DATABASE_URL,
  serverDatabaseUrl: env.SERVER_DATABASE_URL,
  billingDatabaseUrl: env.BILLING_DATABASE_URL,
  /** The address for LISTEN; when it is set, the server's other address goes through a pooler in transaction mode. */
  listenDatabaseUrl: env.LISTEN_DATABASE_URL,
  replicaUrls: env.REPLICA_URLS ?? [],
  replicaReads: env.REPLICA_READS,
  replicationPassword: env.REPLICATION_PASSWORD,
  catalogueCache: env.CATALOGUE_CACHE,
  redisUrl: env.REDIS_URL,
  dataDir: env.MEDISLOT_DATA_DIR,
  embeddedStandbys: env.EMBEDDED_STANDBYS,
})

const secretsOf = (env: Environment) => ({
  jwtSecret: env.JWT_SECRET,
  accessTokenSeconds: env.ACCESS_TOKEN_SECONDS,
  jwtIssuer: env.JWT_ISSUER,
  jwtAudience: env.JWT_AUDIENCE,
  externalIssuer: externalIssuerOf(env),
  metricsToken: env.METRICS_TOKEN,
  identityKeys: env.IDENTITY_KEYS,
  calendarKeys: env.CALENDAR_KEYS,
})

/** Accounts at other services. Undefined: the service is not used. */
const servicesOf = (env: Environment) => ({
  /** For payments, in the billing process. */
  stripe: stripeOf(env),
  /** How e-mail is sent; undefined: messages are stored in a table. */
  mail: env.SMTP_URL && env.MAIL_FROM ? { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM } : undefined,
  /** How SMS are sent; undefined: messages are stored in a table. */
  twilio: twilioOf(env),
  /** Where online visits can take place. */
  jitsi: jitsiOf(env),
  daily: env.DAILY_API_KEY ? { apiKey: env.DAILY_API_KEY, apiUrl: env.DAILY_API_URL } : undefined,
  /** Where recordings of online visits are stored; undefined: there are none. */
  recordings: recordingsOf(env),
  /** Where traces are sent. */
  tracesUrl: env.OTEL_EXPORTER_OTLP_ENDPOINT,
})

const operationOf = (env: Environment) => ({
  logLevel: env.LOG_LEVEL,
  serverProcesses: env.SERVER_PROCESSES,
  poolSize: env.POOL_SIZE,
  passwordPoolSize: env.PASSWORD_POOL_SIZE,
  /** The file for the heads of the chains of events; undefined: no file. */
  eventHeadsFile: env.EVENT_HEADS_FILE,
  workerConcurrency: env.WORKER_CONCURRENCY,
  statementTimeoutMs: env.STATEMENT_TIMEOUT_MS,
  answerTimes: { signedInMs: env.ANSWER_TIMEOUT_MS, anonymousMs: env.ANONYMOUS_ANSWER_TIMEOUT_MS },
  requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
  keepAliveMs: env.KEEP_ALIVE_SECONDS * 1000,
  /** How long /readyz reports the stop before the HTTP server stops listening, milliseconds. */
  stopDelayMs: (env.STOP_DELAY_SECONDS ?? (isProduction(env) ? 5 : 0)) * 1000,
  maxConnections: env.MAX_CONNECTIONS,
})

/**
 * Reads and checks the settings of a program from an environment. A variable set to the empty string counts as unset,
 * since compose files pass unset variables that way. Throws StartError with one line per error, each naming its
 * variable.
 */
export function readSettings(program: Program, environment: NodeJS.ProcessEnv = process.env) {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  const faults: string[] = []
  const env = cleanEnv(given, specs, {
    reporter: ({ errors }) => {
      for (const [name, error] of Object.entries(errors)) faults.push(`${name}: ${error?.message}`)
    },
  })
  if (faults.length === 0) faults.push(...contradictions(program, env))
  if (faults.length > 0) throw new StartError(faults.join('\n'))

  return {
    production: isProduction(env),
    ...siteOf(env),
    /** PORT was set, so no other port may be used. */
    portIsGiven: given.PORT !== undefined,
    billingPortIsGiven: given.BILLING_PORT !== undefined,
    ...databasesOf(env),
    ...secretsOf(env),
    ...servicesOf(env),
    ...operationOf(env),
  }
}
