import { readFile } from 'node:fs/promises'
import { buildSchema, getNamedType, isInputObjectType, isObjectType } from 'graphql'

// The names that client programs are written against. A change here breaks them. The schema in the repository is the
// server's (test/repo/docs/schema_graphql.test.ts).
const schema = buildSchema(await readFile('schema.graphql', 'utf8'))

const fieldsOf = (name: string) => {
  const type = schema.getType(name)
  if (!isObjectType(type) && !isInputObjectType(type)) throw new Error(`no type ${name}`)
  return Object.fromEntries(Object.entries(type.getFields()).map(([field, { type }]) => [field, String(type)]))
}
const argumentsOf = (type: string, field: string) => {
  const object = schema.getType(type)
  if (!isObjectType(object)) throw new Error(`no type ${type}`)
  return Object.fromEntries(object.getFields()[field]?.args.map(({ name, type }) => [name, String(type)]) ?? [])
}

describe('mutations', () => {
  test.each([
    ['registerCustomer', 'authTokens', { email: 'String!', password: 'String!', fullName: 'String!', phone: 'String' }],
    ['signIn', 'authTokens', { email: 'String!', password: 'String!' }],
    ['refreshSession', 'authTokens', { refreshToken: 'String!' }],
    ['signOut', 'result', {}],
    ['changePassword', 'passwordChange', { currentPassword: 'String!', newPassword: 'String!' }],
    ['changeEmail', 'emailChange', { newEmail: 'String!', currentPassword: 'String' }],
    ['holdSlot', 'bookingSlot', { clinicId: 'BigInt!', bookingSlotId: 'BigInt!', customerId: 'BigInt' }],
    ['releaseHold', 'bookingSlot', { clinicId: 'BigInt!', bookingSlotId: 'BigInt!' }],
    ['bookSlot', 'booking', { clinicId: 'BigInt!', bookingSlotId: 'BigInt!', customerId: 'BigInt', note: 'String' }],
    ['cancelBooking', 'booking', { clinicId: 'BigInt!', bookingId: 'BigInt!', reason: 'String' }],
    ['rescheduleBooking', 'booking', { clinicId: 'BigInt!', bookingId: 'BigInt!', bookingSlotId: 'BigInt!' }],
    ['checkIn', 'booking', { clinicId: 'BigInt!', bookingId: 'BigInt!' }],
    ['completeBooking', 'booking', { clinicId: 'BigInt!', bookingId: 'BigInt!' }],
    ['markNoShow', 'booking', { clinicId: 'BigInt!', bookingId: 'BigInt!' }],
    ['undoCheckIn', 'booking', { clinicId: 'BigInt!', bookingId: 'BigInt!' }],
    ['undoCompletion', 'booking', { clinicId: 'BigInt!', bookingId: 'BigInt!' }],
    ['undoNoShow', 'booking', { clinicId: 'BigInt!', bookingId: 'BigInt!' }],
    ['withdrawSlot', 'bookingSlot', { clinicId: 'BigInt!', bookingSlotId: 'BigInt!', cascade: 'Boolean' }],
    ['deactivateClinic', 'clinic', { clinicId: 'BigInt!', cascade: 'Boolean' }],
    ['deactivateDoctor', 'doctor', { clinicId: 'BigInt!', doctorId: 'BigInt!', cascade: 'Boolean' }],
    ['generateBookingSlots', 'slotGenerationRun', { clinicId: 'BigInt!', fromDate: 'Date!', toDate: 'Date!' }],
    ['createDoctor', 'doctor', { doctor: 'DoctorInput!' }],
    ['updateDoctor', 'doctor', { clinicId: 'BigInt!', id: 'BigInt!', patch: 'DoctorPatch!' }],
  ])('%s returns %s', (mutation, result, input) => {
    const field = schema.getMutationType()?.getFields()[mutation]
    expect(field?.args.map(({ name }) => name)).toEqual(['input'])
    expect(fieldsOf(getNamedType(field?.args[0]?.type)?.name ?? '')).toMatchObject(input)
    expect(Object.keys(fieldsOf(getNamedType(field?.type)?.name ?? ''))).toContain(result)
  })

  test('accept an idempotency key where they write bookings or booking slots', () => {
    const bookings = ['BookSlot', 'CancelBooking', 'RescheduleBooking', 'CheckIn']
    const inputs = [...bookings, 'HoldSlot', 'ReleaseHold', 'WithdrawSlot', 'CreateBookingSlot']
    for (const input of inputs) {
      expect(fieldsOf(`${input}Input`)).toMatchObject({ idempotencyKey: 'String' })
    }
  })
})

