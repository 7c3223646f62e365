import type { Task } from 'graphile-worker'
import { eachClinic, slotsMade } from '../../each/clinic.ts'

/** Adapts slots to templates and time slots that were changed at least a minute ago, one transaction per clinic. */
const applyChangedTemplates: Task = (_payload, helpers) =>
  eachClinic(
    helpers,
    'select clinic_id from app_private.clinics_with_changed_templates()',
    'select slots_made, templates_passed_over from app_private.follow_templates($1)',
    slotsMade,
  )

export default applyChangedTemplates
