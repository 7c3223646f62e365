import { and, count, eq, gt, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { bigint, boolean, integer, pgSchema, text, timestamp } from 'drizzle-orm/pg-core'
import { allows, databaseUrl, messages, poolSize, serve, whole } from './serve.ts'

const peers = pgSchema('peers')
const big = (name: string) => bigint(name, { mode: 'bigint' })
const at = (name: string) => timestamp(name, { withTimezone: true })
const customers = peers.table('customers', { id: big('id').primaryKey(), isActive: boolean('is_active').notNull() })
const policies = peers.table('policies', {
  clinicId: big('clinic_id').primaryKey(),
  leadMinutes: integer('lead_minutes').notNull(),
  horizonDays: integer('horizon_days').notNull(),
  maxLiveBookings: integer('max_live_bookings').notNull(),
  reminderHours: integer('reminder_hours').notNull(),
})
const slots = peers.table('slots', {
  id: big('id').primaryKey(),
  startsAt: at('starts_at').notNull(),
  status: text().notNull(),
  customerId: big('customer_id'),
})
const bookings = peers.table('bookings', {
  id: big('id').primaryKey().generatedAlwaysAsIdentity(),
  clinicId: big('clinic_id').notNull(),
  slotId: big('slot_id').notNull(),
  customerId: big('customer_id').notNull(),
  startsAt: at('starts_at').notNull(),
  status: text().notNull().default('booked'),
})
const events = peers.table('events', {
  id: big('id').primaryKey().generatedAlwaysAsIdentity(),
  slotId: big('slot_id').notNull(),
  bookingId: big('booking_id'),
  customerId: big('customer_id').notNull(),
  fromState: text('from_state'),
  toState: text('to_state').notNull(),
})
const notifications = peers.table('notifications', {
  id: big('id').primaryKey().generatedAlwaysAsIdentity(),
  bookingId: big('booking_id').notNull(),
  customerId: big('customer_id').notNull(),
  kind: text().notNull(),
  dueAt: at('due_at').notNull(),
})
const database = drizzle({ connection: { connectionString: databaseUrl, max: poolSize } })

type Transaction = Parameters<Parameters<typeof database.transaction>[0]>[0]

async function isActive(tx: Transaction, customerId: bigint): Promise<boolean> {
  const [customer] = await tx
    .select()
    .from(customers)
    .where(and(eq(customers.id, customerId), customers.isActive))
  return customer !== undefined
}

async function liveBookings(tx: Transaction, clinicId: bigint, customerId: bigint): Promise<number> {
  const [live] = await tx
    .select({ count: count() })
    .from(bookings)
    .where(
      and(
        eq(bookings.customerId, customerId),
        eq(bookings.clinicId, clinicId),
        eq(bookings.status, 'booked'),
        gt(bookings.startsAt, sql`now()`),
      ),
    )
  return live?.count ?? 0
}

serve((wanted) =>
  database.transaction(async (tx) => {
    const clinicId = BigInt(wanted.clinicId)
    const slotId = BigInt(wanted.slotId)
    const customerId = BigInt(wanted.customerId)
    if (whole && !(await isActive(tx, customerId))) return null
    const [slot] = await tx.select().from(slots).where(eq(slots.id, slotId)).for('update')
    if (slot?.status !== 'open') return null
    const { startsAt } = slot
    const [policy] = whole ? await tx.select().from(policies).where(eq(policies.clinicId, clinicId)) : []
    if (whole && !(policy && allows(policy, startsAt, await liveBookings(tx, clinicId, customerId)))) return null
    await tx.update(slots).set({ status: 'booked', customerId }).where(eq(slots.id, slotId))
    const [booking] = await tx
      .insert(bookings)
      .values({ clinicId, slotId, customerId, startsAt })
      .returning({ id: bookings.id })
    const { id: bookingId } = booking as { id: bigint }
    if (policy) {
      await tx.insert(events).values([
        { slotId, customerId, fromState: 'open', toState: 'booked' },
        { slotId, bookingId, customerId, toState: 'booked' },
      ])
      await tx
        .insert(notifications)
        .values(messages(policy, startsAt).map((message) => ({ bookingId, customerId, ...message })))
    }
    return String(bookingId)
  }),
)
