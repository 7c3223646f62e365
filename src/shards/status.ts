import type { Client } from 'pg'
import { clinicsOf, peopleOf, withLoginOf } from '../database/several_databases.ts'
import { connectOwner, type Shard, shardsOf } from './databases.ts'
import { lagOf } from './replication.ts'

/** Lines about the shards in the map: how many clinics each has, and how far copies are behind, in bytes of the log. */
export async function statusLines(globalUrl: string): Promise<string[]> {
  const global = await connectOwner(globalUrl)
  try {
    const shards = await shardsOf(global)
    if (shards.length === 0) return ['There are no shards: all clinics are in this database.']
    const lines: string[] = []
    for (const shard of shards) lines.push(await lineOf(globalUrl, global, shard))
    return lines
  } finally {
    await global.end()
  }
}

async function lineOf(globalUrl: string, global: Client, { id, address, state }: Shard): Promise<string> {
  const { rows } = await global.query(
    'select count(*)::int as count from app_private.clinic_shards where shard_id = $1',
    [id],
  )
  const people = described(await lagOf(global, peopleOf(id)))
  const clinics = await connectOwner(withLoginOf(globalUrl, address)).then(
    async (shard) => {
      try {
        return described(await lagOf(shard, clinicsOf(id)))
      } finally {
        await shard.end()
      }
    },
    (error: Error) => `unknown, since the shard does not answer: ${error.message}`,
  )
  return `shard ${id} ${address} ${state}, ${rows[0].count} clinics, copies of people ${people}, copies of clinics ${clinics}`
}

const described = (lag: Awaited<ReturnType<typeof lagOf>>) =>
  lag?.lost
    ? 'lost (run npm run shards -- copy)'
    : lag
      ? `${lag.bytes} bytes behind${lag.connected ? '' : ', not connected'}`
      : 'not set up'
