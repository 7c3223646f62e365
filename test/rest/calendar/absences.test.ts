import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { aPractice } from '../../helpers/clinic/world.ts'
import { expectGraphQLRefusal, graphqlClient } from '../../helpers/programs/graphql.ts'
import { tokenOf } from '../../helpers/programs/tokens.ts'
import { type Client, type RestServer, serveRest } from '../api.ts'

let server: RestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let desk: Client
let manager: Client

beforeAll(async () => {
  server = await serveRest()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  practice = await aPractice(server.owner)
  desk = await server.as(practice.receptionist.claims)
  manager = await server.as(practice.manager.claims)
})

/** The local date of the practice's slot. */
const dateOfSlot = async () =>
  (
    await server.owner.one<{ date: string }>(
      'select slot_date::text as date from app_public.booking_slots where id = $1',
      [practice.slotId],
    )
  ).date

describe('absences', () => {
  it('are previewed, added, listed, read and removed', async () => {
    const { clinicId, doctorId, slotId } = practice
    const date = await dateOfSlot()
    const absences = `/clinics/${clinicId}/absences`
    const when = `firstDate=${date}&lastDate=${date}&doctorId=${doctorId}`
    expect(await desk('GET', `/clinics/${clinicId}/absenceEffect?${when}`)).toMatchObject({
      status: 200,
      body: { freeSlots: 1, bookedVisits: 0 },
    })
    const added = await desk('POST', absences, {
      body: { kind: 'VACATION', doctorId, firstDate: date, lastDate: date, note: 'Away' },
    })
    expect(added).toMatchObject({ status: 201, body: { clinicId, doctorId, kind: 'VACATION', note: 'Away' } })
    const { id } = added.body
    expect(added.headers.get('location')).toMatch(new RegExp(`/absences/${id}$`))
    expect((await desk('GET', `/bookingSlots/${slotId}`)).body).toMatchObject({
      status: 'WITHDRAWN',
      withdrawnForAbsenceId: id,
    })
    expect((await desk('GET', `${absences}?from=${date}&to=${date}`)).body.items).toMatchObject([{ id }])
    expect((await desk('GET', `${absences}?from=2020-01-01&to=2020-12-31`)).body.items).toEqual([])
    expect((await desk('GET', `/absences/${id}`)).body).toEqual(added.body)
    expect((await desk('DELETE', `/absences/${id}`)).status).toBe(204)
    expect(await desk('DELETE', `/absences/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'absence_not_found' },
    })
  })

  it('are changed, but not by a request that has seen an older version', async () => {
    const { clinicId, doctorId } = practice
    const date = await dateOfSlot()
    const nextYear = `${Number(date.slice(0, 4)) + 1}-02-01`
    const { body: added } = await desk('POST', `/clinics/${clinicId}/absences`, {
      body: { kind: 'VACATION', doctorId, firstDate: date, lastDate: date, note: 'Away' },
    })
    expect(added.rowVersion).toBe(1)
    const changed = await desk('PUT', `/absences/${added.id}`, {
      body: { kind: 'TRAINING', firstDate: nextYear, lastDate: nextYear, startTime: '09:00' },
    })
    expect(changed).toMatchObject({
      status: 200,
      body: { id: added.id, kind: 'TRAINING', firstDate: nextYear, note: null, rowVersion: 2 },
    })
    expect(changed.body.startTime).toMatch(/^09:00/)
    // What GET answered before.
    const { id: _id, ...before } = added
    expect(await desk('PUT', `/absences/${added.id}`, { body: before })).toMatchObject({
      status: 412,
      body: { code: 'stale_row_version' },
    })
    const { body: now } = await desk('GET', `/absences/${added.id}`)
    expect(await desk('PUT', `/absences/${added.id}`, { body: { ...now, note: 'Course' } })).toMatchObject({
      status: 200,
      body: { note: 'Course', firstDate: nextYear },
    })
  })

  it('with booked visits are refused, listing them, until the request says what happens to them', async () => {
    const { clinicId, slotId, customer } = practice
    const date = await dateOfSlot()
    const ann = await server.as(customer.claims)
    const { body: booking } = await ann('POST', `/bookingSlots/${slotId}/book`)
    const body = { kind: 'CLOSURE', firstDate: date, lastDate: date }
    expect(await desk('POST', `/clinics/${clinicId}/absences`, { body })).toMatchObject({
      status: 409,
      body: { code: 'still_in_use', detail: expect.anything() },
    })
    expect(
      (await desk('GET', `/clinics/${clinicId}/bookingsInAbsence?firstDate=${date}&lastDate=${date}`)).body.items,
    ).toMatchObject([{ id: booking.id }])
    const added = await desk('POST', `/clinics/${clinicId}/absences`, { body: { ...body, booked: 'CANCEL' } })
    expect(added.status).toBe(201)
    expect((await desk('GET', `/bookings/${booking.id}`)).body).toMatchObject({
      status: 'CANCELLED',
      cancelledBy: 'CLINIC',
    })
  })
})

describe('public holidays', () => {
  const year = new Date().getUTCFullYear() + 1

  it('of a region are proposed to managers, and those that are confirmed become absences once', async () => {
    const holidays = `/clinics/${practice.clinicId}/holidays`
    const regions = await manager('GET', `/clinics/${practice.clinicId}/holidayRegions?within=DE&language=de`)
    expect(regions.body.items).toContainEqual({ code: 'DE-BE', name: 'Berlin' })
    const { body: proposed } = await manager('GET', `${holidays}?region=DE-BE&year=${year}&language=de`)
    // Women's Day is a holiday in Berlin and not in Bavaria; carnival is none in either.
    const names = (body: { items: { name: string }[] }) => body.items.map(({ name }) => name)
    expect(proposed.items).toContainEqual({
      date: `${year}-03-08`,
      startTime: null,
      name: 'Internationaler Frauentag',
      sourceKey: `holiday:DE-BE:${year}-03-08`,
    })
    expect(names(proposed)).not.toContain('Rosenmontag')
    const bavaria = await manager('GET', `${holidays}?region=DE-BY&year=${year}&language=de`)
    expect(names(bavaria.body)).not.toContain('Internationaler Frauentag')

    const confirmed = {
      region: 'DE-BE',
      holidays: [{ holidayDate: `${year}-03-08`, startTime: null, name: 'Internationaler Frauentag' }],
    }
    const added = await manager('POST', holidays, { body: confirmed })
    expect(added.body.items).toMatchObject([
      { kind: 'HOLIDAY', firstDate: `${year}-03-08`, doctorId: null, sourceKey: `holiday:DE-BE:${year}-03-08` },
    ])
    expect((await manager('POST', holidays, { body: confirmed })).body.items).toEqual([])
  })

  it('that begin at noon are proposed with their start', async () => {
    // In Iceland, Christmas Eve begins at 13:00, except on Sundays.
    const of = new Date(`${year}-12-24`).getUTCDay() === 0 ? year + 1 : year
    const { body } = await manager('GET', `/clinics/${practice.clinicId}/holidays?region=IS&year=${of}&language=en`)
    expect(body.items).toContainEqual(expect.objectContaining({ date: `${of}-12-24`, startTime: '13:00:00' }))
  })

  it.each([
    ['DE-XX', year, 'region'],
    ['XX', year, 'region'],
    ['DE', year + 10, 'year'],
  ])('of the region %s in %s are refused', async (region, of, argument) => {
    expect(await manager('GET', `/clinics/${practice.clinicId}/holidays?region=${region}&year=${of}`)).toMatchObject({
      status: 422,
      body: { code: 'invalid_argument', errors: [{ field: argument }] },
    })
  })

  it.each([
    ['regions', 'regions(language: $language) { code }'],
    ['holidays', `holidays(region: "DE-BE", year: ${year}, language: $language) { date }`],
  ])('are refused by GraphQL in a language that is not a language tag: %s', async (_, field) => {
    const document = `query ($clinicId: BigInt!, $language: String) { holidayCalendar(clinicId: $clinicId) { ${field} } }`
    const graphql = graphqlClient(server.url, await tokenOf(practice.manager.claims))
    const { clinicId } = practice
    // The library would accept the names of properties that all objects have as languages.
    for (const language of ['en-US@posix', 'x', '', 'constructor', 'toString'])
      await expectGraphQLRefusal(graphql(document, { clinicId, language }), 'invalid_argument')
    for (const language of [null, 'de', 'de-AT'])
      expect((await graphql(document, { clinicId, language })).errors).toBeUndefined()
  })
})
