import { positionHeader } from '../../../src/request/positions.ts'
import { shardCount } from '../database/cluster.ts'

/**
 * What a client of a server with shards sends back, as docs/shards.md asks of it: otherwise what it reads after its change
 * would depend on how fast the copies arrive.
 */
export function positionsSeen(): { headers: Record<string, string>; note(response: Response): void } {
  const headers: Record<string, string> = {}
  return {
    headers,
    note(response) {
      const position = response.headers.get(positionHeader)
      if (position && shardCount > 0) headers[positionHeader] = position
    },
  }
}
