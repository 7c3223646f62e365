// The fields of each resource. The names of the fragments are the names of the schemas in the OpenAPI document. A change of a
// field that comes from another row does not change rowVersion, but the digest in the ETag (conditional.ts).

export const Clinic = `fragment Clinic on Clinic { id name timeZone country address email phone isActive rowVersion createdAt }`
export const Doctor = `fragment Doctor on Doctor {
  id clinicId fullName about isActive
  specializations: doctorSpecializations(first: 100) { nodes { specialization { ...Specialization } } }
  rowVersion createdAt
}
fragment Specialization on Specialization { id name }`
export const Specialization = `fragment Specialization on Specialization { id name }`
export const Customer = `fragment Customer on Customer {
  id fullName email emailVerifiedAt phone birthDate isActive mergedIntoId rowVersion createdAt
}`
export const Guardianship = `fragment Guardianship on Guardianship {
  guardianCustomerId dependantCustomerId relation until createdAt endedAt
  dependantCustomer { fullName birthDate }
}`
export const ClinicCustomer = `fragment ClinicCustomer on ClinicCustomer {
  clinicId customerId fullName email phone phoneE164 phoneTakesSms preferredLanguage createdAt
}`
export const NetworkAlert = `fragment NetworkAlert on NetworkAlert {
  clinicId slotDate slotsTaken slotsOfDay firstAt lastAt
}`
export const OpenInvitation = `fragment OpenInvitation on OpenInvitation {
  id clinicId email fullName role doctorId createdAt expiresAt delivery sentAt
}`
export const Service = `fragment Service on Service {
  id clinicId position name names preparation preparations
  duration { ...Interval } bufferBefore { ...Interval } bufferAfter { ...Interval } startEvery { ...Interval }
  mode specializationId bookableBy patients
  leadTime { ...Interval } horizon { ...Interval } cancellationCutoff { ...Interval }
  takesResources isActive doctors: doctorServices(first: 100) { nodes { ...DoctorService } } rowVersion createdAt
}
fragment DoctorService on DoctorService { doctorId duration { ...Interval } }
fragment Interval on Interval { years months days hours minutes seconds }`
export const ServiceQuestion = `fragment ServiceQuestion on ServiceQuestion {
  id clinicId serviceId position question questions kind choices choicesByLanguage isRequired maxLength isActive
  rowVersion
}`
export const Resource = `fragment Resource on Resource {
  id clinicId type name turnover { ...Interval } isActive rowVersion createdAt
}
fragment Interval on Interval { years months days hours minutes seconds }`
export const ServiceNeed = `fragment ServiceNeed on ServiceNeed { need resourceId }`
export const ResourceClaim = `fragment ResourceClaim on ResourceClaim {
  need resourceId resource { type name } during { start { value } end { value } }
}`
export const Absence = `fragment Absence on Absence {
  id clinicId doctorId kind firstDate lastDate startTime endTime note sourceKey calendarId rowVersion createdAt
}`
export const ExternalCalendar = `fragment ExternalCalendar on ExternalCalendar {
  id clinicId doctorId kind origin lastOkAt lastError createdAt
}`
export const TimeSlot = `fragment TimeSlot on TimeSlot { id clinicId name startTime endTime isActive rowVersion }`
export const DoctorSlot = `fragment DoctorSlot on DoctorSlotTemplate {
  id clinicId doctorId timeSlotId weekday validFrom validUntil serviceId rowVersion
}`
export const BookingSlot = `fragment BookingSlot on BookingSlot {
  id clinicId doctorId timeSlotId slotDate startsAt endsAt status customerId heldUntil serviceId headSlotId withdrawnForAbsenceId
  rowVersion createdAt
}`
export const Booking = `fragment Booking on Booking {
  id clinicId bookingSlotId customerId doctorId serviceId seriesId slotDate startsAt endsAt visitStartsAt visitEndsAt isOnline
  status note sequence cancelledAt cancelledBy cancellationReason rowVersion createdAt
}`
export const PlannedVisit = `fragment PlannedVisit on PlannedVisit {
  bookingId slotDate bookingSlotId startsAt endsAt reason alternatives { bookingSlotId startsAt }
}`
export const BookingAnswer = `fragment BookingAnswer on BookingAnswer { questionId question: wording answer }`
export const Notification = `fragment Notification on Notification {
  id clinicId bookingId slotOfferId invoiceId customerId kind channel state dueAt attempts retryAt sentAt lastError generation settledAt
  settledByAccountId createdAt
}`
export const LateNotification = `fragment LateNotification on LateNotification {
  id clinicId bookingId slotOfferId invoiceId customerId kind channel state dueAt attempts retryAt lastError hasAddress
}`
export const WaitingEntry = `fragment WaitingEntry on WaitingList {
  id clinicId customerId serviceId doctorId specializationId weekdays notBefore notAfter fromDate untilDate
  minNotice { ...Interval } bookingId state rowVersion joinedAt endedAt
}
fragment Interval on Interval { years months days hours minutes seconds }`
export const SlotOffer = `fragment SlotOffer on SlotOffer {
  id clinicId waitingId customerId bookingSlotId slotIds headStart { start { value } end { value } } lastsUntil state
  offeredAt endedAt
}`
export const LinkedOffer = `fragment LinkedOffer on LinkedOffer {
  offerId clinicId state startsAt endsAt doctorId doctorName serviceId serviceName clinicName address phone timeZone
  headStartFrom headStartUntil isOpen movesFrom isWaiting
}`
export const GuestHold = `fragment GuestHold on GuestHold { clinicId bookingSlotId heldUntil }`
export const LinkedBooking = `fragment LinkedBooking on LinkedBooking {
  bookingId clinicId bookingSlotId doctorId startsAt endsAt status sequence doctorName serviceId serviceName clinicName address phone timeZone
  changeableUntil isChangeable calendarUid isOnline joinPath room
}`
export const ConsultationEntry = `fragment ConsultationEntry on ConsultationEntry {
  clinicId bookingId phase startsAt endsAt opensAt closesAt timeZone clinicName doctorName patientCameAt doctorCameAt
  joinUrl isRecorded recordingsKeptFor { ...Interval } patientAgreedAt doctorAgreedAt
}
fragment Interval on Interval { years months days hours minutes seconds }`
export const Recording = `fragment Recording on Recording {
  clinicId id bookingId customerId doctorId visitStartsAt state contentType bytes patientAgreedAt doctorAgreedAt
  createdAt deleteAt
}`
export const RecordingConsent = `fragment RecordingConsent on RecordingConsent {
  clinicId bookingId customerId doctorId patientAgreedAt patientWithdrewAt doctorAgreedAt doctorWithdrewAt
}`
export const RecordingLink = `fragment RecordingLink on RecordingLink {
  clinicId recordingId bookingId contentType bytes expiresAt method url
}`
export const Consultation = `fragment Consultation on Consultation {
  clinicId bookingId bookingSequence state opensAt closesAt patientCameAt doctorCameAt
}`
export const CalendarLink = `fragment CalendarLink on CalendarLink { path createdAt }`
export const AvailableSlot = `fragment AvailableSlot on AvailableSlot {
  cursor bookingSlotId clinicId clinicName timeZone doctorId doctorName slotDate startsAt endsAt localStart localEnd
  zoneDistance
}`
export const Tokens = `fragment Tokens on AuthTokens {
  accountId customerId sessionId accessToken expiresIn refreshToken refreshExpiresAt
}`
export const EmailChange = `fragment EmailChange on EmailChange { newEmail }`
export const Person = `fragment Person on Person {
  accountId email emailIsConfirmed newEmail isAdmin customerId fullName staffClinicIds deskClinicIds managerClinicIds
}`
export const SlotGenerationRun = `fragment SlotGenerationRun on SlotGenerationRun {
  id clinicId fromDate toDate slotsMade templatesPassedOver alreadyExisting inThePast skippedLocalTimes overlapping doctorAbsent
  examples ranAt
}`
export const CustomerExport = `fragment CustomerExport on CustomerExport {
  formatVersion exportedAt customerId profile account clinicRecords bookings notifications events family money waitingList
}`
export const Price = `fragment Price on Price {
  id clinicId serviceId doctorId amount currency taxRate paymentRule deposit validFrom validUntil createdAt
}`
export const Coupon = `fragment Coupon on Coupon {
  id clinicId code percent amount currency most used validFrom validUntil createdAt
}`
export const Invoice = `fragment Invoice on Invoice {
  id clinicId customerId currency number state total tax paid due issuedAt dueOn voidedAt rowVersion createdAt
  lines: invoiceLines(first: 100) { nodes { ...InvoiceLine } }
}
fragment InvoiceLine on InvoiceLine { id kind bookingId priceId couponId amount taxRate tax text createdAt }`
export const Payment = `fragment Payment on Payment {
  id clinicId customerId currency method checkoutId received spent refunded receivedAt
}`
export const Refund = `fragment Refund on Refund {
  id clinicId paymentId customerId currency amount state createdAt endedAt
}`
export const Credit = `fragment Credit on Credit { clinicId customerId currency balance reserved available }`
export const Movement = `fragment Movement on Movement {
  id clinicId kind customerId currency amount paymentId invoiceId refundId movedAt
}`
export const Checkout = `fragment Checkout on Checkout {
  id customerId currency amount state outcome provider url createdAt expiresAt settledAt
  parts: checkoutParts(first: 100) {
    nodes { clinicId customerId amount credit invoiceId bookingSlotId serviceId bookingId }
  }
}`
