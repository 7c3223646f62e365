import type { Db } from '../../helpers/database/database.ts'

/** The address of the pages in tests of links. */
export const pages = 'https://book.test.example'

/** The text of the latest message about a booking, as the worker writes it. */
export const textOf = async (db: Pick<Db, 'one'>, bookingId: string, kind = 'booking_confirmed'): Promise<string> =>
  (
    await db.one<{ body: string }>(
      `select m.body from app_public.notifications n
       cross join lateral app_private.messages_of(n.clinic_id, array[n.id], $3) m
       where n.booking_id = $1 and n.kind = $2 and n.channel <> 'webhook' order by n.id desc limit 1`,
      [bookingId, kind, pages],
    )
  ).body

/** The token of the link in a text. */
export function tokenIn(text: string): string {
  const token = text.match(/\/visit#(\S+)/)?.[1]
  if (!token) throw new Error(`no link in: ${text}`)
  return token
}

export interface LinkedBooking {
  booking_id: string
  booking_slot_id: string
  status: string
  is_changeable: boolean
  refusal: string | null
}

/** Calls a function as anybody who has the link: not signed in, from a network. */
export const byLink = (
  db: Db,
  name: 'booking' | 'cancel' | 'reschedule',
  values: unknown[],
  claims: Record<string, unknown> = { from: '192.0.2.1' },
): Promise<LinkedBooking> =>
  db.as(claims, () =>
    db.one<LinkedBooking & Record<string, unknown>>(
      `select * from app_public.${name}_by_link(${values.map((_, i) => `$${i + 1}`).join(', ')})`,
      values,
    ),
  )
