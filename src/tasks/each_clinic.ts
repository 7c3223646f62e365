import type { JobHelpers } from 'graphile-worker'

/**
 * Runs a generation of slots for each clinic that `which` finds (clinic_id), one transaction a clinic; `run` takes its
 * id and gives slots_made and templates_passed_over. A clinic that fails does not keep the others waiting: the job goes
 * on, and throws at the end, so that it is tried again.
 */
export async function eachClinic({ query, logger }: JobHelpers, which: string, run: string): Promise<void> {
  const { rows } = await query<{ clinic_id: string }>(which)
  const errors: unknown[] = []
  for (const { clinic_id } of rows) {
    try {
      const { rows: runs } = await query<{ slots_made: number; templates_passed_over: number }>(run, [clinic_id])
      const { slots_made, templates_passed_over } = runs[0] ?? {}
      logger.info(`clinic ${clinic_id}: ${slots_made} slots made, ${templates_passed_over} templates passed over`)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `slots could not be made for ${errors.length} clinics`)
}
