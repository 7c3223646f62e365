import type { Task } from 'graphile-worker'
import { eachClinic } from './each_clinic.ts'

/** Makes slots follow templates and time slots that were changed a minute ago or longer, one transaction a clinic. */
const applyChangedTemplates: Task = (_payload, helpers) =>
  eachClinic(
    helpers,
    'select clinic_id from app_private.clinics_with_changed_templates()',
    'select slots_made, templates_passed_over from app_private.follow_templates($1)',
  )

export default applyChangedTemplates
