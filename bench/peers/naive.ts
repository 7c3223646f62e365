import { Pool } from 'pg'
import { databaseUrl, poolSize, serve } from './serve.ts'

// The usual first attempt: look whether the slot is free, then take it. Two callers that look at the same time both take it.
const pool = new Pool({ connectionString: databaseUrl, max: poolSize })

serve(async ({ slotId, customerId }) => {
  const { rows } = await pool.query('select status from peers.slots where id = $1', [slotId])
  if (rows[0]?.status !== 'open') return null
  const booking = await pool.query(
    'insert into peers.naive_bookings (slot_id, customer_id) values ($1, $2) returning id',
    [slotId, customerId],
  )
  await pool.query(`update peers.slots set status = 'booked', customer_id = $2 where id = $1`, [slotId, customerId])
  return booking.rows[0].id
})
