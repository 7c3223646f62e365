import type { Task } from 'graphile-worker'

interface Verification {
  clinic_id: string
  fault: string | null
  fault_position: string | null
  fault_event_id: string | null
}

/** Verifies each clinic's chain of events (sql/event/api/verify_events.sql), and throws at the end when one is not intact. */
const verifyEvents: Task = async (_payload, { query, logger, abortSignal }) => {
  const { rows: clinics } = await query<{ clinic_id: string }>(
    'select clinic_id from app_private.event_heads order by 1',
  )
  const faults: string[] = []
  for (const { clinic_id } of clinics) {
    if (abortSignal?.aborted) return
    const { rows } = await query<Verification>('select * from app_public.verify_events($1)', [clinic_id])
    const { fault, fault_position, fault_event_id } = rows[0] as Verification
    if (fault)
      faults.push(`clinic ${clinic_id}: ${fault} at position ${fault_position}, event ${fault_event_id ?? 'unknown'}`)
  }
  for (const fault of faults) logger.error(`events were tampered with: ${fault}`)
  if (faults.length > 0) throw new Error(`events were tampered with: ${faults.join('; ')}`)
}

export default verifyEvents