describe('queries', () => {
  test('availableSlots is a plain list with the arguments of its function and no others', () => {
    expect(String(schema.getQueryType()?.getFields().availableSlots?.type)).toBe('[AvailableSlot!]')
    expect(argumentsOf('Query', 'availableSlots')).toEqual({
      clinicId: 'BigInt',
      doctorId: 'BigInt',
      specializationId: 'BigInt',
      fromTime: 'Datetime',
      toTime: 'Datetime',
      after: 'String',
      pageSize: 'Int',
      serviceId: 'BigInt',
      nearTimeZone: 'String',
      fromDate: 'Date',
      toDate: 'Date',
    })
    expect(fieldsOf('AvailableSlot')).toMatchObject({
      cursor: 'String',
      clinicId: 'BigInt',
      clinicName: 'String',
      doctorId: 'BigInt',
      doctorName: 'String',
      bookingSlotId: 'BigInt',
      startsAt: 'Datetime',
      endsAt: 'Datetime',
      clinic: 'Clinic',
      doctor: 'Doctor',
      bookingSlot: 'BookingSlot',
    })
  })

  test('rows are found by primary key, clinic first, and tables are paged forward', () => {
    expect(argumentsOf('Query', 'clinic')).toEqual({ id: 'BigInt!' })
    for (const row of ['doctor', 'booking', 'bookingSlot', 'timeSlot', 'doctorSlotTemplate', 'employee', 'event']) {
      expect(argumentsOf('Query', row)).toEqual({ clinicId: 'BigInt!', id: 'BigInt!' })
    }
    for (const table of ['clinics', 'doctors', 'specializations', 'customers', 'bookingSlots', 'bookings', 'events']) {
      expect(Object.keys(argumentsOf('Query', table)).sort()).toEqual(['after', 'filter', 'first', 'orderBy'])
      expect(argumentsOf('Query', table)).toMatchObject({ first: 'Int!', after: 'Cursor' })
    }
  })

  test('relations have plain names, even where no foreign key declares them', () => {
    expect(fieldsOf('Booking')).toMatchObject({
      clinic: 'Clinic',
      doctor: 'Doctor',
      bookingSlot: 'BookingSlot',
      customer: 'Customer',
      clinicCustomer: 'ClinicCustomer',
    })
    expect(fieldsOf('Doctor')).toMatchObject({
      clinic: 'Clinic',
      bookings: 'BookingConnection!',
      bookingSlots: 'BookingSlotConnection!',
      doctorSpecializations: 'DoctorSpecializationConnection!',
    })
    expect(fieldsOf('BookingSlot')).toMatchObject({
      clinic: 'Clinic',
      doctor: 'Doctor',
      timeSlot: 'TimeSlot',
      bookings: 'BookingConnection!',
      events: 'EventConnection!',
    })
  })

  test('states can be filtered and bookings counted by doctor, day and state', () => {
    expect(fieldsOf('BookingSlotFilter')).toMatchObject({ slotDate: 'DateFilter', status: 'SlotStatusFilter' })
    expect(argumentsOf('BookingConnection', 'groupedAggregates')).toEqual({ groupBy: '[BookingGroupBy!]!' })
    const groupBy = schema.getType('BookingGroupBy') as unknown as { getValues(): { name: string }[] }
    expect(groupBy.getValues().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['DOCTOR_ID', 'SLOT_DATE', 'STATUS']),
    )
  })
})

test('columns that the database maintains for itself are not in the API', () => {
  const names = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInputObjectType(type) ? Object.keys(type.getFields()).map((f) => `${type.name}.${f}`) : [],
  )
  const guards = names.filter((name) => /\.(active|open)\w*Id$|bookedSlotId|weekMinutes|transactionId/.test(name))
  expect(guards).toEqual([])
  expect(names.filter((name) => /nodeId|ByClinicId|refusal|password_?hash|Query\.\w+By[A-Z]/i.test(name))).toEqual([])
  // A ProviderAccount is a clinic's at the payment provider.
  expect(
    Object.keys(schema.getTypeMap()).filter((name) => /(?<!Provider)Account$|Session$|Message$/.test(name)),
  ).toEqual([])
})
