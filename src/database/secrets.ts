import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from '../settings.ts'
import { namesIn } from './place.ts'

/** What an embedded installation made up for itself: passwords and the key that signs tokens. */
export interface Secrets {
  superuserPassword: string
  ownerPassword: string
  /** Of app_authenticator, as which the HTTP server connects. */
  serverPassword: string
  jwtSecret: string
}

const fileOf = (dataDir: string) => join(dataDir, 'secrets.json')

/** The secrets of a data directory that is in use. Throws when there are none yet. */
export async function keptSecrets(dataDir: string): Promise<Secrets> {
  return JSON.parse(await readFile(fileOf(dataDir), 'utf8'))
}

/**
 * The secrets of a data directory, made on first use and kept in a file that only its owner can read. To be called by
 * whoever owns the directory. Throws StartError when the cluster is there and its secrets are not.
 */
export async function secretsOf(dataDir: string): Promise<Secrets> {
  const file = fileOf(dataDir)
  const random = () => randomBytes(36).toString('base64url')
  if (existsSync(file)) {
    const kept = await keptSecrets(dataDir)
    // Directories of before the server had a login of its own lack its password.
    if (kept.serverPassword) return kept
    return write({ ...kept, serverPassword: random() })
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
    jwtSecret: random(),
  })

  async function write(secrets: Secrets): Promise<Secrets> {
    await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
    await rename(`${file}.new`, file)
    return secrets
  }
}
