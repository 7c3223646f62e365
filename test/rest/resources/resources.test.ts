import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { book } from '../../helpers/clinic/operations.ts'
import {
  aClinic,
  aCustomer,
  aDoctor,
  anAccount,
  aPractice,
  aSlot,
  aTemplate,
  aTimeSlot,
} from '../../helpers/clinic/world.ts'
import { peopleHaveLeft } from '../../helpers/shards/in_shards.ts'
import { type Client, type Reply, type RestServer, serveRest } from '../api.ts'

let server: RestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let manager: Client
let desk: Client
let ann: Client
let admin: Client

beforeAll(async () => {
  server = await serveRest()
  admin = await server.as((await anAccount(server.owner, { isAdmin: true })).claims)
})
afterAll(() => server?.stop())
beforeEach(async () => {
  practice = await aPractice(server.owner)
  manager = await server.as(practice.manager.claims)
  desk = await server.as(practice.receptionist.claims)
  ann = await server.as(practice.customer.claims)
})

describe('a clinic', () => {
  it('is created, replaced and patched', async () => {
    const made = await admin('POST', '/clinics', { body: { name: 'New', timeZone: 'Asia/Kathmandu', phone: '1' } })
    const path = made.headers.get('location')?.replace('/api', '') ?? ''
    expect((await admin('GET', path)).text).toBe(made.text)
    // PATCH keeps fields that are not named, and null empties a field; PUT empties fields that are not named.
    expect(
      (
        await admin('PATCH', path, {
          body: { address: 'Main Street 1' },
          headers: { 'content-type': 'application/merge-patch+json' },
        })
      ).body,
    ).toMatchObject({ phone: '1', address: 'Main Street 1' })
    expect((await admin('PATCH', path, { body: { phone: null } })).body).toMatchObject({
      phone: null,
      address: 'Main Street 1',
    })
    expect((await admin('PUT', path, { body: { name: 'Newer', timeZone: 'Asia/Kathmandu' } })).body).toMatchObject({
      name: 'Newer',
      address: null,
    })
    expect((await admin('PUT', path, { body: { name: 'Newer' } })).body).toMatchObject({
      status: 400,
      errors: [{ field: 'timeZone', message: 'is required' }],
    })
    expect((await admin('PATCH', path, { body: { timeZone: 'Mars/Olympus' } })).body).toMatchObject({
      status: 422,
      code: 'unknown_time_zone',
    })
  })

  it('with active doctors is not deactivated, and the detail lists them; with cascade all are deactivated', async () => {
    const { body: booking } = await ann('POST', `/bookingSlots/${practice.slotId}/book`)
    const path = `/clinics/${practice.clinicId}`
    expect((await manager('DELETE', path)).body).toMatchObject({
      status: 409,
      code: 'still_in_use',
      details: { activeDoctors: [{ doctorId: practice.doctorId }] },
    })
    expect((await manager('DELETE', `${path}?cascade=true`)).body).toMatchObject({ isActive: false })
    expect((await ann('GET', path)).status).toBe(404)
    expect((await ann('GET', `/bookings/${booking.id}`)).body.status).toBe('CANCELLED')
  })

  it('lists its alerts about networks by date until the desk dismisses them', async () => {
    const { clinicId } = practice
    for (const date of ['2030-01-02', '2030-01-01'])
      await server.owner.query(
        `insert into app_private.network_alerts (clinic_id, slot_date, slots_taken, slots_of_day)
         values ($1, $2, 12, 20)`,
        [clinicId, date],
      )
    const open = async () => (await desk('GET', `/clinics/${clinicId}/networkAlerts`)).body.items
    const dismiss = (body: unknown) => desk('POST', `/clinics/${clinicId}/networkAlerts/dismiss`, { body })
    const first = { clinicId, slotDate: '2030-01-01', slotsTaken: 12, slotsOfDay: 20 }
    expect(await open()).toMatchObject([first, { slotDate: '2030-01-02' }])
    expect(await dismiss({ slotDate: '2030-01-01' })).toMatchObject({ status: 200, body: first })
    expect(await open()).toMatchObject([{ slotDate: '2030-01-02' }])
    expect(await dismiss({ slotDate: '2030-01-01' })).toMatchObject({ status: 404, body: { code: 'alert_not_found' } })
    expect(await dismiss({})).toMatchObject({ status: 400 })
  })
})

