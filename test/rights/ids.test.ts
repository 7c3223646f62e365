import { expect, it } from '@jest/globals'
import { routes } from '../../src/rest/routes/index.ts'
import { type Db, inTransaction } from '../helpers/database.ts'
import { fewAtOnce } from '../helpers/few_at_once.ts'
import { type Client, type RestServer, serveRest } from '../rest/api.ts'
import { people, twoClinics, type Who } from '../sql/two_clinics.ts'
import { type Anybody, everybody, everybodysWorld } from './everybody.ts'
import { bodyFor, committedSchema } from './example.ts'
import { functions, statementOf } from './functions.ts'

// A caller who asks for a row by its id must learn nothing from a row that is not theirs: every endpoint and every
// function with an id answers exactly as if there were no such row. Rows that the caller sees anyway are left out. So
// are booking slots: each was offered to everybody with its id, and that it is taken is public; by whom is not.

const absent = '987654321987'
const withoutNumbers = (text: string) => text.replace(/\d+/g, '0')

/** The rows that the last id of a path could belong to, by the path before it without the ids of clinics. */
const tableOf: Record<string, string> = {
  clinics: 'app_public.clinics',
  doctors: 'app_public.doctors',
  customers: 'app_public.customers',
  timeslots: 'app_public.time_slots',
  'doctors/slots': 'app_public.doctor_slot_templates',
  bookings: 'app_public.bookings',
  bookingSlots: 'app_public.booking_slots',
  'clinics/bookings': 'app_public.bookings',
  'clinics/doctors': 'app_public.doctors',
  'clinics/notifications': 'app_public.notifications',
  'clinics/invitations': 'app_private.invitations',
  services: 'app_public.services',
  questions: 'app_public.service_questions',
  'clinics/series': 'app_public.booking_series',
  'me/dependants': 'app_public.customers',
  absences: 'app_public.absences',
  externalCalendars: 'app_public.external_calendars',
  'clinics/externalCalendars': 'app_public.external_calendars',
  resources: 'app_public.resources',
  recordings: 'app_public.recordings',
  'clinics/recordings': 'app_public.recordings',
  'clinics/waitingList': 'app_public.waiting_list',
  'clinics/bookingSlots': 'app_public.booking_slots',
  'clinics/slotOffers': 'app_public.slot_offers',
  invoices: 'billing.invoices',
  payments: 'billing.payments',
  prices: 'billing.prices',
  checkouts: 'billing.checkouts',
}
const offeredToAll = ['app_public.booking_slots']

/** Ids of a table that a caller does not see. They stay the same while requests are refused, so they are looked up once. */
function hiddenIds(owner: Pick<Db, 'query'>, clinicId: string) {
  const known = new Map<string, Promise<string[]>>()
  return (as: <T>(work: () => Promise<T>) => Promise<T>, who: string, table: string): Promise<string[]> => {
    const key = `${who} ${table}`
    const ids = known.get(key) ?? idsHiddenFrom(owner, as, table, clinicId)
    known.set(key, ids)
    return ids
  }
}

async function idsHiddenFrom(
  owner: Pick<Db, 'query'>,
  as: <T>(work: () => Promise<T>) => Promise<T>,
  table: string,
  clinicId: string,
) {
  const every = (await owner.query<{ id: string }>(`select id from ${table} order by id`)).map(({ id }) => id)
  const ids = new Set<string>()
  const looks = [`select id from ${table}`]
  if (table === 'app_public.customers')
    looks.push(
      // For the desk, patients are the people with a record in the clinic.
      'select customer_id as id from app_public.clinic_customers',
      'select guardian_customer_id as id from app_public.guardianships',
      'select dependant_customer_id as id from app_public.guardianships',
    )
  if (table === 'app_private.invitations') looks.push(`select id from app_public.open_invitations(${clinicId})`)
  for (const look of looks)
    for (const { id } of await as(() => owner.query<{ id: string }>(look)).catch(() => [])) ids.add(id)
  return every.filter((id) => !ids.has(id))
}

