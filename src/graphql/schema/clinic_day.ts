import type { PgClient, PgResource, PgSelectStep, WithPgClient } from 'postgraphile/@dataplan/pg'
import { listOfCodec, TYPES } from 'postgraphile/@dataplan/pg'
import type { PgSubscriber } from 'postgraphile/adaptors/pg'
import { context, get, lambda, listen, type Step } from 'postgraphile/grafast'
import { extendSchema, gql } from 'postgraphile/utils'
import type { RequestSettings } from '../../request/service.ts'

/** The rows that one notification is about, all of one clinic. */
interface Change {
  clinicId: string
  eventIds: string[]
  bookingSlotIds: string[]
}

/** The content of a notification: events, and slots that have changed without an event. */
interface Announced {
  eventIds: string[]
  bookingSlotIds?: string[]
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
 * `subscription { clinicDay(clinicId, date) { events bookingSlots } }`: the changes that the job publish_events announces
 * for a clinic, as rows that the subscriber may see. The database decides at the start, and again for each notification,
 * whether the subscriber (still) works there, and which of the changes are about the day; the others are not sent.
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
        The changes of slots and bookings at a clinic, within about a second, for its staff: those of one local date of the
        clinic, or of all dates. Ends with an error when the subscriber loses the right to see them.
        """
        clinicDay(clinicId: BigInt!, date: Date): ClinicDayChange
      }
      """
      Changes at a clinic: the events, and the current state of the slots concerned.
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
      // Before LISTEN, so that a refusal is the response to the subscription itself.
      await look(request, watched, [], [])
      const notifications = request.pgSubscriber.subscribe(`medislot:clinic:${watched.clinicId}`)
      const changes: AsyncIterableIterator<Change> = {
        async next() {
          for (;;) {
            const { done, value } = await notifications.next()
            if (done) return { done, value: undefined }
            const { eventIds, bookingSlotIds = [] } = JSON.parse(value as string) as Announced
            const change = await look(request, watched, eventIds, bookingSlotIds).catch(async (error) => {
              // Nobody calls return() after an error: the LISTEN would stay for as long as the server runs.
              await notifications.return?.()
              throw error
            })
            if (change) return { done: false, value: change }
          }
        },
        // Not an async generator, whose return() would wait for the next notification.
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
  slotIds: string[],
): Promise<Change | undefined> {
  const { rows } = await withPgClient(pgSettings as never, (client: PgClient) =>
    client.query<{ event_ids: string[] | null; slot_ids: string[] | null }>({
      text: `select seen_event_ids::text[] as event_ids, booking_slot_ids::text[] as slot_ids
             from app_hidden.clinic_changes($1, $2, $3, $4)`,
      values: [clinicId, eventIds as never, date ?? null, slotIds as never],
    }),
  )
  const [seen] = rows
  if (!seen?.event_ids && !seen?.slot_ids) return undefined
  return { clinicId, eventIds: seen.event_ids ?? [], bookingSlotIds: seen.slot_ids ?? [] }
}