describe('a doctor', () => {
  it('is added, found by specialization, and removed with everything that depends on it', async () => {
    const { id: specializationId, name } = await server.owner.one(
      `insert into app_public.specializations (name) values ('Podiatry') returning id, name`,
    )
    const made = await manager('POST', `/clinics/${practice.clinicId}/doctors`, { body: { fullName: 'New' } })
    await manager('PUT', `/doctors/${made.body.id}/specializations`, {
      body: { specializationIds: [specializationId] },
    })
    for (const value of ['pOdIaTrY', specializationId]) {
      const { body } = await ann('GET', `/clinics/${practice.clinicId}/doctors?specialization=${value}`)
      expect(body.items).toMatchObject([{ id: made.body.id, specializations: [{ id: specializationId, name }] }])
    }
    const path = `/doctors/${practice.doctorId}`
    expect((await manager('DELETE', path)).body).toMatchObject({ status: 409, details: { openSlots: 1 } })
    expect((await manager('DELETE', `${path}?cascade=true`)).body).toMatchObject({ isActive: false })
    expect((await ann('GET', path)).status).toBe(404)
    expect((await manager('GET', path)).status).toBe(200)
  })

  it('of an inactive clinic is refused', async () => {
    await manager('DELETE', `/clinics/${practice.clinicId}?cascade=true`)
    const { body } = await manager('POST', `/clinics/${practice.clinicId}/doctors`, { body: { fullName: 'New' } })
    expect(body).toMatchObject({ status: 409, code: 'foreign_key_violation' })
  })
})

