import { Pool, type PoolClient } from 'pg'
import { allows, databaseUrl, messages, type Policy, poolSize, serve, type Wanted, whole } from './serve.ts'

// By hand: BEGIN, SELECT … FOR UPDATE, UPDATE, INSERT, COMMIT, all prepared.
const pool = new Pool({ connectionString: databaseUrl, max: poolSize })

serve(async (wanted) => {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const id = await book(client, wanted)
    await client.query(id === null ? 'rollback' : 'commit')
    return id
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
})

async function book(client: PoolClient, { clinicId, slotId, customerId }: Wanted): Promise<string | null> {
  const one = async <Row>(name: string, text: string, values: unknown[]) =>
    (await client.query({ name, text, values })).rows[0] as Row | undefined

  if (whole && !(await one('customer', 'select id from peers.customers where id = $1 and is_active', [customerId])))
    return null
  const slot = await one<{ status: string; starts_at: Date }>(
    'lock',
    'select status, starts_at from peers.slots where id = $1 for update',
    [slotId],
  )
  if (slot?.status !== 'open') return null
  let policy: Policy | undefined
  if (whole) {
    policy = await one<Policy>(
      'policy',
      `select lead_minutes as "leadMinutes", horizon_days as "horizonDays", max_live_bookings as "maxLiveBookings", reminder_hours as "reminderHours"
       from peers.policies where clinic_id = $1`,
      [clinicId],
    )
    const live = await one<{ count: number }>(
      'live',
      `select count(*)::int from peers.bookings where customer_id = $1 and clinic_id = $2 and status = 'booked' and starts_at > now()`,
      [customerId, clinicId],
    )
    if (!policy || !allows(policy, slot.starts_at, live?.count ?? 0)) return null
  }
  await one('take', `update peers.slots set status = 'booked', customer_id = $2 where id = $1`, [slotId, customerId])
  const booking = await one<{ id: string }>(
    'book',
    'insert into peers.bookings (clinic_id, slot_id, customer_id, starts_at) values ($1, $2, $3, $4) returning id',
    [clinicId, slotId, customerId, slot.starts_at],
  )
  const { id } = booking as { id: string }
  if (policy) {
    await one(
      'events',
      `insert into peers.events (slot_id, booking_id, customer_id, from_state, to_state)
       values ($1, null, $3, 'open', 'booked'), ($1, $2, $3, null, 'booked')`,
      [slotId, id, customerId],
    )
    const [now, later] = messages(policy, slot.starts_at)
    await one(
      'messages',
      'insert into peers.notifications (booking_id, customer_id, kind, due_at) values ($1, $2, $3, $4), ($1, $2, $5, $6)',
      [id, customerId, now?.kind, now?.dueAt, later?.kind, later?.dueAt],
    )
  }
  return id
}
