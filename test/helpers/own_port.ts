import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { namesIn } from '../../src/database/place.ts'

/**
 * Has the embedded server of a data directory listen far from where others look for a free port. For tests that end
 * PostgreSQL and start it again: another test's server must not answer at its address in the meantime.
 */
export function takeOwnPort(dataDir: string): void {
  // Below the ports that the system gives to outgoing connections.
  writeFileSync(namesIn(dataDir).portFile, `${randomInt(20_000, 32_000)}\n`)
}