describe('a customer', () => {
  it('registers, signs in, refreshes, reads and changes their own data, and signs out', async () => {
    const anybody = await server.as()
    const body = {
      email: `me-${Date.now()}@test.example`,
      password: 'a fine long password',
      fullName: 'Me',
      phone: '1',
    }
    const registered = await anybody('POST', '/customers', { body })
    expect(registered.headers.get('location')).toBe(`/api/customers/${registered.body.customerId}`)
    expect(registered.headers.get('cache-control')).toBe('no-store')
    const { body: signedIn } = await anybody('POST', '/auth/token', {
      body: { email: body.email, password: body.password },
    })
    expect(signedIn).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, customerId: registered.body.customerId })
    const { body: refreshed } = await anybody('POST', '/auth/refresh', {
      body: { refreshToken: signedIn.refreshToken },
    })
    const headers = { authorization: `Bearer ${refreshed.accessToken}` }
    expect((await anybody('GET', '/me', { headers })).body).toMatchObject({ email: body.email, fullName: 'Me' })
    const path = `/customers/${registered.body.customerId}`
    expect((await anybody('PUT', path, { headers, body: { fullName: 'Myself' } })).body).toMatchObject({
      fullName: 'Myself',
      phone: null,
      email: null,
    })
    expect(await anybody('POST', '/auth/sign-out', { headers })).toMatchObject({ status: 204, text: '' })
    expect((await anybody('GET', '/me', { headers })).body.code).toBe('unauthenticated')
    // A refresh token that is used twice ends the session; that is kept, although the request is refused.
    expect((await anybody('POST', '/auth/refresh', { body: { refreshToken: signedIn.refreshToken } })).status).toBe(401)
  })

  it('can remove themselves: with future bookings only with cascade, and is then signed out permanently', async () => {
    const { customerId } = practice.customer
    const { body: booking } = await ann('POST', `/bookingSlots/${practice.slotId}/book`)
    expect((await ann('DELETE', `/customers/${customerId}`)).body).toMatchObject({
      status: 409,
      details: { liveBookings: [{ bookingId: booking.id, clinicId: practice.clinicId }] },
    })
    expect(await ann('DELETE', `/customers/${customerId}?cascade=true`)).toMatchObject({ status: 204 })
    expect((await ann('GET', '/me')).body.code).toBe('unauthenticated')
    await peopleHaveLeft(server.owner)
    expect((await desk('GET', `/bookings/${booking.id}`)).body).toMatchObject({
      status: 'CANCELLED',
      cancelledBy: 'CUSTOMER',
    })
    expect((await desk('GET', `/bookingSlots/${practice.slotId}`)).body.status).toBe('OPEN')
    expect((await admin('GET', `/customers/${customerId}`)).body.isActive).toBe(false)
  })

  it('who also works for a clinic keeps the account after removal, and cannot book', async () => {
    const { customerId, accountId, claims } = await aCustomer(server.owner)
    await server.owner.query(
      `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'receptionist', 'Both')`,
      [practice.clinicId, accountId],
    )
    const both = await server.as(claims)
    expect(await both('DELETE', `/customers/${customerId}`)).toMatchObject({ status: 204 })
    expect((await both('GET', '/me')).body.staffClinicIds).toEqual([practice.clinicId])
    expect((await both('POST', `/bookingSlots/${practice.slotId}/book`)).body.code).toBe('customer_not_found')
  })

  it('is listed for themselves, for staff as in the clinic’s record, and for administrators', async () => {
    const { customerId } = practice.customer
    expect((await ann('GET', '/customers')).body.items).toMatchObject([{ id: customerId }])
    expect((await desk('GET', '/customers')).body.items).toEqual([])
    expect((await desk('GET', `/customers?clinicId=${practice.clinicId}`)).body.items).toEqual([])
    await ann('POST', `/bookingSlots/${practice.slotId}/book`)
    expect((await desk('GET', `/customers?clinicId=${practice.clinicId}`)).body.items).toMatchObject([
      { id: customerId },
    ])
    const all: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: Reply = await admin('GET', `/customers?limit=100${cursor && `&cursor=${cursor}`}`)
      all.push(...body.items.map(({ id }: { id: string }) => id))
      cursor = body.nextCursor
    }
    expect(all).toContain(customerId)
  })
})

describe('a walk-in patient', () => {
  it("is added to the clinic's records, once per key, and can be booked for", async () => {
    const path = `/clinics/${practice.clinicId}/customers`
    const sent = {
      body: { fullName: ' Walter Walkin ', phone: '+49 30 5550123', preferredLanguage: 'de' },
      headers: { 'idempotency-key': 'walk-in' },
    }
    const added = await desk('POST', path, sent)
    expect(added).toMatchObject({
      status: 201,
      body: { clinicId: practice.clinicId, fullName: 'Walter Walkin', email: null, preferredLanguage: 'de' },
    })
    expect((await desk('POST', path, sent)).text).toBe(added.text)
    const { customerId } = added.body
    expect((await desk('GET', `/customers?clinicId=${practice.clinicId}`)).body.items).toMatchObject([
      { id: customerId, phone: '+49 30 5550123' },
    ])
    expect((await desk('POST', `/bookingSlots/${practice.slotId}/book`, { body: { customerId } })).body).toMatchObject({
      status: 'BOOKED',
      customerId,
    })
    expect((await desk('POST', path, { body: {} })).body.errors).toEqual([
      { field: 'fullName', message: 'is required' },
    ])
    // An unknown clinic.
    expect((await admin('POST', '/clinics/999999999/customers', { body: { fullName: 'Nobody' } })).body.code).toBe(
      'foreign_key_violation',
    )
  })
})

