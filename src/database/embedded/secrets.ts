import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from '../../process/settings.ts'
import { namesIn } from './place.ts'

/** The generated secrets of an embedded installation: passwords, and keys. */
export interface Secrets {
  superuserPassword: string
  ownerPassword: string
  /** The password of app_authenticator, the HTTP server's login. */
  serverPassword: string
  /** The password of app_billing, the billing process's login. */
  billingPassword: string
  /** The key that signs tokens. */
  jwtSecret: string
  /** The key of the addresses of external calendars, in the form of CALENDAR_KEYS. */
  calendarKeys: string
}

const fileOf = (dataDir: string) => join(dataDir, 'secrets.json')

/** The secrets of a data directory that is in use. Throws when it has none yet. */
export async function keptSecrets(dataDir: string): Promise<Secrets> {
  return JSON.parse(await readFile(fileOf(dataDir), 'utf8'))
}

/**
 * The secrets of a data directory, generated on first use and stored in a file that only its owner can read. The caller must
 * own the directory. Throws StartError when there is a cluster but no secrets.
 */
export async function secretsOf(dataDir: string): Promise<Secrets> {
  const file = fileOf(dataDir)
  const random = () => randomBytes(36).toString('base64url')
  const calendarKey = () => `k1:${randomBytes(32).toString('base64')}`
  if (existsSync(file)) {
    const kept = await keptSecrets(dataDir)
    // Directories from before a program had its own login, or calendars a key, have none.
    if (kept.serverPassword && kept.billingPassword && kept.calendarKeys) return kept
    return write({
      ...kept,
      serverPassword: kept.serverPassword ?? random(),
      billingPassword: kept.billingPassword ?? random(),
      calendarKeys: kept.calendarKeys ?? calendarKey(),
    })
  }
  if (existsSync(namesIn(dataDir).cluster)) {
    throw new StartError(
      `${file} is missing, and with it the passwords of the database beside it. Put it back, or remove ${dataDir} to start afresh.`,
    )
  }
  return write({
    superuserPassword: random(),
    ownerPassword: random(),
    serverPassword: random(),
    billingPassword: random(),
    jwtSecret: random(),
    calendarKeys: calendarKey(),
  })

  async function write(secrets: Secrets): Promise<Secrets> {
    await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
    await rename(`${file}.new`, file)
    return secrets
  }
}
