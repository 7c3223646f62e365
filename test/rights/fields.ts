// Every field of every object type of the GraphQL schema, by the type's name: graphql.test.ts holds the schema against
// it, so that nothing becomes readable that nobody has looked at. Who reads a row, and who not all of its columns, is
// told by the tables (sql/table_rights.ts); what a function gives, by functions.ts.
const fields: Record<string, string> = {
  ArchivedBooking: `
    archivedAt bookedByAccountId bookingSlot bookingSlotId cancellationReason cancelledAt cancelledBy clinic
    clinicId createdAt customer customerId doctor doctorId during id note sequence slotDate status`,
  ArchivedBookingSlot: `
    archivedAt clinic clinicId createdAt customer customerId doctor doctorId during id slotDate status
    timeSlot timeSlotId`,
  AuthTokens: 'accessToken accountId customer customerId expiresIn refreshExpiresAt refreshToken sessionId',
  AvailableSlot: `
    bookingSlot bookingSlotId clinic clinicId clinicName cursor doctor doctorId doctorName endsAt localEnd
    localStart slotDate startsAt timeZone zoneDistance`,
  Booking: `
    bookedByAccountId bookingSlot bookingSlotId cancellationReason cancelledAt cancelledBy clinic
    clinicCustomer clinicId createdAt customer customerId doctor doctorId during endsAt id note notifications
    rebookingList rowVersion sequence slotDate startsAt status`,
  BookingAggregates: 'distinctCount keys',
  BookingDistinctCountAggregates: `
    bookedByAccountId bookingSlotId cancellationReason cancelledAt cancelledBy clinicId createdAt customerId
    doctorId during endsAt id note rowVersion sequence slotDate startsAt status`,
  BookingSlot: `
    archivedBookings bookings clinic clinicCustomer clinicId createdAt customer customerId doctor doctorId
    during endsAt events fromTemplate heldUntil id rowVersion slotDate startsAt status superseded timeSlot
    timeSlotId`,
  BookingSlotAggregates: 'distinctCount keys',
  BookingSlotDistinctCountAggregates: `
    clinicId createdAt customerId doctorId during endsAt fromTemplate heldUntil id rowVersion slotDate
    startsAt status superseded timeSlotId`,
  CalendarEntry: `
    booking bookingCustomerId bookingId bookingSlot bookingSlotId bookingStatus clinic clinicId cursor
    customer customerId doctor doctorId endsAt slotDate slotStatus startsAt`,
  Clinic: `
    address archivedBookingSlots archivedBookings bookingSlots bookings clinicCustomers closedByOperator
    country createdAt doctorSlotTemplates doctorSpecializations doctors email employees events id isActive name
    notificationRules notificationTexts notifications phone policy rebookingList rowVersion
    slotGenerationRuns timeSlots timeZone webhookEndpoints`,
  ClinicCustomer: `
    clinic clinicId createdAt customer customerId email fullName notes phone phoneE164 phoneTakesSms preferredChannel
    preferredLanguage rowVersion wantsReminders`,
  ClinicDayChange: 'bookingSlots events',
  Customer: `
    accountId archivedBookings bookings clinicCustomers createdAt email fullName id isActive phone
    preferredChannel preferredLanguage rowVersion wantsReminders`,
  CustomerExport: `
    account bookings clinicRecords customer customerId events exportedAt formatVersion notifications profile`,
  DateRange: 'end start',
  DateRangeBound: 'inclusive value',
  DatetimeRange: 'end start',
  DatetimeRangeBound: 'inclusive value',
  DayWithFreeSlots: 'slotDate',
  DefaultNotificationText: 'body channel kind language subject',
  Doctor: `
    about archivedBookingSlots archivedBookings bookingSlots bookings clinic clinicId createdAt
    doctorSlotTemplates doctorSpecializations employees fullName id isActive rowVersion`,
  DoctorSlotTemplate: `
    clinic clinicId doctor doctorId id rowVersion timeSlot timeSlotId validFrom validUntil validity weekday`,
  DoctorSpecialization: 'clinic clinicId doctor doctorId specialization specializationId',
  Employee: 'accountId clinic clinicId createdAt doctor doctorId email fullName id isActive role rowVersion',
  Event: `
    actor actorAccountId booking bookingId bookingSlot bookingSlotId clinic clinicId customer customerId
    entity fromState id occurredAt reason recordedAt toState`,
  EventHead: 'clinic clinicId hash position sealedAt',
  EventVerification: 'clinic clinicId fault faultEventId faultPosition hash position sealedAt unsealed',
  Interval: 'days hours minutes months seconds years',
  Invitation: 'clinic clinicId email expiresAt id token',
  LateNotification: `
    attempts booking bookingId channel clinicId customerId dueAt hasAddress id kind lastError lateBy retryAt state`,
  NewWebhookEndpoint: 'clinic clinicId id secret url',
  NextGeneration: 'clinic clinicId dueAt fromDate toDate',
  Notification: `
    attempts booking bookingId bookingSequence channel clinic clinicId createdAt customer customerId
    droppedBecause dueAt endpoint endpointId generation id kind lastError leadTime retryAt sendAfter sentAt
    state`,
  NotificationPreview: 'body subject',
  NotificationRule: 'channel clinic clinicId kind',
  NotificationText: 'body channel clinic clinicId kind language rowVersion subject',
  OpenInvitation: 'clinic clinicId createdAt doctor doctorId email expiresAt fullName id role',
  PageInfo: 'endCursor hasNextPage hasPreviousPage startCursor',
  PasswordChange: 'changed',
  Person: 'accountId customer customerId deskClinicIds email fullName isAdmin managerClinicIds staffClinicIds',
  Policy: `
    cancellationCutoff clinic clinicId generationTime generationWeekday generationWeeks holdTime horizon
    language leadTime mailsEventHead maxHoldsOfASlot maxLiveBookings quietFrom quietUntil reminderLeadTimes rowVersion senderName`,
  RebookingList: `
    booking bookingId bookingSlot bookingSlotId clinic clinicId id listedAt reason resolution resolvedAt`,
  SlotGenerationRun: `
    alreadyExisting clinic clinicId dueAt examples fromDate id inThePast overlapping ranAt skippedLocalTimes
    slotsMade templatesPassedOver toDate`,
  SlotBookability: 'isBookable refusedAs',
  Specialization: 'doctorSpecializations id name names',
  StateTransition: 'entity fromState meaning timeLimit toState',
  TimeSlot: 'clinic clinicId doctorSlotTemplates endTime id isActive name rowVersion startTime',
  UtcOffset: 'seconds since timeZone',
  WebhookEndpoint: `
    clinic clinicId createdAt disabledBecause id isActive kinds notifications rowVersion url wantsEventHead`,
}

/** The names of a type's fields, in order. */
export const fieldsOf = (type: string): string[] | undefined => fields[type]?.trim().split(/\s+/).sort()
export const typesKnown = Object.keys(fields)