describe('an invitation', () => {
  it('is listed without its token until it is revoked', async () => {
    const path = `/clinics/${practice.clinicId}/invitations`
    const { id } = await server.owner.one(
      `select id from app_public.invite_employee($1, 'new@test.example', 'Dr New', 'doctor', $2)`,
      [practice.clinicId, practice.doctorId],
    )
    const listed = await manager('GET', path)
    expect(listed.body).toEqual({
      items: [
        {
          id,
          clinicId: practice.clinicId,
          email: 'new@test.example',
          fullName: 'Dr New',
          delivery: 'pending',
          sentAt: null,
          role: 'DOCTOR',
          doctorId: practice.doctorId,
          createdAt: expect.any(String),
          expiresAt: expect.any(String),
        },
      ],
      nextCursor: null,
    })
    expect((await admin('DELETE', `/clinics/999999999/invitations/${id}`)).body.code).toBe('invitation_invalid')
    expect(await manager('DELETE', `${path}/${id}`)).toMatchObject({ status: 204, text: '' })
    expect((await manager('GET', path)).body.items).toEqual([])
    expect((await manager('DELETE', `${path}/${id}`)).body).toMatchObject({ status: 404, code: 'invitation_invalid' })
    expect((await admin('GET', '/clinics/999999999/invitations')).body.code).toBe('clinic_not_found')
  })
})

describe('a time slot', () => {
  it('is deleted if nothing refers to it, and becomes inactive otherwise', async () => {
    const path = `/clinics/${practice.clinicId}/timeslots`
    const { body: made } = await manager('POST', path, { body: { name: 'Noon', startTime: '12:00', endTime: '12:30' } })
    expect(
      (await manager('POST', path, { body: { name: 'Noon', startTime: '13:00', endTime: '13:30' } })).body,
    ).toMatchObject({ status: 409, code: 'unique_violation' })
    expect(await manager('DELETE', `/timeslots/${made.id}`)).toMatchObject({ status: 204 })
    expect((await manager('DELETE', `/timeslots/${made.id}`)).body.code).toBe('time_slot_not_found')

    const used = await aTimeSlot(server.owner, practice.clinicId)
    await aTemplate(server.owner, practice.clinicId, practice.doctorId, used, 1)
    await manager('DELETE', `/timeslots/${used}`)
    const { body } = await manager('GET', `${path}?limit=100`)
    expect(body.items.find(({ id }: { id: string }) => id === used)).toMatchObject({ isActive: false })
    expect(body.items.map(({ id }: { id: string }) => id)).not.toContain(made.id)
  })
})

describe('a doctor’s slots', () => {
  it('become booking slots', async () => {
    const timeSlotId = await aTimeSlot(server.owner, practice.clinicId, '14:00', '14:30')
    const doctorId = await aDoctor(server.owner, practice.clinicId)
    const path = `/doctors/${doctorId}/slots`
    const { body: slot } = await manager('POST', path, { body: { timeSlotId, weekday: 1, validFrom: '2031-01-01' } })
    expect((await manager('POST', path, { body: { timeSlotId, weekday: 1 } })).body).toMatchObject({
      status: 409,
      code: 'exclusion_violation',
    })
    expect((await desk('GET', path)).body.items).toEqual([slot])
    expect(
      (await manager('PUT', `/doctors/slots/${slot.id}`, { body: { timeSlotId, weekday: 2 } })).body,
    ).toMatchObject({ weekday: 2, validFrom: null })
    // A week of next year's March, when Berlin is an hour ahead of UTC.
    const first = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 2, 1)).getTime()
    const day = (n: number) => new Date(first + n * 86_400_000).toISOString().slice(0, 10)
    const monday = [0, 1, 2, 3, 4, 5, 6].find((n) => new Date(day(n)).getUTCDay() === 1) as number
    const { body: run } = await manager('POST', '/availability/createBookingSlots', {
      body: { clinicId: practice.clinicId, fromDate: day(monday), toDate: day(monday + 6) },
    })
    expect(run).toMatchObject({ slotsMade: 1 })
    expect((await desk('GET', `/doctors/${doctorId}/bookingSlots`)).body.items).toMatchObject([
      { slotDate: day(monday + 1), startsAt: expect.stringMatching(`^${day(monday + 1)}T13:00:00`) },
    ])
    const made = await desk('POST', '/bookingSlots', { body: { doctorId, timeSlotId, slotDate: day(monday + 2) } })
    expect(made.body).toMatchObject({ status: 'OPEN', clinicId: practice.clinicId })
    expect(
      (await desk('POST', '/bookingSlots', { body: { doctorId, timeSlotId, slotDate: day(monday + 2) } })).body,
    ).toMatchObject({ status: 409, code: 'slot_exists' })
    expect(
      (await desk('POST', '/bookingSlots', { body: { doctorId: '999999', timeSlotId, slotDate: day(monday + 2) } }))
        .body,
    ).toMatchObject({ status: 404, code: 'doctor_not_found' })
  })
})

