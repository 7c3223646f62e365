// Every field of every object type of the GraphQL schema, by the type's name. graphql.test.ts compares the schema with
// it, so that no field becomes readable without a review. The tables define who reads a row and which of its columns
// (sql/rights/table_rights.ts); functions.ts defines what a function returns.
const fields: Record<string, string> = {
  AccountMergeRequest: 'requested',
  Absence: `
    calendarId clinic clinicId createdAt doctor doctorId during endTime firstDate id kind lastDate note
    rowVersion sourceKey startTime`,
  AbsenceEffect: 'bookedVisits endsAt freeSlots startsAt',
  ArchivedBooking: `
    answers archivedAt bookedByAccountId bookingSlot bookingSlotId cancellationReason cancelledAt cancelledBy clinic
    clinicId createdAt customer customerId doctor doctorId during id isOnline note room sequence seriesId service serviceId slotDate
    status visitEndsAt visitStartsAt`,
  ArchivedBookingSlot: `
    archivedAt clinic clinicId createdAt customer customerId doctor doctorId during headSlotId id service serviceId
    slotDate status timeSlot timeSlotId`,
  AuthTokens: 'accessToken accountId customer customerId expiresIn refreshExpiresAt refreshToken sessionId',
  AvailableSlot: `
    bookingSlot bookingSlotId clinic clinicId clinicName cursor doctor doctorId doctorName endsAt localEnd
    localStart slotDate startsAt timeZone zoneDistance`,
  Booking: `
    bookedByAccountId bookingAnswers bookingSlot bookingSlotId cancellationReason cancelledAt cancelledBy clinic
    clinicCustomer clinicId consultation createdAt customer customerId doctor doctorId during endsAt id invoiceLines
    isOnline note notifications rebookingList recordingConsent recordings resourceClaims rowVersion sequence seriesId service
    serviceId slotDate startsAt
    status visitEndsAt visitStartsAt`,
  BookingAnswer: 'answer booking bookingId clinic clinicId customer customerId question questionId wording',
  BookkeepingEntry: `
    currency cursor customer customerId decimalAmount decimalTax happenedAt happenedOn invoiceDueOn invoiceId invoiceNumber kind
    paymentId paymentMethod taxRate text`,
  BookingAggregates: 'distinctCount keys',
  BookingDistinctCountAggregates: `
    bookedByAccountId bookingSlotId cancellationReason cancelledAt cancelledBy clinicId createdAt customerId
    doctorId during endsAt id isOnline note rowVersion sequence seriesId serviceId slotDate startsAt status visitEndsAt
    visitStartsAt`,
  BookingSlot: `
    archivedBookings bookings clinic clinicCustomer clinicId createdAt customer customerId doctor doctorId
    during endsAt events fromTemplate headSlotId heldUntil id rowVersion service serviceId slotDate slotOffers startsAt status
    superseded timeSlot timeSlotId withdrawnForAbsence withdrawnForAbsenceId`,
  BookingSlotAggregates: 'distinctCount keys',
  BookingSlotDistinctCountAggregates: `
    clinicId createdAt customerId doctorId during endsAt fromTemplate headSlotId heldUntil id rowVersion serviceId
    slotDate startsAt status superseded timeSlotId withdrawnForAbsenceId`,
  CalendarEntry: `
    booking bookingCustomerId bookingId bookingSlot bookingSlotId bookingStatus clinic clinicId cursor
    customer customerId doctor doctorId endsAt slotDate slotStatus startsAt`,
  Checkout: `
    amount checkoutParts createdAt currency customer customerId expiresAt id outcome payments provider settledAt
    state url`,
  CheckoutPart: `
    amount answers booking bookingId bookingSlot bookingSlotId checkout checkoutId clinic clinicCustomer clinicId
    coupon couponId couponUses credit customer customerId id invoice invoiceId isOpen note online price priceId
    service serviceId`,
  Clinic: `
    absences address archivedBookingSlots archivedBookings bookingAnswers bookingSlots bookings checkoutParts
    clinicCustomers closedByOperator consultations country couponUses coupons createdAt credits doctorRooms
    doctorServices doctorSlotTemplates doctorSpecializations doctors email employees events externalCalendars id invoiceLines invoices
    isActive movements name notificationRules notificationTexts notifications payments phone policy prices
    rebookingList recordingConsents recordings refunds resourceClaims resources rowVersion serviceNeeds serviceQuestions
    services slotGenerationRuns
    slotOffers timeSlots timeZone
    waitingList webhookEndpoints`,
  CalendarLink: 'createdAt path',
  ClaimableRecord: 'clinic clinicId clinicName createdAt customer customerId fullName',
  ClinicCustomer: `
    checkoutParts clinic clinicId couponUses createdAt credits customer customerId email fullName invoices movements
    notes payments phone phoneE164 phoneTakesSms preferredChannel preferredLanguage rowVersion waitingList wantsReminders`,
  ClinicDayChange: 'bookingSlots events',
  Consultation: `
    booking bookingId bookingSequence clinic clinicId closesAt customer customerId doctorCameAt lastError opensAt
    patientCameAt state`,
  ConsultationEntry: `
    booking bookingId clinic clinicId clinicName closesAt doctorAgreedAt doctorCameAt doctorName endsAt isRecorded joinUrl
    opensAt patientAgreedAt patientCameAt phase recordingsKeptFor startsAt timeZone`,
  Coupon: `
    amount checkoutParts clinic clinicId code couponUses createdAt currency id invoiceLines most percent used
    validFrom validUntil`,
  CouponUse: `
    checkoutPart checkoutPartId clinic clinicCustomer clinicId coupon couponId customer customerId id invoice
    invoiceId usedAt`,
  Credit: `
    available balance clinic clinicCustomer clinicId currency customer customerId reserved`,
  Currency: `
    code exponent leastCharge`,
  Customer: `
    accountId archivedBookings birthDate bookingAnswers bookings checkouts clinicCustomers consultations createdAt
    credits customerMergesByFromCustomerId customerMergesByIntoCustomerId email emailVerifiedAt fullName
    guardianshipsByDependantCustomerId guardianshipsByGuardianCustomerId id invoices isActive mergedInto
    mergedIntoId notifications payments phone preferredChannel preferredLanguage recordingConsents recordings refunds
    rowVersion slotOffers waitingList wantsReminders`,
  CustomerMerge: `
    basis fromCustomer fromCustomerId id intoCustomer intoCustomerId mergedAt mergedByAccountId undoneAt
    undoneByAccountId`,
  CustomerGuardian: `
    clinic clinicId customer customerId guardianCustomerId guardianName guardianPhone relation`,
  CustomerExport: `
    account bookings clinicRecords customer customerId events exportedAt family formatVersion money notifications
    profile waitingList`,
  DateRange: 'end start',
  DateRangeBound: 'inclusive value',
  DatetimeRange: 'end start',
  DatetimeRangeBound: 'inclusive value',
  DayWithFreeSlots: 'slotDate',
  DefaultNotificationText: 'body channel kind language subject',
  Doctor: `
    about absences archivedBookingSlots archivedBookings bookingSlots bookings clinic clinicId createdAt doctorRoom
    doctorServices doctorSlotTemplates doctorSpecializations employees externalCalendars fullName id isActive prices rowVersion`,
  DoctorRoom: 'clinic clinicId doctor doctorId url',
  DoctorService: 'clinic clinicId doctor doctorId duration service serviceId',
  DoctorSlotTemplate: `
    clinic clinicId doctor doctorId id rowVersion service serviceId timeSlot timeSlotId validFrom validUntil validity
    weekday`,
  DoctorSpecialization: 'clinic clinicId doctor doctorId specialization specializationId',
  EmailChange: 'newEmail',
  Employee: 'accountId clinic clinicId createdAt doctor doctorId email fullName id isActive role rowVersion',
  ExternalCalendar: 'clinic clinicId createdAt doctor doctorId id kind lastError lastOkAt origin',
  Event: `
    actor actorAccountId booking bookingId bookingSlot bookingSlotId clinic clinicId customer customerId
    entity fromState headSlotId id occurredAt reason recordedAt toState`,
  EventHead: 'clinic clinicId hash position sealedAt',
  EventVerification: 'clinic clinicId fault faultEventId faultPosition hash position sealedAt unsealed',
  Guardianship: `
    createdAt dependantCustomer dependantCustomerId endedAt guardianCustomer guardianCustomerId invitedAt relation until`,
  GuestHold: 'bookingSlot bookingSlotId clinic clinicId heldUntil',
  HolidayCalendar: 'clinic clinicId country holidays regions',
  HolidayRegion: 'code name',
  HumanReference: 'humanId isKnown',
  Interval: 'days hours minutes months seconds years',
  Invitation: 'clinic clinicId email expiresAt id',
  Invoice: `
    checkoutParts clinic clinicCustomer clinicId couponUses createdAt currency customer customerId due dueOn
    id invoiceLines issuedAt movements notifications number paid rowVersion serial state tax total voidedAt year`,
  InvoiceLine: `
    amount booking bookingId clinic clinicId coupon couponId createdAt currency customer customerId id invoice
    invoiceId kind price priceId tax taxRate text`,
  LateNotification: `
    attempts booking bookingId channel clinicId customerId dueAt hasAddress id invoice invoiceId kind lastError lateBy
    retryAt slotOffer slotOfferId state`,
  LinkedBooking: `
    address booking bookingId bookingSlot bookingSlotId calendarUid changeableUntil clinic clinicId clinicName doctor
    doctorId doctorName endsAt isChangeable isOnline joinPath phone room sequence service serviceId serviceName startsAt status
    timeZone`,
  LinkedCalendar: 'entries name',
  LinkedOffer: `
    address clinic clinicId clinicName doctor doctorId doctorName endsAt headStartFrom headStartUntil isOpen isWaiting
    movesFrom offerId phone service serviceId serviceName startsAt state timeZone`,
  MergedClinicCustomer: 'clinic clinicId customer customerId mergedAt survivingCustomerId',
  MonthOfRevenue: `
    currency invoiced month received refunded tax writtenOff`,
  Movement: `
    accountId amount clinic clinicCustomer clinicId currency customer customerId id invoice invoiceId kind movedAt
    payment paymentId reason refund refundId`,
  NewWebhookEndpoint: 'clinic clinicId id secret url',
  NextGeneration: 'clinic clinicId dueAt fromDate toDate',
  NetworkAlert: 'clinic clinicId firstAt lastAt slotDate slotsOfDay slotsTaken',
  Notification: `
    attempts booking bookingId bookingSequence channel clinic clinicId createdAt customer customerId
    droppedBecause dueAt endpoint endpointId generation id invoice invoiceId kind lastError leadTime retryAt sendAfter sentAt
    settledAt settledByAccountId slotOffer slotOfferId state`,
  NotificationPreview: 'body subject',
  NotificationRule: 'channel clinic clinicId kind',
  NotificationText: 'body channel clinic clinicId kind language rowVersion subject',
  OpenInvitation: 'clinic clinicId createdAt delivery doctor doctorId email expiresAt fullName id role sentAt',
  PageInfo: 'endCursor hasNextPage hasPreviousPage startCursor',
  PasswordChange: 'changed',
  Payment: `
    checkout checkoutId clinic clinicCustomer clinicId currency customer customerId id method movements provider
    providerPayment received receivedAt recordedByAccountId refunded refunds spent`,
  Person: `
    accountId customer customerId customerIds deskClinicIds email emailIsConfirmed fullName isAdmin managerClinicIds newEmail
    staffClinicIds`,
  PlannedAlternative: 'bookingSlotId startsAt',
  PlannedVisit: 'alternatives bookingId bookingSlotId endsAt reason slotDate startsAt',
  Policy: `
    acceptsGuests cancellationCutoff clinic clinicId consultationClosesAfter consultationOpensBefore consultationProvider
    currency feedsShowNames generationTime generationWeekday generationWeeks guestHoldTime holdTime horizon
    invoiceFooter language leadTime mailsEventHead maxHoldsOfASlot maxLiveBookings paymentHoldTime paymentTerm quietFrom quietUntil reminderLeadTimes rowVersion senderName
    recordingsKeptFor recordsVisits waitingHeadStart waitingNotice`,
  ProviderAccount: 'account clinic clinicId provider',
  Price: `
    amount checkoutParts clinic clinicId createdAt currency deposit doctor doctorId id invoiceLines paymentRule
    service serviceId taxRate validFrom validUntil validity`,
  PublicHoliday: 'date name sourceKey startTime',
  Quote: `
    amount currency discount dueNow payable paymentRule priceId`,
  RebookingList: `
    booking bookingId bookingSlot bookingSlotId clinic clinicId id listedAt reason resolution resolvedAt`,
  Recording: `
    booking bookingId bytes clinic clinicId contentType createdAt customer customerId deleteAt doctor doctorAgreedAt doctorId
    id patientAgreedAt state visitStartsAt`,
  RecordingConsent: `
    booking bookingId clinic clinicId customer customerId doctor doctorAgreedAt doctorId doctorWithdrewAt patientAgreedAt
    patientWithdrewAt`,
  RecordingLink: 'booking bookingId bytes clinic clinicId contentType expiresAt method recording recordingId url',
  Refund: `
    amount clinic clinicId createdAt currency customer customerId endedAt id movements payment paymentId
    providerRefund reason recordedByAccountId state`,
  Resource: 'clinic clinicId createdAt id isActive name resourceClaims rowVersion serviceNeeds turnover type',
  ResourceClaim: 'booking bookingId clinic clinicId customer customerId during id need resource resourceId',
  Service: `
    bookableBy bufferAfter bufferBefore cancellationCutoff clinic clinicId createdAt doctorServices duration horizon
    id isActive isPriced leadTime mode name names patients position preparation preparations prices rowVersion
    serviceNeeds serviceQuestions specialization specializationId startEvery takesResources`,
  ServiceNeed: 'clinic clinicId need resource resourceId service serviceId',
  ServiceQuestion: `
    bookingAnswers choices choicesByLanguage clinic clinicId id isActive isRequired kind maxLength position question questions
    rowVersion service serviceId`,
  SlotGenerationRun: `
    alreadyExisting clinic clinicId doctorAbsent dueAt examples fromDate id inThePast overlapping ranAt skippedLocalTimes
    slotsMade templatesPassedOver toDate`,
  SlotBookability: 'isBookable refusedAs',
  SlotOffer: `
    bookingSlot bookingSlotId clinic clinicId customer customerId endedAt headStart id lastsUntil notifications offeredAt
    slotIds state waiting waitingId`,
  Specialization: 'doctorSpecializations id name names services',
  StateTransition: 'entity fromState meaning timeLimit toState',
  TimeSlot: 'clinic clinicId doctorSlotTemplates endTime id isActive name rowVersion startTime',
  UtcOffset: 'seconds since timeZone',
  WaitingList: `
    booking bookingId changedAt clinic clinicCustomer clinicId customer customerId doctor doctorId endedAt fromDate id
    joinedAt minNotice notAfter notBefore priority rowVersion service serviceId slotOffers specialization
    specializationId state untilDate weekdays`,
  WebhookEndpoint: `
    clinic clinicId createdAt disabledBecause id isActive kinds notifications rowVersion url wantsEventHead`,
}

/** The names of a type's fields, in order. */
export const fieldsOf = (type: string): string[] | undefined => fields[type]?.trim().split(/\s+/).sort()
export const typesKnown = Object.keys(fields)
