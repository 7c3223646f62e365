/** A query before a route's own document that looks up what the address leaves out. */
export interface Locate {
  /** Takes the key as $1, gives `found`. Runs with the caller's rights. */
  statement: string
  /** The refusal when there is no such row, or none that the caller may see. Without it the route's document gets null. */
  notFound?: string
  /** It looks up the clinic of a row. */
  ofRow?: boolean
}

const clinicOf = (table: string, notFound: string, schema = 'app_public'): Locate => ({
  statement: `select clinic_id as found from ${schema}.${table} where id = $1`,
  notFound,
  ofRow: true,
})
const itself = (table: string, notFound: string): Locate => ({
  statement: `select id as found from app_public.${table} where id = $1`,
  notFound,
})

/**
 * Keys of a clinic's rows are clinic and id, but addresses contain the id only. The clinic of a row never changes, so looking it
 * up first is no race. Slots are looked up by a function, since a customer cannot see a slot that somebody else has booked.
 */
export const locates: Record<string, Locate> = {
  doctor: clinicOf('doctors', 'doctor_not_found'),
  service: clinicOf('services', 'service_not_found'),
  question: clinicOf('service_questions', 'question_not_found'),
  recording: clinicOf('recordings', 'recording_not_found'),
  resource: clinicOf('resources', 'resource_not_found'),
  timeSlot: clinicOf('time_slots', 'time_slot_not_found'),
  absence: clinicOf('absences', 'absence_not_found'),
  externalCalendar: clinicOf('external_calendars', 'external_calendar_not_found'),
  doctorSlot: clinicOf('doctor_slot_templates', 'template_not_found'),
  booking: clinicOf('bookings', 'booking_not_found'),
  invoice: clinicOf('invoices', 'invoice_not_found', 'billing'),
  payment: clinicOf('payments', 'payment_not_found', 'billing'),
  price: clinicOf('prices', 'price_not_found', 'billing'),
  bookingSlot: {
    statement: 'select app_public.clinic_of_booking_slot($1) as found',
    notFound: 'slot_not_found',
    ofRow: true,
  },
  // The id is known already; the look-up distinguishes a row that the caller may not change from one that does not exist.
  clinic: itself('clinics', 'clinic_not_found'),
  customer: itself('customers', 'customer_not_found'),
  /** A specialization's id by its name, case-insensitively. */
  specialization: {
    statement: 'select id as found from app_public.specializations where name = $1::public.citext',
    notFound: 'specialization_not_found',
  },
}
