// What each resource looks like. The names of the fragments are the names of the schemas in the OpenAPI document.
// What a rowVersion does not count, such as a name of another row, the ETag's digest does (conditional.ts).

export const Clinic = `fragment Clinic on Clinic { id name timeZone country address email phone isActive rowVersion createdAt }`
export const Doctor = `fragment Doctor on Doctor {
  id clinicId fullName about isActive
  specializations: doctorSpecializations(first: 100) { nodes { specialization { ...Specialization } } }
  rowVersion createdAt
}
fragment Specialization on Specialization { id name }`
export const Specialization = `fragment Specialization on Specialization { id name }`
export const Customer = `fragment Customer on Customer { id fullName email phone isActive rowVersion createdAt }`
export const ClinicCustomer = `fragment ClinicCustomer on ClinicCustomer {
  clinicId customerId fullName email phone phoneE164 phoneTakesSms preferredLanguage createdAt
}`
export const OpenInvitation = `fragment OpenInvitation on OpenInvitation {
  id clinicId email fullName role doctorId createdAt expiresAt
}`
export const TimeSlot = `fragment TimeSlot on TimeSlot { id clinicId name startTime endTime isActive rowVersion }`
export const DoctorSlot = `fragment DoctorSlot on DoctorSlotTemplate {
  id clinicId doctorId timeSlotId weekday validFrom validUntil rowVersion
}`
export const BookingSlot = `fragment BookingSlot on BookingSlot {
  id clinicId doctorId timeSlotId slotDate startsAt endsAt status customerId heldUntil rowVersion createdAt
}`
export const Booking = `fragment Booking on Booking {
  id clinicId bookingSlotId customerId doctorId slotDate startsAt endsAt status note sequence
  cancelledAt cancelledBy cancellationReason rowVersion createdAt
}`
export const AvailableSlot = `fragment AvailableSlot on AvailableSlot {
  cursor bookingSlotId clinicId clinicName timeZone doctorId doctorName slotDate startsAt endsAt localStart localEnd
  zoneDistance
}`
export const Tokens = `fragment Tokens on AuthTokens {
  accountId customerId sessionId accessToken expiresIn refreshToken refreshExpiresAt
}`
export const Person = `fragment Person on Person {
  accountId email isAdmin customerId fullName staffClinicIds deskClinicIds managerClinicIds
}`
export const SlotGenerationRun = `fragment SlotGenerationRun on SlotGenerationRun {
  id clinicId fromDate toDate slotsMade templatesPassedOver alreadyExisting inThePast skippedLocalTimes overlapping
  examples ranAt
}`
export const CustomerExport = `fragment CustomerExport on CustomerExport {
  formatVersion exportedAt customerId profile account clinicRecords bookings notifications events
}`
