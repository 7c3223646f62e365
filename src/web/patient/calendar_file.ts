interface CalendarBooking {
  id: string
  clinicId: string
  startsAt: string
  endsAt: string
  sequence: number
  doctor: { fullName: string } | null
  clinic: { name: string; address: string | null; phone: string | null } | null
}

/**
 * Hands the reader a calendar file of a booking. Its UID stays the same when the booking moves, and the sequence grows, so
 * that a calendar changes the entry it has instead of adding another.
 */
export async function downloadCalendarFile(booking: CalendarBooking): Promise<void> {
  const { default: ical } = await import('ical-generator')
  const { id, clinicId, startsAt, endsAt, sequence, doctor, clinic } = booking
  const calendar = ical({ prodId: { company: 'medislot', product: 'medislot' } })
  calendar.createEvent({
    id: `booking-${clinicId}-${id}@medislot`,
    sequence,
    start: new Date(startsAt),
    end: new Date(endsAt),
    summary: [doctor?.fullName, clinic?.name].filter(Boolean).join(', '),
    location: [clinic?.name, clinic?.address].filter(Boolean).join(', '),
    description: clinic?.phone ?? '',
  })
  const address = URL.createObjectURL(new Blob([calendar.toString()], { type: 'text/calendar' }))
  const link = Object.assign(document.createElement('a'), { href: address, download: `medislot-${id}.ics` })
  link.click()
  URL.revokeObjectURL(address)
}
