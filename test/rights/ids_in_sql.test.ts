import { expect, it } from '@jest/globals'
import { inEachDatabase } from '../helpers/shards/in_shards.ts'
import { people, twoClinics, type Who } from '../sql/rights/two_clinics.ts'
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

it("functions answer the same for ids of other people's rows as for unknown ids, with any clinic", async () => {
  const told: string[] = []
  let asked = 0
  await inEachDatabase(twoClinics, async (db, world) => {
    const hidden = hiddenIds(db, world.a.clinicId)
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
  })
  expect(told).toEqual([])
  expect(asked).toBeGreaterThan(50)
})
