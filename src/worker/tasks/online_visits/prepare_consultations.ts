import type { Task } from 'graphile-worker'
import type { Provider, Providers } from '../../../consultation/provider.ts'
import { requeue } from '../../perpetual_jobs.ts'
import { handleClaimed } from '../../repeat.ts'
import { storableText } from '../../storable_text.ts'

interface Claimed {
  clinicId: string
  bookingId: string
  sequence: number
  isWanted: boolean
  provider: keyof Providers | null
  formerProvider: keyof Providers | null
  room: string
  reference: string | null
  opensAt: Date
  closesAt: Date
}

/**
 * Makes the task that prepares the rooms of online visits at their providers, moves them, and drops those that are no longer
 * wanted. The providers are called outside of transactions.
 */
export const prepareConsultations =
  (providers: Providers): Task =>
  async (_payload, helpers) => {
    const { query, logger } = helpers

    async function attempt({ isWanted, provider, formerProvider, ...room }: Claimed): Promise<string | null> {
      // Before the first attempt there is no provider, and nothing to drop.
      const current: Provider | undefined = provider ? providers[provider] : undefined
      if (formerProvider) await providers[formerProvider].drop(room)
      if (isWanted) return (await current?.prepare(room)) ?? null
      await current?.drop(room)
      return null
    }

    async function handle(claimed: Claimed): Promise<void> {
      const { clinicId, bookingId, sequence, isWanted } = claimed
      const record = (reference: string | null, error: string | null) =>
        query('select app_private.record_consultation($1, $2, $3, $4, $5, $6)', [
          clinicId,
          bookingId,
          sequence,
          isWanted,
          reference,
          error,
        ])
      try {
        await record(await attempt(claimed), null)
      } catch (error) {
        const { message } = error as Error
        await record(null, storableText(message))
        logger.error(
          `the room of booking ${bookingId} of clinic ${clinicId} was not ${isWanted ? 'prepared' : 'dropped'}`,
        )
      }
    }

    await handleClaimed<Claimed>(
      helpers,
      `select clinic_id as "clinicId", booking_id as "bookingId", booking_sequence as sequence, is_wanted as "isWanted",
         provider, former_provider as "formerProvider", room, provider_reference as reference,
         opens_at as "opensAt", closes_at as "closesAt"
       from app_private.claim_consultations()`,
      handle,
    )
    await requeue(helpers, { task: 'prepare_consultations', payload: {} })
  }
