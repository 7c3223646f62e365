import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aDoctor, aPractice, aSlot, unique } from '../../helpers/clinic/world.ts'
import { databaseOf } from '../../helpers/shards/sharded_owner.ts'
import { eventually } from '../../helpers/time/eventually.ts'
import { type Client, type RestServer, serveRest } from '../api.ts'

let server: RestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let anybody: Client
let desk: Client
let ann: Client

interface Row {
  id: string
  bookingSlotId: string
  slotDate: string
  startsAt: string
  status: string
}

beforeAll(async () => {
  server = await serveRest({ own: true })
  practice = await aPractice(server.owner)
  for (let i = 0; i < 11; i++) await aSlot(server.owner, practice.clinicId, practice.doctorId, 72 + 12 * i)
  anybody = await server.as()
  desk = await server.as(practice.receptionist.claims)
  ann = await server.as(practice.customer.claims)
})
afterAll(() => server?.stop())

/** All pages of a list, by following its Link headers. */
async function pages(client: Client, path: string): Promise<Row[][]> {
  const all: Row[][] = []
  for (let next: string | undefined = path; next; ) {
    const { body, headers } = await client('GET', next)
    all.push(body.items)
    const link = headers.get('link')
    expect(link === null).toBe(body.nextCursor === null)
    next = /^<\/api(.+)>; rel="next"$/.exec(link ?? '')?.[1]
  }
  return all
}

const ids = (rows: Row[]) => rows.map(({ id, bookingSlotId }) => id ?? bookingSlotId)

describe.each([
  ['slots of a doctor', () => `/doctors/${practice.doctorId}/bookingSlots`],
  ['what is free in a clinic', () => `/clinics/${practice.clinicId}/availability`],
  ['what is free with a doctor', () => `/doctors/${practice.doctorId}/availability`],
  ['what is free', () => '/availability/search'],
  ['what is free near a time zone', () => '/availability/search?nearTimeZone=Europe/Vienna'],
])('%s', (_name, path) => {
  it('are returned in pages that together are complete and in order', async () => {
    const whole = (await anybody('GET', `${path()}${path().includes('?') ? '&' : '?'}limit=100`)).body.items as Row[]
    expect(whole).toHaveLength(12)
    const parts = await pages(anybody, `${path()}${path().includes('?') ? '&' : '?'}limit=5`)
    expect(ids(parts.flat())).toEqual(ids(whole))
    expect(parts.slice(0, 2).map((part) => part.length)).toEqual([5, 5])
    expect(whole.map(({ startsAt }) => startsAt)).toEqual(whole.map(({ startsAt }) => startsAt).sort())
  })

  it('are filtered by local date, by range of dates and by instants', async () => {
    const whole = (await anybody('GET', `${path()}${path().includes('?') ? '&' : '?'}limit=100`)).body.items as Row[]
    const asked = async (query: string) =>
      ids((await anybody('GET', `${path()}${path().includes('?') ? '&' : '?'}limit=100&${query}`)).body.items)
    const where = (keep: (row: Row) => boolean) => ids(whole.filter(keep))
    const [first, later] = [whole[3] as Row, whole[8] as Row]
    expect(await asked(`date=${first.slotDate}`)).toEqual(where(({ slotDate }) => slotDate === first.slotDate))
    expect(await asked(`from=${first.slotDate}&to=${later.slotDate}`)).toEqual(
      where(({ slotDate }) => slotDate >= first.slotDate && slotDate <= later.slotDate),
    )
    const [from, to] = [encodeURIComponent(first.startsAt), encodeURIComponent(later.startsAt)]
    expect(await asked(`from=${from}&to=${to}`)).toEqual(ids(whole.slice(3, 8)))
  })
})

