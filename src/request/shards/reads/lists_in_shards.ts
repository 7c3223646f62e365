/**
 * Root fields of queries that list rows of clinics of which the global database has no copies. Without a clinic they are read in
 * every database, with the caller's rights, and merged.
 */
export const listsInShards: ReadonlySet<string> = new Set(
  [
    'checkoutParts checkouts couponUses coupons credits invoiceLines invoices movements payments prices refunds',
    'absences archivedBookingSlots archivedBookings bookingAnswers clinicCustomers consultations doctorRooms',
    'doctorSlotTemplates events externalCalendars lateNotifications notificationRules notificationTexts notifications',
    'rebookingLists recordingConsents recordings resourceClaims resources serviceNeeds serviceQuestions',
    'slotGenerationRuns webhookEndpoints',
  ].flatMap((names) => names.split(' ')),
)
