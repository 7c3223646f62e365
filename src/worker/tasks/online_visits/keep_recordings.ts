import type { Task } from 'graphile-worker'
import type { RecordingStore } from '../../../consultation/recordings.ts'
import { requeue } from '../../perpetual_jobs.ts'
import { handleClaimed } from '../../repeat.ts'
import { storableText } from '../../storable_text.ts'

interface Claimed {
  clinicId: string
  id: string
  key: string
  isRemoved: boolean
}

/**
 * Makes the task that looks for the files of recordings whose upload was begun, and deletes those that were removed or that the
 * clinic no longer keeps. A file is deleted before its row.
 */
export const keepRecordings =
  (store: RecordingStore | undefined): Task =>
  async (_payload, helpers) => {
    const { query, logger } = helpers

    async function attempt({ key, isRemoved }: Claimed): Promise<number | null> {
      if (!store) throw new Error('the operator has not set S3_BUCKET')
      if (!isRemoved) return store.sizeOf(key)
      await store.remove(key)
      return null
    }

    async function handle(claimed: Claimed): Promise<void> {
      const { clinicId, id, isRemoved } = claimed
      const record = (bytes: number | null, error: string | null) =>
        query('select app_private.record_recording($1, $2, $3, $4, $5)', [clinicId, id, isRemoved, bytes, error])
      try {
        await record(await attempt(claimed), null)
      } catch (error) {
        const { name, message } = error as Error
        await record(null, storableText(`${name}: ${message}`))
        logger.error(
          `the file of recording ${id} of clinic ${clinicId} was not ${isRemoved ? 'deleted' : 'looked for'}`,
        )
      }
    }

    await handleClaimed<Claimed>(
      helpers,
      `select clinic_id as "clinicId", id, object_key as key, is_removed as "isRemoved"
       from app_private.claim_recordings()`,
      handle,
    )
    await requeue(helpers, { task: 'keep_recordings', payload: {} })
  }
