import { DataSource, EntitySchema, type EntitySchemaColumnOptions, MoreThan } from 'typeorm'
import { allows, databaseUrl, messages, type Policy, poolSize, serve, whole } from './serve.ts'

const id: EntitySchemaColumnOptions = {
  type: 'bigint',
  primary: true,
  generated: 'identity',
  generatedIdentity: 'ALWAYS',
}
const key: EntitySchemaColumnOptions = { type: 'bigint', primary: true }
const big = (name: string, nullable = false): EntitySchemaColumnOptions => ({ type: 'bigint', name, nullable })
const text = (name: string, nullable = false): EntitySchemaColumnOptions => ({ type: 'text', name, nullable })
const at = (name: string): EntitySchemaColumnOptions => ({ type: 'timestamptz', name })
const int = (name: string): EntitySchemaColumnOptions => ({ type: 'int', name })
const entity = <Row>(name: string, columns: { [column in keyof Row]-?: EntitySchemaColumnOptions }) =>
  new EntitySchema<Row>({ name, schema: 'peers', columns })

const customers = entity<{ id: string; isActive: boolean }>('customers', {
  id: key,
  isActive: { type: 'boolean', name: 'is_active' },
})
const policies = entity<Policy & { clinicId: string }>('policies', {
  clinicId: { ...key, name: 'clinic_id' },
  leadMinutes: int('lead_minutes'),
  horizonDays: int('horizon_days'),
  maxLiveBookings: int('max_live_bookings'),
  reminderHours: int('reminder_hours'),
})
const slots = entity<{ id: string; startsAt: Date; status: string; customerId: string | null }>('slots', {
  id: key,
  startsAt: at('starts_at'),
  status: text('status'),
  customerId: big('customer_id', true),
})
const bookings = entity<{
  id: string
  clinicId: string
  slotId: string
  customerId: string
  startsAt: Date
  status: string
}>('bookings', {
  id,
  clinicId: big('clinic_id'),
  slotId: big('slot_id'),
  customerId: big('customer_id'),
  startsAt: at('starts_at'),
  status: text('status'),
})
const events = entity<{
  id: string
  slotId: string
  bookingId: string | null
  customerId: string
  fromState: string | null
  toState: string
}>('events', {
  id,
  slotId: big('slot_id'),
  bookingId: big('booking_id', true),
  customerId: big('customer_id'),
  fromState: text('from_state', true),
  toState: text('to_state'),
})
const notifications = entity<{ id: string; bookingId: string; customerId: string; kind: string; dueAt: Date }>(
  'notifications',
  { id, bookingId: big('booking_id'), customerId: big('customer_id'), kind: text('kind'), dueAt: at('due_at') },
)
const entities = [customers, policies, slots, bookings, events, notifications]
const source = await new DataSource({ type: 'postgres', url: databaseUrl, poolSize, entities }).initialize()

serve(({ clinicId, slotId, customerId }) =>
  source.transaction(async (manager) => {
    if (whole && !(await manager.findOneBy(customers, { id: customerId, isActive: true }))) return null
    const slot = await manager.findOne(slots, { where: { id: slotId }, lock: { mode: 'pessimistic_write' } })
    if (slot?.status !== 'open') return null
    const { startsAt } = slot
    const policy = whole ? await manager.findOneBy(policies, { clinicId }) : null
    if (whole) {
      const live = await manager.countBy(bookings, {
        customerId,
        clinicId,
        status: 'booked',
        startsAt: MoreThan(new Date()),
      })
      if (!policy || !allows(policy, startsAt, live)) return null
    }
    await manager.update(slots, { id: slotId }, { status: 'booked', customerId })
    const { identifiers } = await manager.insert(bookings, {
      clinicId,
      slotId,
      customerId,
      startsAt,
      status: 'booked',
    })
    const bookingId = String(identifiers[0]?.id)
    if (policy) {
      await manager.insert(events, [
        { slotId, customerId, fromState: 'open', toState: 'booked' },
        { slotId, bookingId, customerId, toState: 'booked' },
      ])
      await manager.insert(
        notifications,
        messages(policy, startsAt).map((message) => ({ bookingId, customerId, ...message })),
      )
    }
    return bookingId
  }),
)
