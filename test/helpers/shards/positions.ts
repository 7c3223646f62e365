import { positionHeader } from '../../../src/request/positions.ts'
import { shardCount } from '../database/cluster.ts'

/**
 * The position header of the last change, which a client of a server with shards sends back, as docs/shards.md asks of it.
 * Otherwise it could read copies from before its change.
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
