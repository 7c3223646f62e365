import type { AddressInfo } from 'node:net'
import express from 'express'

export interface Wanted {
  clinicId: string
  slotId: string
  customerId: string
}

/** The database, and the number of connections of a peer, which is medislot's. */
export const databaseUrl = process.env.DATABASE_URL as string
export const poolSize = Number(process.env.POOL_SIZE)

/**
 * Whether the peer does the whole job of book_slot in its transaction (customer, slot, policy and live bookings checked;
 * slot, booking, two events, confirmation and reminder written), or only locks and takes the slot and writes the booking.
 */
export const whole = process.env.JOB === 'whole'

export interface Policy {
  leadMinutes: number
  horizonDays: number
  maxLiveBookings: number
  reminderHours: number
}

/** Whether a clinic's policy lets a slot be booked. */
export function allows(policy: Policy, startsAt: Date, live: number): boolean {
  const ahead = startsAt.getTime() - Date.now()
  return (
    ahead >= policy.leadMinutes * 60_000 && ahead <= policy.horizonDays * 86_400_000 && live < policy.maxLiveBookings
  )
}

/** The messages about a booking, and when they are due. */
export const messages = (policy: Policy, startsAt: Date) => [
  { kind: 'booking_confirmed', dueAt: new Date() },
  { kind: 'booking_reminder', dueAt: new Date(startsAt.getTime() - policy.reminderHours * 3_600_000) },
]

/**
 * Serves POST /book by Express: 201 with the booking's id, 409 when `book` returns none. Prints when it is ready, as
 * medislot's programs do.
 */
export function serve(book: (wanted: Wanted) => Promise<string | null>): void {
  const app = express()
  app.use(express.json())
  app.post('/book', async (request, response) => {
    const id = await book(request.body as Wanted)
    if (id === null) response.status(409).json({ error: 'slot_taken' })
    else response.status(201).json({ id })
  })
  const server = app.listen(0, '127.0.0.1', () => {
    process.stdout.write(`ready: http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
  })
  process.once('SIGTERM', () => process.exit(0))
}
