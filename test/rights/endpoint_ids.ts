import { routes } from '../../src/rest/routes/index.ts'
import type { Connection } from '../helpers/database/connection.ts'
import type { Db } from '../helpers/database/database.ts'
import { fewAtOnce } from '../helpers/time/few_at_once.ts'
import type { Client } from '../rest/api.ts'
import type { Anybody, everybodysWorld } from './everybody.ts'
import { bodyFor, committedSchema } from './example.ts'

/** An id of no row. */
export const absent = '987654321987'
export const withoutNumbers = (text: string) => text.replace(/\d+/g, '0')

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
export const offeredToAll = ['app_public.booking_slots']

/** Ids of a table that a caller does not see. They stay the same while requests are refused, so they are looked up once. */
export function hiddenIds(owner: Pick<Db, 'query'>, clinicId: string) {
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

/** The server and the callers of these requests. */
interface Asking {
  world: Pick<Awaited<ReturnType<typeof everybodysWorld>>, 'a' | 'claims'>
  /** The owner of the database with the rows. */
  owner: Pick<Connection, 'query' | 'request'>
  clients: [Anybody, Client][]
  /** An id of no row where the row with an id would be; undefined if the row with it does not count. */
  absentLike?(id: string): string | undefined
}

/**
 * Asks every endpoint with an id for rows that the callers do not see. `told` has the answers that differ from that for an id
 * of no row.
 */
export async function askForHidden({ world, owner, clients, absentLike = () => absent }: Asking) {
  const hidden = hiddenIds(owner, world.a.clinicId)
  const told: string[] = []
  let asked = 0
  for (const route of routes.filter(({ path }) => path.includes('{'))) {
    const [, before = '', after = ''] = /^(.*)\{\w+\}(.*)$/.exec(route.path) ?? []
    const table = tableOf[before.replace('/{clinicId}', '').replace(/^\/|\/$/g, '')]
    if (!table) throw new Error(`${route.path} has an id of what?`)
    // The answer to whether a slot can be booked is the answer that booking it would get.
    const isClaim = route.method !== 'GET' || route.path.endsWith('/bookability')
    if (offeredToAll.includes(table) && isClaim) continue
    const body = bodyFor(route, committedSchema())
    const path = (id: string) => before.replace('{clinicId}', world.a.clinicId) + id + after
    const asking: { who: Anybody; client: Client; ids: string[] }[] = []
    for (const [who, client] of clients) {
      const all = await hidden((work) => owner.request(world.claims[who], work), who, table)
      const others = all.filter((id) => absentLike(id))
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
      const none = await answer(absentLike(ids[0] as string) as string)
      for (const id of ids) {
        asked++
        const one = await answer(id)
        if (one !== none) told.push(`${route.method} ${route.path} (${id}) as ${who}: ${one}, of none: ${none}`)
      }
    })
  }
  return { told, asked }
}
