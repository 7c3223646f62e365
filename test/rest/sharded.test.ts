import { expect, it } from '@jest/globals'
import { type ShardedServer, shardedServer } from '../helpers/sharded_server.ts'
import { aPractice } from '../helpers/world.ts'
import { restClientsOf } from './api.ts'
import { bookingCases } from './booking_cases.ts'

// Tests of REST, on a global database with two shards, in which the clinics are in turn.

let sharded: ShardedServer | undefined

bookingCases(async () => {
  sharded = await shardedServer(2)
  return { ...sharded, as: await restClientsOf(sharded.url) }
})

it('the shards did all of that, each of them', async () => {
  const { owner, global, databases } = sharded as ShardedServer
  const { clinicId } = await aPractice(owner)
  expect(clinicId).toMatch(/^[12]\d{12}$/)
  const live = `select from app_public.bookings where status = 'booked'`
  for (const shard of databases) expect((await shard.query(live)).length).toBeGreaterThan(3)
  // What only the database of a clinic has.
  expect(await global.query('select from app_public.events where booking_slot_id is not null')).toEqual([])
})
