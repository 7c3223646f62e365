import { expect, it } from '@jest/globals'
import type { Claims, Db } from '../helpers/database/database.ts'
import { inEachDatabase } from '../helpers/shards/in_shards.ts'
import { people, twoClinics, type Who, type World } from '../sql/rights/two_clinics.ts'
import { absent, hiddenIds, offeredToAll, withoutNumbers } from './endpoint_ids.ts'
import { functions, statementOf } from './functions.ts'

// As ids.test.ts, by functions.

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

/** Each id of a row that a call is given, except those that are offered to all. */
function idsGiven(world: World) {
  const calls = Object.entries(functions).flatMap(([name, all]) =>
    all.map(({ given }) => ({ name, mine: given?.(world) ?? {} })),
  )
  return calls.flatMap(({ name, mine }) =>
    Object.keys(mine)
      .filter((argument) => /_id$/.test(argument) && argument !== 'clinic_id' && mine[argument] !== null)
      .map((argument) => ({ name, mine, argument, table: tableOf(name, argument) }))
      .filter(({ table }) => !offeredToAll.includes(table)),
  )
}

function tableOf(name: string, argument: string): string {
  const table = numbers[argument]
  if (!table) throw new Error(`${name} takes an id of what? ${argument}`)
  return table
}

/** The arguments with the row's own clinic, and with another one, where other callers have every right. */
const withEachClinic = (mine: Record<string, unknown>, { a, b }: World) =>
  'clinic_id' in mine ? [a.clinicId, b.clinicId].map((clinic_id) => ({ ...mine, clinic_id })) : [mine]

/** Each call with an id of a row that the caller does not see. */
async function* callsAboutHiddenRows(db: Db, world: World) {
  const hidden = hiddenIds(db, world.a.clinicId)
  for (const id of idsGiven(world))
    for (const who of people) {
      const others = await hidden((work) => db.as(world.claims[who], work), who, id.table)
      if (!others.includes(id.mine[id.argument] as string)) continue
      for (const given of withEachClinic(id.mine, world)) yield { ...id, who, given }
    }
}

/** The outcome of a statement without the numbers in it, which may be ids. */
const answerTo = (db: Db, claims: Claims, [statement, values]: [string, unknown[]]) =>
  db.undone(() =>
    db
      .as(claims, () => db.query(statement, values))
      .then(
        () => 'done',
        ({ code, message, detail }) => withoutNumbers(JSON.stringify([code, message, detail])),
      ),
  )

it("functions answer the same for ids of other people's rows as for unknown ids, with any clinic", async () => {
  const told: string[] = []
  let asked = 0
  await inEachDatabase(twoClinics, async (db, world) => {
    const answer = (who: Who, name: string, given: Record<string, unknown>) =>
      answerTo(db, world.claims[who], statementOf(name, given))
    for await (const { name, argument, table, who, given } of callsAboutHiddenRows(db, world)) {
      asked++
      const one = await answer(who, name, given)
      const none = await answer(who, name, { ...given, [argument]: absent })
      // The clinic's manager sees the row through this function only.
      if (one !== none && !(table === 'app_private.invitations' && one === 'done'))
        told.push(`${name} ${argument} as ${who}: ${one}, of none: ${none}`)
    }
  })
  expect(told).toEqual([])
  expect(asked).toBeGreaterThan(50)
})
