import { open } from 'node:fs/promises'
import type { Task } from 'graphile-worker'

interface Head {
  clinic_id: string
  position: string
  sealed_at: Date
  head: string
}

/**
 * Makes the task that stores the head of each clinic's chain of events where the database's administrators cannot change
 * it: in the log, at the end of `file` if one is set (one line of JSON each), and, by send_manager_messages, with the managers
 * and systems that have asked for it. Fails when the file cannot be written.
 */
export const storeEventHeads =
  (file: string | undefined): Task =>
  async (_payload, { query, logger }) => {
    const { rows } = await query<Head>('select * from app_private.event_heads_to_store()')
    for (const { clinic_id, head } of rows) logger.info(`event head of clinic ${clinic_id}: ${head}`)
    await query('select app_private.queue_event_heads()')
    if (!file || rows.length === 0) return
    const storedAt = new Date().toISOString()
    const handle = await open(file, 'a', 0o600)
    try {
      const lines = rows.map(({ clinic_id, head, sealed_at }) =>
        JSON.stringify({ clinicId: clinic_id, head, sealedAt: sealed_at, storedAt }),
      )
      await handle.writeFile(`${lines.join('\n')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