it("endpoints answer the same for ids of other people's rows as for unknown ids", async () => {
  const server: RestServer = await serveRest({ own: true })
  try {
    const world = await everybodysWorld(server.owner)
    const hidden = hiddenIds(server.owner, world.a.clinicId)
    const clients: [Anybody, Client][] = []
    for (const who of everybody) if (who !== 'closed account') clients.push([who, await server.as(world.claims[who])])
    const told: string[] = []
    let asked = 0
    for (const route of routes.filter(({ path }) => path.includes('{'))) {
      const [, before = '', after = ''] = /^(.*)\{\w+\}(.*)$/.exec(route.path) ?? []
      const table = tableOf[before.replace('/{clinicId}', '').replace(/^\/|\/$/g, '')]
      if (!table) throw new Error(`${route.path} has an id of what?`)
      // Whether a slot can be booked is answered as booking it would be.
      const isClaim = route.method !== 'GET' || route.path.endsWith('/bookability')
      if (offeredToAll.includes(table) && isClaim) continue
      const body = bodyFor(route, committedSchema())
      const path = (id: string) => before.replace('{clinicId}', world.a.clinicId) + id + after
      const asking: { who: Anybody; client: Client; ids: string[] }[] = []
      for (const [who, client] of clients) {
        const others = await hidden((work) => server.owner.request(world.claims[who], work), who, table)
        const ids = new Set([...others.slice(0, 1), ...others.slice(-1)])
        if (ids.size > 0) asking.push({ who, client, ids: [...ids] })
      }
      // Several people at once: otherwise this process, the server and the database wait for each other.
      await fewAtOnce(asking, async ({ who, client, ids }) => {
        const answer = async (id: string) => {
          const sent = await client(route.method, path(id), body ? { body } : {})
          const { instance: _, requestId: __, ...problem } = sent.body
          return withoutNumbers(JSON.stringify([sent.status, [...sent.headers.keys()].sort(), problem]))
        }
        const none = await answer(absent)
        for (const id of ids) {
          asked++
          const one = await answer(id)
          if (one !== none) told.push(`${route.method} ${route.path} (${id}) as ${who}: ${one}, of none: ${none}`)
        }
      })
    }
    expect(told).toEqual([])
    expect(asked).toBeGreaterThan(200)
  } finally {
    await server.stop()
  }
})

/** Arguments of functions that are the id of a row, and of which table. */
const numbers: Record<string, string> = {
  booking_id: 'app_public.bookings',
  recording_id: 'app_public.recordings',
  invoice_id: 'billing.invoices',
  payment_id: 'billing.payments',
  checkout_id: 'billing.checkouts',
  customer_id: 'app_public.customers',
  doctor_id: 'app_public.doctors',
  time_slot_id: 'app_public.time_slots',
  template_id: 'app_public.doctor_slot_templates',
  rebooking_id: 'app_public.rebooking_list',
  waiting_id: 'app_public.waiting_list',
  offer_id: 'app_public.slot_offers',
  series_id: 'app_public.booking_series',
  notification_id: 'app_public.notifications',
  invitation_id: 'app_private.invitations',
  booking_slot_id: 'app_public.booking_slots',
  service_id: 'app_public.services',
  question_id: 'app_public.service_questions',
  resource_id: 'app_public.resources',
  absence_id: 'app_public.absences',
  calendar_id: 'app_public.external_calendars',
  guardian_customer_id: 'app_public.customers',
  dependant_customer_id: 'app_public.customers',
  from_customer_id: 'app_public.customers',
  into_customer_id: 'app_public.customers',
}

it("functions answer the same for ids of other people's rows as for unknown ids, with any clinic", () =>
  inTransaction(async (db) => {
    const world = await twoClinics(db)
    const hidden = hiddenIds(db, world.a.clinicId)
    const told: string[] = []
    let asked = 0
    const answer = (who: Who, name: string, given: Record<string, unknown>) =>
      db.undone(async () => {
        const [statement, values] = statementOf(name, given)
        return db
          .as(world.claims[who], () => db.query(statement, values))
          .then(
            () => 'done',
            ({ code, message, detail }) => withoutNumbers(JSON.stringify([code, message, detail])),
          )
      })
    for (const [name, calls] of Object.entries(functions))
      for (const { given } of calls) {
        const mine = given?.(world) ?? {}
        const ids = Object.keys(mine).filter((argument) => /_id$/.test(argument) && argument !== 'clinic_id')
        for (const argument of ids.filter((each) => mine[each] !== null)) {
          const table = numbers[argument]
          if (!table) throw new Error(`${name} takes an id of what? ${argument}`)
          if (offeredToAll.includes(table)) continue
          for (const who of people) {
            // With the row's own clinic, and with another where the caller has every right.
            for (const clinicId of 'clinic_id' in mine ? [world.a.clinicId, world.b.clinicId] : [undefined]) {
              const others = await hidden((work) => db.as(world.claims[who], work), who, table)
              if (!others.includes(mine[argument] as string)) continue
              asked++
              const all = clinicId === undefined ? mine : { ...mine, clinic_id: clinicId }
              const one = await answer(who, name, all)
              const none = await answer(who, name, { ...all, [argument]: absent })
              // The clinic's manager sees the row through this function only.
              if (one !== none && !(table === 'app_private.invitations' && one === 'done'))
                told.push(`${name} ${argument} as ${who}: ${one}, of none: ${none}`)
            }
          }
        }
      }
    expect(told).toEqual([])
    expect(asked).toBeGreaterThan(50)
  }))
