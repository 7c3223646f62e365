import { databasesOf } from '../shards/sharded_owner.ts'
import { eventually } from '../time/eventually.ts'
import type { Db } from './database.ts'

/**
 * Seals all committed events. Waits for older transactions to end: PostgreSQL's snapshots do not distinguish
 * transactions of this database from those that other tests run in other databases.
 */
export async function sealAll(owner: Pick<Db, 'one'>): Promise<void> {
  for (const database of databasesOf(owner)) await sealIn(database)
}

async function sealIn(db: Pick<Db, 'one'>): Promise<void> {
  await eventually(async () => {
    while ((await db.one<{ seen: number }>('select app_private.seal_events() as seen')).seen > 0);
    const { is_done } = await db.one<{ is_done: boolean }>(
      `select not exists (
         select from app_public.events e
         where not exists (select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id)) as is_done`,
    )
    return is_done
  }, 'every event has its seal')
}
