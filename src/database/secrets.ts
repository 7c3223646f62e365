import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from '../settings.ts'

/** What an embedded installation made up for itself: two passwords and the key that signs tokens. */
export interface Secrets {
  superuserPassword: string
  ownerPassword: string
  jwtSecret: string
}

/**
 * The secrets of a data directory, made on first use and kept in a file that only its owner can read.
 * Throws StartError when the cluster is there and its secrets are not.
 */
export async function secretsOf(dataDir: string): Promise<Secrets> {
  const file = join(dataDir, 'secrets.json')
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8'))
  if (existsSync(join(dataDir, 'pg'))) {
    throw new StartError(
      `${file} is missing, and with it the passwords of the database beside it. Put it back, or remove ${dataDir} to start afresh.`,
    )
  }
  const random = () => randomBytes(36).toString('base64url')
  const secrets: Secrets = { superuserPassword: random(), ownerPassword: random(), jwtSecret: random() }
  await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return secrets
}
