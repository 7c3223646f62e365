import { expect, it } from '@jest/globals'
import { databaseOf, databasesOf } from '../helpers/shards/sharded_owner.ts'
import { type Client, type RestServer, serveRest } from '../rest/api.ts'
import { absent, askForHidden } from './endpoint_ids.ts'
import { type Anybody, digestOf, everybody, everybodysWorld } from './everybody.ts'

// A caller who asks for a row by its id must learn nothing from a row that is not theirs: every endpoint and
// (ids_in_sql.test.ts) every function with an id answers exactly as if there were no such row. Rows that the caller
// sees anyway are left out. Booking slots are left out, too: each was offered publicly with its id, so it is no secret
// that it is taken; only who has taken it is secret.

it("endpoints answer the same for ids of other people's rows as for unknown ids", async () => {
  const server: RestServer = await serveRest({ own: true })
  try {
    const world = await everybodysWorld(server.owner)
    const clients: [Anybody, Client][] = []
    for (const who of everybody) if (who !== 'closed account') clients.push([who, await server.as(world.claims[who])])
    const before = await digestOf(server.owner)
    for (const owner of databasesOf(server.owner)) {
      const isHere = (id: string) => databaseOf(server.owner, id) === owner
      const absentLike = (id: string) => (isHere(id) ? id.slice(0, -absent.length) + absent : undefined)
      const { told, asked } = await askForHidden({ world, owner, clients, absentLike })
      expect(told).toEqual([])
      expect(asked).toBeGreaterThan(200)
    }
    expect(await digestOf(server.owner)).toBe(before)
  } finally {
    await server.stop()
  }
})
