import { expect, it } from '@jest/globals'
import { routes } from '../../src/rest/routes/index.ts'
import { type Served, serve } from '../graphql/served.ts'
import { type Db, inTransaction } from '../helpers/database.ts'
import { type RestServer, serveRest } from '../rest/api.ts'
import { people, twoClinics, type Who } from '../sql/two_clinics.ts'
import { everybodysWorld } from './everybody.ts'
import { bodyFor } from './example.ts'
import { functions, statementOf } from './functions.ts'

// Whoever asks for a row by its number learns nothing from a row that is not theirs: they are answered word for word as
// if there were none, by every endpoint and every function that takes a number. What they see anyway is left out, and so
// are booking slots: each was offered to everybody with its number, and that it is taken is no secret; by whom, is.

const absent = '987654321987'
const withoutNumbers = (text: string) => text.replace(/\d+/g, '0')

/** The rows that a number could be of, by where a path has it. */
const tableOf: Record<string, string> = {
  clinics: 'app_public.clinics',
  doctors: 'app_public.doctors',
  customers: 'app_public.customers',
  timeslots: 'app_public.time_slots',
  'doctors/slots': 'app_public.doctor_slot_templates',
  bookings: 'app_public.bookings',
  bookingSlots: 'app_public.booking_slots',
}
const offeredToAll = ['app_public.booking_slots']

async function idsSeenBy(owner: Pick<Db, 'query'>, as: <T>(work: () => Promise<T>) => Promise<T>, table: string) {
  const every = (await owner.query<{ id: string }>(`select id from ${table} order by id`)).map(({ id }) => id)
  const ids = new Set<string>()
  const looks = [`select id from ${table}`]
  // A patient is to the desk who has a record in the clinic.
  if (table === 'app_public.customers') looks.push('select customer_id as id from app_public.clinic_customers')
  for (const look of looks)
    for (const { id } of await as(() => owner.query<{ id: string }>(look)).catch(() => [])) ids.add(id)
  return every.filter((id) => !ids.has(id))
}

it('endpoints answer for the numbers of others’ rows as for numbers of none', async () => {
  const server: RestServer = await serveRest()
  const served: Served = await serve()
  try {
    const world = await everybodysWorld(server.owner)
    const told: string[] = []
    let asked = 0
    for (const route of routes.filter(({ path }) => path.includes('{'))) {
      const table = tableOf[/^\/(doctors\/slots|\w+)/.exec(route.path)?.[1] ?? '']
      if (!table) throw new Error(`${route.path} has a number of what?`)
      // Whether a slot could be booked is answered as booking it would be.
      const isClaim = route.method !== 'GET' || route.path.endsWith('/bookability')
      if (offeredToAll.includes(table) && isClaim) continue
      const body = bodyFor(route, served.graphql.schema)
      for (const [who, claims] of Object.entries(world.claims)) {
        if (who === 'closed account') continue
        const client = await server.as(claims)
        const answer = async (id: string) => {
          const {
            status,
            headers,
            body: given,
          } = await client(route.method, route.path.replace('{id}', id), body ? { body } : {})
          const { instance: _, requestId: __, ...problem } = given
          return withoutNumbers(JSON.stringify([status, [...headers.keys()].sort(), problem]))
        }
        const others = await idsSeenBy(server.owner, (work) => server.owner.request(claims, work), table)
        if (others.length === 0) continue
        const none = await answer(absent)
        for (const id of [others[0], others.at(-1)] as string[]) {
          asked++
          const one = await answer(id)
          if (one !== none) told.push(`${route.method} ${route.path} (${id}) as ${who}: ${one}, of none: ${none}`)
        }
      }
    }
    expect(told).toEqual([])
    expect(asked).toBeGreaterThan(200)
  } finally {
    await served.stop()
    await server.stop()
  }
})

/** Arguments of functions that number a row, and of which table. */
const numbers: Record<string, string> = {
  booking_id: 'app_public.bookings',
  customer_id: 'app_public.customers',
  doctor_id: 'app_public.doctors',
  time_slot_id: 'app_public.time_slots',
  template_id: 'app_public.doctor_slot_templates',
  rebooking_id: 'app_public.rebooking_list',
  notification_id: 'app_public.notifications',
  invitation_id: 'app_private.invitations',
  booking_slot_id: 'app_public.booking_slots',
}

it('functions answer for the numbers of others’ rows as for numbers of none, under whatever clinic', () =>
  inTransaction(async (db) => {
    const world = await twoClinics(db)
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
          if (!table) throw new Error(`${name} takes a number of what? ${argument}`)
          if (offeredToAll.includes(table)) continue
          for (const who of people) {
            // Under its own clinic, and under another where they may do everything.
            for (const clinicId of 'clinic_id' in mine ? [world.a.clinicId, world.b.clinicId] : [undefined]) {
              const others = await idsSeenBy(db, (work) => db.as(world.claims[who], work), table)
              if (!others.includes(mine[argument] as string)) continue
              asked++
              const all = clinicId === undefined ? mine : { ...mine, clinic_id: clinicId }
              const one = await answer(who, name, all)
              const none = await answer(who, name, { ...all, [argument]: absent })
              // Who manages the clinic sees the row by this function alone.
              if (one !== none && !(table === 'app_private.invitations' && one === 'done'))
                told.push(`${name} ${argument} as ${who}: ${one}, of none: ${none}`)
            }
          }
        }
      }
    expect(told).toEqual([])
    expect(asked).toBeGreaterThan(50)
  }))
