import type { PgClient, PgResource, PgSelectStep, WithPgClient } from 'postgraphile/@dataplan/pg'
import { listOfCodec, TYPES } from 'postgraphile/@dataplan/pg'
import type { PgSubscriber } from 'postgraphile/adaptors/pg'
import { context, get, lambda, listen, type Step } from 'postgraphile/grafast'
import { extendSchema, gql } from 'postgraphile/utils'
import type { RequestSettings } from './request_adaptor.ts'

/** What a subscriber to a clinic's day is told of one notification: which rows, all of one clinic. */
interface Change {
  clinicId: string
  eventIds: string[]
  bookingSlotIds: string[]
}

interface Watched {
  clinicId: string
  date: string | null | undefined
}

interface SubscriptionContext {
  pgSubscriber: PgSubscriber
  pgSettings: RequestSettings
  withPgClient: WithPgClient
}

/**
 * `subscription { clinicDay(clinicId, date) { events bookingSlots } }`: what the job publish_events announces of a
 * clinic, as rows the subscriber may see. The database judges at the start and again for each notification whether the
 * subscriber (still) works there, and what of it concerns the day; what does not is never sent.
 */
export const ClinicDayPlugin = extendSchema((build) => {
  const { events, booking_slots: bookingSlots } = build.pgResources as unknown as Record<
    'events' | 'booking_slots',
    PgResource
  >

  return {
    typeDefs: gql`
      extend type Subscription {
        """
        What changes at a clinic, within a second or so, for those who work there: changes of slots and bookings of one
        local date of the clinic, or of any date. Ends with an error when the subscriber may no longer see it.
        """
        clinicDay(clinicId: BigInt!, date: Date): ClinicDayChange
      }
      """
      Some changes at a clinic: what happened, and how the slots concerned are now.
      """
      type ClinicDayChange {
        events: [Event!]!
        bookingSlots: [BookingSlot!]!
      }
    `,
    objects: {
      Subscription: {
        plans: {
          clinicDay: {
            subscribePlan(_$root, args) {
              const $subscriber = lambda(
                [context(), args.getRaw('clinicId'), args.getRaw('date')] as const,
                ([request, clinicId, date]) => watch(request as unknown as SubscriptionContext, { clinicId, date }),
              )
              return listen($subscriber as never, 'clinicDay')
            },
            plan: ($change: Step) => $change,
          },
        },
      },
      ClinicDayChange: {
        plans: {
          events: ($change: Step<Change>) => rowsOf(events, $change, get($change, 'eventIds')),
          bookingSlots: ($change: Step<Change>) => rowsOf(bookingSlots, $change, get($change, 'bookingSlotIds')),
        },
      },
    },
  }

  function rowsOf(resource: PgResource, $change: Step<Change>, $ids: Step<string[]>): PgSelectStep {
    const { sql } = build
    const $rows = resource.find({ clinic_id: get($change, 'clinicId') })
    $rows.where(sql`${$rows.alias}.id = any (${$rows.placeholder($ids, listOfCodec(TYPES.bigint))})`)
    $rows.orderBy({ attribute: 'id', direction: 'ASC' })
    return $rows
  }
}, 'MedislotClinicDayPlugin')

/** A source of changes for Grafast's listen(). */
function watch(request: SubscriptionContext, watched: Watched) {
  return {
    async subscribe(): Promise<AsyncIterableIterator<Change>> {
      // Before anything is listened to, so that a refusal answers the subscription itself.
      await look(request, watched, [])
      const notifications = request.pgSubscriber.subscribe(`medislot:clinic:${watched.clinicId}`)
      const changes: AsyncIterableIterator<Change> = {
        async next() {
          for (;;) {
            const { done, value } = await notifications.next()
            if (done) return { done, value: undefined }
            const { eventIds } = JSON.parse(value as string) as { eventIds: string[] }
            const change = await look(request, watched, eventIds).catch(async (error) => {
              // Nobody calls return() of what has failed: it would be listened to, and kept, for as long as we run.
              await notifications.return?.()
              throw error
            })
            if (change) return { done: false, value: change }
          }
        },
        // Not an async generator: its return() would wait for the next notification first.
        async return() {
          await notifications.return?.()
          return { done: true, value: undefined }
        },
        [Symbol.asyncIterator]: () => changes,
      }
      return changes
    },
  }
}

async function look(
  { withPgClient, pgSettings }: SubscriptionContext,
  { clinicId, date }: Watched,
  eventIds: string[],
): Promise<Change | undefined> {
  const { rows } = await withPgClient(pgSettings as never, (client: PgClient) =>
    client.query<{ event_ids: string[] | null; slot_ids: string[] | null }>({
      text: `select seen_event_ids::text[] as event_ids, booking_slot_ids::text[] as slot_ids
             from app_hidden.clinic_changes($1, $2, $3)`,
      values: [clinicId, eventIds as never, date ?? null],
    }),
  )
  const [seen] = rows
  return seen?.event_ids ? { clinicId, eventIds: seen.event_ids, bookingSlotIds: seen.slot_ids ?? [] } : undefined
}