describe('another clinic', () => {
  it('has no access to its slots', async () => {
    const other = await aClinic(server.owner)
    const slot = await aSlot(server.owner, other, await aDoctor(server.owner, other))
    expect((await desk('DELETE', `/bookingSlots/${slot}`)).body.code).toBe('forbidden')
    expect(
      (await desk('POST', `/bookingSlots/${slot}/book`, { body: { customerId: practice.customer.customerId } })).body
        .code,
    ).toBe('forbidden')
  })
})

describe('a person', () => {
  it('exports their data, then has it erased permanently', async () => {
    const { clinicId, slotId, customer } = practice
    await ann('POST', `/bookingSlots/${slotId}/book`, {
      body: { note: 'my back' },
      headers: { 'idempotency-key': 'one' },
    })
    const held = (await ann('GET', '/me/export')).body
    expect(held).toMatchObject({
      formatVersion: 1,
      customerId: customer.customerId,
      account: { id: customer.accountId, sessions: [{}] },
      clinicRecords: [{ clinicId }],
      bookings: [{ clinicId, note: 'my back', status: 'booked' }],
    })
    expect((await ann('GET', `/customers/${customer.customerId}/export`)).body).toMatchObject({
      ...held,
      exportedAt: expect.any(String),
    })

    const erase = (client: Client) =>
      client('POST', `/customers/${customer.customerId}/erase`, { headers: { 'idempotency-key': 'two' } })
    expect(await erase(ann)).toMatchObject({ status: 204 })
    expect((await ann('GET', '/me')).body).toMatchObject({ code: 'unauthenticated' })
    await peopleHaveLeft(server.owner)
    expect((await desk('GET', `/customers?clinicId=${clinicId}`)).body.items).toMatchObject([
      { fullName: 'erased', email: null },
    ])
    expect((await desk('GET', `/bookings?clinicId=${clinicId}`)).body.items).toMatchObject([
      { status: 'CANCELLED', note: null },
    ])
    expect((await desk('GET', `/bookingSlots/${slotId}`)).body).toMatchObject({ status: 'OPEN' })
    expect(await erase(admin)).toMatchObject({ status: 204 })
  })
})