describe('lists', () => {
  it('of slots are filtered by status', async () => {
    const taken = await aSlot(server.owner, practice.clinicId, await aDoctor(server.owner, practice.clinicId), 50)
    const doctor = (await desk('GET', `/bookingSlots/${taken}`)).body.doctorId
    await ann('POST', `/bookingSlots/${taken}/book`)
    const path = `/doctors/${doctor}/bookingSlots`
    expect((await anybody('GET', path)).body.items).toEqual([])
    expect((await desk('GET', `${path}?status=BOOKED`)).body.items).toMatchObject([{ id: taken }])
    expect((await desk('GET', `${path}?status=OPEN`)).body.items).toEqual([])
  })

  it('of bookings are filtered by all given criteria together', async () => {
    const { body: all } = await desk('GET', '/bookings')
    const booking = all.items[0]
    const { clinicId, doctorId, customerId, slotDate } = booking
    const right = { clinicId, doctorId, customerId, date: slotDate, from: slotDate, to: slotDate, status: 'BOOKED' }
    expect((await desk('GET', `/bookings?${new URLSearchParams(right)}`)).body.items).toEqual([booking])
    const wrong = {
      clinicId: '1000000',
      doctorId: '1000000',
      customerId: '1000000',
      date: '2020-01-01',
      from: '2999-01-01',
      to: '2020-01-01',
      status: 'CANCELLED',
    }
    for (const name of Object.keys(right) as (keyof typeof right)[]) {
      const query = new URLSearchParams({ ...right, [name]: wrong[name] })
      expect([name, (await desk('GET', `/bookings?${query}`)).body.items]).toEqual([name, []])
    }
  })

  it('find by the name or id of a specialization, in any letter case', async () => {
    const name = unique('Skill')
    const { id } = await server.owner.one('insert into app_public.specializations (name) values ($1) returning id', [
      name,
    ])
    await server.owner.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [
      practice.clinicId,
      practice.doctorId,
      id,
    ])
    for (const [value, count] of [
      [name.toUpperCase(), 12],
      [id, 12],
    ] as const) {
      for (const path of ['/availability/search', `/clinics/${practice.clinicId}/availability`]) {
        const { body } = await anybody('GET', `${path}?limit=100&specialization=${encodeURIComponent(value)}`)
        expect([value, path, body.items.length]).toEqual([value, path, count])
      }
    }
  })

  it('refuse an unknown specialization, clinic or doctor', async () => {
    const search = '/availability/search'
    const { clinicId, doctorId } = practice
    for (const [path, code] of [
      ...['no%20such%20thing', '999999'].flatMap((unknown) =>
        [search, `/clinics/${clinicId}/availability`, `/clinics/${clinicId}/doctors`].map((list) => [
          `${list}?specialization=${unknown}`,
          'specialization_not_found',
        ]),
      ),
      [`${search}?clinicId=999999`, 'clinic_not_found'],
      [`${search}?clinicId=${clinicId}&doctorId=999999`, 'doctor_not_found'],
      [`${search}?clinicId=999999&doctorId=${doctorId}`, 'clinic_not_found'],
      [`${search}?doctorId=${doctorId}`, 'invalid_argument'],
    ]) {
      expect([path, (await anybody('GET', path as string)).body.code]).toEqual([path, code])
    }
    expect((await anybody('GET', `${search}?clinicId=${clinicId}&doctorId=${doctorId}`)).body.items).not.toEqual([])
  })

  it('of an unknown clinic or doctor are answered 404', async () => {
    for (const path of ['/clinics/999999/doctors', '/clinics/999999/timeslots', '/clinics/999999/availability'])
      expect((await anybody('GET', path)).body).toMatchObject({ status: 404, code: 'clinic_not_found' })
    for (const path of ['/doctors/999999/bookingSlots', '/doctors/999999/availability'])
      expect((await anybody('GET', path)).body).toMatchObject({ status: 404, code: 'doctor_not_found' })
  })

  it('of clinics, doctors and patients find by name, in any spelling, on one page', async () => {
    const { clinicId } = practice
    const names = async (client: Client, path: string) => {
      const { status, body } = await client('GET', path)
      expect([status, body.nextCursor]).toEqual([200, null])
      return (body.items as { name?: string; fullName?: string }[]).map(({ name, fullName }) => name ?? fullName)
    }
    await server.owner.query(`insert into app_public.clinics (name, time_zone) values ('Ärztehaus Xanten', 'UTC')`)
    await server.owner.query(
      `insert into app_public.doctors (clinic_id, full_name) select $1, unnest(array['Dr. Xaver Groß', 'Dr. Xenia Öztürk'])`,
      [clinicId],
    )
    await desk('POST', `/clinics/${clinicId}/customers`, { body: { fullName: 'Ayşe Yılmaz', phone: '0151 23456789' } })
    expect(await names(anybody, '/clinics?name=xanten%20aerztehaus')).toEqual(['Ärztehaus Xanten'])
    expect(await names(anybody, `/clinics/${clinicId}/doctors?name=gross`)).toEqual(['Dr. Xaver Groß'])
    expect(await names(anybody, `/clinics/${clinicId}/doctors?name=dr%20x&limit=1`)).toEqual(['Dr. Xaver Groß'])
    for (const name of ['yilmaz', 'ayse yilmax', '6789', '%2B49%20151%2023456789'])
      expect(await names(desk, `/clinics/${clinicId}/customers?name=${name}`)).toEqual(['Ayşe Yılmaz'])
    expect(await names(ann, `/clinics?name=xnten`)).toEqual(['Ärztehaus Xanten'])
    const { status } = await anybody('GET', `/clinics?name=${'x'.repeat(201)}`)
    expect(status).toBe(400)
  })

  it('refuse a cursor that the API did not make', async () => {
    for (const path of [`/doctors/${practice.doctorId}/bookingSlots`, '/clinics', '/availability/search']) {
      const { body } = await anybody('GET', `${path}?cursor=nonsense`)
      expect(body.status).toBeGreaterThanOrEqual(400)
      expect(body.status).toBeLessThan(500)
    }
  })
})

