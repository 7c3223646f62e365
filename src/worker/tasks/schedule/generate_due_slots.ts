import type { Task } from 'graphile-worker'
import { eachClinic, slotsMade } from '../../each/clinic.ts'

/**
 * Makes the slots of every clinic whose weekly schedule is due (policies.generation_weekday and generation_time, in the
 * clinic's zone), one transaction per clinic. After a downtime the worker catches up.
 */
const generateDueSlots: Task = (_payload, helpers) =>
  eachClinic(
    helpers,
    'select clinic_id from app_private.clinics_due_for_generation()',
    'select slots_made, templates_passed_over from app_private.generate_due_slots($1)',
    slotsMade,
  )

export default generateDueSlots