describe('whom no message reaches', () => {
  it('lists customers without an address before a cancellation, and bookings to phone after it', async () => {
    const { clinicId, doctorId, slotId, customer } = practice
    const { customerId } = (await desk('POST', `/clinics/${clinicId}/customers`, { body: { fullName: 'Phyllis' } }))
      .body
    await desk('POST', `/bookingSlots/${slotId}/book`, { body: { customerId } })
    const second = await aSlot(server.owner, clinicId, doctorId, 72)
    await ann('POST', `/bookingSlots/${second}/book`)

    const without = `/clinics/${clinicId}/customersWithoutAddress?kind=SLOT_WITHDRAWN&customerIds`
    expect((await desk('GET', `${without}=${customerId},${customer.customerId}`)).body).toEqual({ items: [customerId] })
    for (const id of [slotId, second]) await desk('DELETE', `/bookingSlots/${id}?cascade=true`)
    const toPhone = async (query = '') =>
      (
        (await desk('GET', `/clinics/${clinicId}/bookingsToPhone${query}`)).body.items as { bookingSlotId: string }[]
      ).map(({ bookingSlotId }) => bookingSlotId)
    expect(await toPhone()).toEqual([slotId])
    expect(await toPhone(`?doctorId=${doctorId}&bookingSlotId=${slotId}`)).toEqual([slotId])
    expect(await toPhone(`?bookingSlotId=${second}`)).toEqual([])
    expect(await toPhone('?date=2020-01-01')).toEqual([])
  })

  it('lists the messages that were given up, until they are sent again or settled', async () => {
    const { clinicId, doctorId, customer } = practice
    const other = await aPractice(server.owner)
    const dead: string[] = []
    for (const hours of [60, 70]) {
      const booking = await book(server.owner, clinicId, await aSlot(server.owner, clinicId, doctorId, hours), customer)
      const { id } = await server.owner.one<{ id: string }>(
        `update app_public.notifications set state = 'dead', last_error = 'no such mailbox'
         where clinic_id = $1 and booking_id = $2 and kind = 'booking_confirmed' returning id`,
        [clinicId, booking.id],
      )
      dead.unshift(id)
    }
    const late = async () => {
      const { body } = await desk('GET', `/clinics/${clinicId}/lateNotifications`)
      return (body.items as { id: string; state: string; lastError: string }[]).map((it) => [it.id, it.lastError])
    }
    expect(await late()).toEqual(dead.map((id) => [id, 'no such mailbox']))
    const [phoned, mailed] = dead
    const doTo = (id: string | undefined, what: string) =>
      desk('POST', `/clinics/${clinicId}/notifications/${id}/${what}`)
    expect(await doTo(mailed, 'send-again')).toMatchObject({ status: 200, body: { state: 'PENDING', generation: 2 } })
    const settled = await doTo(phoned, 'settle')
    expect(settled).toMatchObject({ status: 200, body: { state: 'DEAD', settledAt: expect.any(String) } })
    expect((await doTo(phoned, 'settle')).body).toEqual(settled.body)
    expect(await late()).toEqual([])
    for (const what of ['send-again', 'settle'])
      expect(await doTo(mailed, what)).toMatchObject({ status: 409, body: { code: 'illegal_transition' } })
    expect(await doTo('999999999', 'settle')).toMatchObject({ status: 404, body: { code: 'notification_not_found' } })
    // A message of another clinic does not exist in this one.
    const theirs = await server.as(other.receptionist.claims)
    expect(await theirs('POST', `/clinics/${other.clinicId}/notifications/${phoned}/settle`)).toMatchObject({
      status: 404,
      body: { code: 'notification_not_found' },
    })
  })

  it('names each parameter that is missing or malformed', async () => {
    const path = `/clinics/${practice.clinicId}/customersWithoutAddress`
    for (const [query, fields] of [
      ['', ['customerIds', 'kind']],
      ['?customerIds=1,,2&kind=SLOT_WITHDRAWN', ['customerIds']],
      ['?customerIds=1&kind=POSTCARD', ['kind']],
    ] as const) {
      const { status, body } = await desk('GET', path + query)
      expect(status).toBe(400)
      expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(fields)
    }
  })
})

it('the offsets of several time zones are returned at once, also to anonymous callers', async () => {
  await aClinic(server.owner, 'Asia/Kathmandu')
  const anybody = await server.as()
  const { items } = (await anybody('GET', '/timeZones/utcOffsets?timeZones=Europe/Berlin,Asia/Kathmandu,Nowhere/Land'))
    .body as { items: { timeZone: string; seconds: number }[] }
  expect(items.filter(({ timeZone }) => timeZone === 'Asia/Kathmandu')).toMatchObject([{ seconds: 20_700 }])
  expect(new Set(items.filter(({ timeZone }) => timeZone === 'Europe/Berlin').map(({ seconds }) => seconds))).toEqual(
    new Set([3600, 7200]),
  )
  expect((await anybody('GET', '/timeZones/utcOffsets')).status).toBe(400)
})
