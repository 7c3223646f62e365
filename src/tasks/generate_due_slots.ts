import type { Task } from 'graphile-worker'

/**
 * Makes the slots of every clinic whose weekly schedule is due (policies.generation_weekday and generation_time, in the
 * clinic's zone), one transaction a clinic. A worker that was down finds what it missed. A clinic that fails does not keep
 * the others waiting: the job goes on, fails at the end and is tried again.
 */
const generateDueSlots: Task = async (_payload, { query, logger }) => {
  const { rows } = await query<{ clinic_id: string }>('select clinic_id from app_private.clinics_due_for_generation()')
  const errors: unknown[] = []
  for (const { clinic_id } of rows) {
    try {
      const run = await query<{ slots_made: number; templates_passed_over: number }>(
        'select slots_made, templates_passed_over from app_private.generate_due_slots($1)',
        [clinic_id],
      )
      const { slots_made, templates_passed_over } = run.rows[0] ?? {}
      logger.info(`clinic ${clinic_id}: ${slots_made} slots made, ${templates_passed_over} templates passed over`)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `slot generation failed for ${errors.length} clinics`)
}

export default generateDueSlots
