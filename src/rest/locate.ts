/** A look-up before a route's own document, of what its address leaves out. */
export interface Locate {
  /** Takes $key. */
  document: string
  answer: string
  /** Told when there is none, or none the caller may see. Without it the route's document judges a null. */
  notFound?: string
}

const clinicOf = (list: string) =>
  `query Locate($key: BigInt!) { ${list}(first: 1, filter: { id: { equalTo: $key } }) { nodes { clinicId } } }`
const row = (list: string, notFound: string): Locate => ({
  document: clinicOf(list),
  answer: `${list}.nodes.0.clinicId`,
  notFound,
})

/**
 * Rows of a clinic are found by clinic and id; addresses carry the id alone. The clinic of a row never changes, so to
 * ask for it before is no race. Slots by a function, since whoever comes too late for one does not see it any more.
 */
export const locates: Record<string, Locate> = {
  doctor: row('doctors', 'doctor_not_found'),
  timeSlot: row('timeSlots', 'time_slot_not_found'),
  doctorSlot: row('doctorSlotTemplates', 'template_not_found'),
  booking: row('bookings', 'booking_not_found'),
  bookingSlot: {
    document: 'query Locate($key: BigInt!) { clinicOfBookingSlot(bookingSlotId: $key) }',
    answer: 'clinicOfBookingSlot',
    notFound: 'slot_not_found',
  },
  // Known already, but whether the caller sees the row tells a change that is not theirs from one of nothing.
  clinic: {
    document: 'query Locate($key: BigInt!) { clinic(id: $key) { id } }',
    answer: 'clinic.id',
    notFound: 'clinic_not_found',
  },
  customer: {
    document: 'query Locate($key: BigInt!) { customer(id: $key) { id } }',
    answer: 'customer.id',
    notFound: 'customer_not_found',
  },
  /** A specialization's id by its name, in any case. */
  specialization: {
    document: `query Locate($key: String!) {
      specializations(first: 1, filter: { name: { equalToInsensitive: $key } }) { nodes { id } }
    }`,
    answer: 'specializations.nodes.0.id',
    notFound: 'specialization_not_found',
  },
}
