import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { namesIn } from '../../../src/database/embedded/place.ts'

/**
 * Makes the embedded server of a data directory listen far from the ports that others try. For tests that end
 * PostgreSQL and start it again: a server of another test must not take its address in the meantime.
 */
export function takeOwnPort(dataDir: string): void {
  // Below the ports that the system uses for outgoing connections.
  writeFileSync(namesIn(dataDir).portFile, `${randomInt(20_000, 32_000)}\n`)
}
