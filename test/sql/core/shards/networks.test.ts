import { describe, expect, it } from '@jest/globals'
import { book } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

// The slots that networks have taken in several databases, here with one database. test/programs/shards/server.test.ts
// tests a server with several.

const limit = (db: Db, burst: number) =>
  db.query(`update app_private.network_limits set burst = $1, per_hour = $1 where kind = 'booking'`, [burst])

/** A new customer books a new slot from this address. */
async function take(
  db: Db,
  { clinicId, doctorId }: Awaited<ReturnType<typeof aPractice>>,
  from: string,
  hours: number,
) {
  await db.asOwner()
  const slotId = await aSlot(db, clinicId, doctorId, hours)
  const { claims } = await aCustomer(db)
  await db.as({ ...claims, from }, () => book(db, clinicId, slotId))
}

const near = async (db: Db, databases: number) =>
  (await db.query(`select app_private.networks_near_limit($1, '10 seconds') as network order by 1`, [databases])).map(
    ({ network }) => network,
  )
const own = async (db: Db, ...networks: string[]): Promise<{ shard_id: number; slots: number }[]> =>
  (await db.one('select app_private.own_network_slots($1) as rows', [networks])).rows
const put = (db: Db, rows: object[]) => db.query('select app_private.put_network_slots($1)', [JSON.stringify(rows)])

describe('the slots that a network has taken', () => {
  it('are reported while the network takes more, if it may have reached the limit in all databases together', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await limit(db, 4)
      await take(db, practice, '192.0.2.1', 50)
      await take(db, practice, '192.0.2.2', 51)
      await take(db, practice, '192.0.2.2', 52)
      expect(await near(db, 1)).toEqual([])
      expect(await near(db, 2)).toEqual(['192.0.2.2/32'])
      expect(await near(db, 4)).toEqual(['192.0.2.1/32', '192.0.2.2/32'])
      await db.query(`update app_private.network_slots set taken_at = taken_at - interval '20 seconds'`)
      expect(await near(db, 4)).toEqual([])
      // Slots that were taken so long ago that they no longer count for the limit.
      await db.query(`update app_private.network_slots set taken_at = taken_at - interval '2 hours'`)
      await take(db, practice, '192.0.2.2', 53)
      expect(await near(db, 2)).toEqual([])
    }))

  it('are also counted for each larger IPv6 network, whose limit is higher', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await limit(db, 2)
      await take(db, practice, '2001:db8:1:101::1', 50)
      await take(db, practice, '2001:db8:1:102::1', 51)
      await take(db, practice, '2001:db8:1:103::1', 52)
      const smallest = ['2001:db8:1:101::/64', '2001:db8:1:102::/64', '2001:db8:1:103::/64']
      expect(await near(db, 1)).toEqual([])
      expect(await near(db, 2)).toEqual(['2001:db8:1:100::/56', ...smallest])
      expect(await near(db, 3)).toEqual(['2001:db8:1::/48', '2001:db8:1:100::/56', ...smallest])
      expect(await own(db, '2001:db8:1::/48')).toHaveLength(3)
      expect(await own(db, '2001:db8:1:102::/64', '2001:db8:2::/48')).toHaveLength(1)
    }))

  it('count once in each other database, and are not copied on from there', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await limit(db, 3)
      await take(db, practice, '192.0.2.1', 50)
      const [taken] = await own(db, '192.0.2.1/32')
      expect(taken).toMatchObject({
        shard_id: 0,
        network: '192.0.2.1/32',
        in_clinic_id: Number(practice.clinicId),
        slots: 1,
      })
      const elsewhere = { ...taken, shard_id: 7 }
      await put(db, [elsewhere])
      await put(db, [elsewhere])
      await take(db, practice, '192.0.2.1', 51)
      expect(await own(db, '192.0.2.1/32')).toMatchObject([{ shard_id: 0, slots: 2 }])
      await expectRefusal(take(db, practice, '192.0.2.1', 52), 'network_takes_too_many')
      await db.asOwner()
      await db.query(`update app_private.network_slots set taken_at = taken_at - interval '1 minute'`)
      // A network that takes no further slots here is not reported because it takes some elsewhere.
      await put(db, [{ ...taken, shard_id: 8, slots: 5 }])
      expect(await near(db, 8)).toEqual([])
    }))
})