it('the free times of a doctor, which come from one SQL statement, are those that the GraphQL search returns', async () => {
  const { clinicId, doctorId } = practice
  const idle = await aDoctor(server.owner, clinicId)
  const first = (await anybody('GET', `/doctors/${doctorId}/availability?limit=5`)).body
  expect(first.items).toHaveLength(5)
  const { startsAt, slotDate } = first.items[2] as Row
  for (const [doctor, query] of [
    [doctorId, 'limit=5'],
    [doctorId, `limit=5&cursor=${first.nextCursor}`],
    [doctorId, `limit=100&from=${encodeURIComponent(startsAt)}`],
    [doctorId, `date=${slotDate}`],
    [doctorId, 'cursor=nonsense'],
    [doctorId, 'serviceId=999999'],
    [idle, 'limit=5'],
  ]) {
    const answers = await Promise.all([
      anybody('GET', `/doctors/${doctor}/availability?${query}`),
      anybody('GET', `/availability/search?clinicId=${clinicId}&doctorId=${doctor}&${query}`),
    ])
    const [byStatement, byDocument] = answers.map(({ status, body }) =>
      JSON.stringify([status, { ...body, requestId: '' }]),
    )
    expect(byStatement).toBe(byDocument)
  }
})

it('a list is read in the transaction that has looked up the row in its address', async () => {
  const database = databaseOf(server.owner, practice.clinicId)
  await database.query('begin; lock table app_public.booking_slots')
  const answer = anybody('GET', `/doctors/${practice.doctorId}/bookingSlots`)
  // The transaction that waits for the slots still has its lock on the doctors.
  await eventually(async () => {
    const [held] = await database.query<{ doctors: number }>(
      `select count(*)::int as doctors from pg_locks waiting join pg_locks held using (pid)
       where waiting.relation = 'app_public.booking_slots'::regclass and not waiting.granted
         and held.relation = 'app_public.doctors'::regclass and held.granted`,
    )
    return held?.doctors === 1
  }, 'a request that waits for the slots and holds the doctors').finally(() => database.query('commit'))
  expect((await answer).status).toBe(200)
})
