import type { JobHelpers } from 'graphile-worker'

/**
 * Runs a statement for each clinic that the query `which` finds (clinic_id), one transaction per clinic: `run` takes the id and
 * gives a row, of which `describe` makes a line for the log or nothing. When a clinic fails, the job goes on with the others,
 * and throws at the end, so that it is tried again.
 */
export async function eachClinic<Row>(
  { query, logger, abortSignal }: JobHelpers,
  which: string,
  run: string,
  describe: (row: Row) => string | undefined,
): Promise<void> {
  const { rows } = await query<{ clinic_id: string }>(which)
  const errors: unknown[] = []
  for (const { clinic_id } of rows) {
    if (abortSignal?.aborted) break
    try {
      const [row] = (await query<Row & object>(run, [clinic_id])).rows
      const line = row && describe(row)
      if (line) logger.info(`clinic ${clinic_id}: ${line}`)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `the job failed for ${errors.length} clinics`)
}

/** What generation returns, as a line of the log. */
export const slotsMade = (row: { slots_made: number; templates_passed_over: number }): string =>
  `${row.slots_made} slots made, ${row.templates_passed_over} templates passed over`
