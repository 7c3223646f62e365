import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { inTransaction } from '../../helpers/database/database.ts'
import { bodyOf, sqlFiles } from './sources.ts'

/** A function of ours: the refusals that it raises itself, and the functions of ours that it calls. */
interface Source {
  refuses: string[]
  calls: string[]
}

/**
 * They reduce only invoices that they have found by a booking, and by no more than is charged, so these refusals cannot
 * occur.
 */
const neverRefusing = ['end_visit_charges', 'issue_invoices_of_visit', 'restore_visit_charges'].map(
  (name) => `billing_private.${name}`,
)

const bodies = [...sqlFiles().values()].map(bodyOf)
const sources = new Map<string, Source>()
for (const body of bodies) {
  const name = /^create or replace function ((?:app_\w+|billing|billing_private)\.\w+)\(/m.exec(body)?.[1]
  if (name) sources.set(name, { refuses: raisedIn(body), calls: callsIn(body).filter((call) => call !== name) })
}

let registered: Map<string, string>
beforeAll(async () => {
  const rows = await inTransaction((db) => db.query('select name, sqlstate from app_hidden.error_codes'))
  registered = new Map(rows.map(({ name, sqlstate }) => [name, sqlstate]))
})

describe('every refusal', () => {
  it('is raised by a literal name', () => {
    const calls = bodies.flatMap((body) =>
      [...body.matchAll(/app_hidden\.refuse\(\s*([^\s,]+)/g)].map(([, first]) => first),
    )
    // In app_hidden.refuse itself the name is a parameter.
    expect(calls.filter((first) => !/^'[a-z_]+'$/.test(first ?? ''))).toEqual(['name'])
  })

  it('is registered', () => {
    expect(bodies.flatMap(raisedIn).filter((name) => !registered.has(name))).toEqual([])
  })

  it('that is registered is raised in SQL or in TypeScript (those of class MS9 by the API itself)', () => {
    const raised = new Set(bodies.flatMap(raisedIn))
    const typescript = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join('src', path), 'utf8'))
      .join('\n')
    const unused = [...registered]
      .filter(([name, sqlstate]) => /^MS[^9]/.test(sqlstate) && !raised.has(name))
      .filter(([name]) => !typescript.includes(`'${name}'`))
    expect(unused).toEqual([])
  })
})

describe("a function's comment", () => {
  it('names only refusals that are registered', async () => {
    const functions = await inTransaction((db) =>
      db.query(
        `select oid::regproc::text as name, obj_description(oid, 'pg_proc') as comment from pg_proc
         where pronamespace::regnamespace::text ~ '^(app_|billing)'`,
      ),
    )
    const unknown = functions.flatMap(({ name, comment }) =>
      documentedIn(comment)
        .filter((refusal) => !registered.has(refusal))
        .map((refusal) => `${name}: ${refusal}`),
    )
    expect(unknown).toEqual([])
  })

  it('names every refusal that a caller of the API can get', async () => {
    const functions = await inTransaction((db) =>
      db.query(
        `select oid::regproc::text as name, obj_description(oid, 'pg_proc') as comment from pg_proc
         where pronamespace in ('app_public'::regnamespace, 'billing'::regnamespace)`,
      ),
    )
    const untold = functions.flatMap(({ name, comment }) =>
      [...reachable(name)]
        .filter((refusal) => !new RegExp(`\\b${refusal}\\b`).test(comment))
        .filter((refusal) => !(unreachable[name] ?? []).concat(unreachable.any ?? []).includes(refusal))
        .map((refusal) => `${name}: ${refusal}`),
    )
    expect(untold).toEqual([])
  })
})

/** The waiting list asks whether a freed time suits somebody, and takes these refusals for a no. */
const whetherItSuits = ['service_not_for_customer', 'start_not_offered']

/** Refusals that the text of a function contains but that a call can never raise, each with the reason. */
const unreachable: Record<string, string[]> = {
  // Callers who are not signed in have no right to execute the functions that check it.
  any: ['unauthenticated'],
  // Checked when the invitation was made.
  'app_public.accept_invitation': ['invalid_email'],
  // A live booking can always be cancelled.
  'app_public.deactivate_clinic': ['illegal_transition', ...whetherItSuits],
  'app_public.deactivate_doctor': ['illegal_transition', ...whetherItSuits],
  'app_public.remove_customer': ['illegal_transition', ...whetherItSuits],
  // It always cascades, so concurrent changes do not matter, and has erased dependants before it could remove them.
  'app_public.erase_customer': [
    'not_here',
    'illegal_transition',
    'still_in_use',
    'stale_row_version',
    'slot_not_found',
    ...whetherItSuits,
  ],
  'app_public.withdraw_day': ['illegal_transition', ...whetherItSuits],
  'app_public.withdraw_slot': whetherItSuits,
  'app_public.cancel_booking': whetherItSuits,
  // The holder of the link is the customer, and the offer is theirs; it has no version.
  'app_public.accept_offer': ['stale_row_version', 'amount_exceeds_due'],
  'app_public.accept_offer_by_link': [
    'amount_exceeds_due',
    'stale_row_version',
    'forbidden',
    'offer_not_found',
    'booking_not_found',
    'slot_not_found',
    'slot_in_the_past',
    'customer_not_confirmed',
    'email_not_confirmed',
  ],
  'app_public.decline_offer_by_link': ['forbidden', 'offer_not_found', 'waiting_entry_not_found'],
  // The booking exists, keeps its service, and is of the holder of the link.
  'app_public.wait_by_link': [
    'booking_not_found',
    'specialization_not_found',
    'forbidden',
    'customer_not_confirmed',
    'service_not_found',
    'service_not_offered',
    'service_not_for_customer',
  ],
  'app_public.add_absence': ['illegal_transition', ...whetherItSuits],
  'app_public.change_absence': ['illegal_transition', ...whetherItSuits],
  // It passes no doctor and no idempotency key, and leaves out what is there already.
  'app_public.add_holidays': [
    'doctor_not_found',
    'absence_exists',
    'idempotency_key_reused',
    'illegal_transition',
    ...whetherItSuits,
  ],
  // It passes no preferred time zone.
  'app_public.days_with_free_slots': ['unknown_time_zone'],
  // It passes dates that are in order.
  'app_public.apply_templates': ['invalid_argument'],
  // It passes no idempotency key, and no service.
  'app_public.set_slot_customer': [
    'payment_required',
    'idempotency_key_reused',
    'service_not_found',
    'service_not_offered',
    'service_not_for_customer',
    'start_not_offered',
    'run_not_free',
    'question_not_found',
    'answer_missing',
    'answer_not_accepted',
    'place_not_offered',
  ],
  // The caller acts as the customer that was made for the guest, for whom the slot is held once, without key or version.
  'app_public.book_as_guest': [
    'checkout_open',
    'customer_not_found',
    'customer_not_confirmed',
    'email_not_confirmed',
    'forbidden',
    'held_too_often',
    'idempotency_key_reused',
    'slot_in_the_past',
    'stale_row_version',
  ],
  'app_public.confirm_guest_booking': [
    'customer_not_found',
    'customer_not_confirmed',
    'email_not_confirmed',
    'forbidden',
    'idempotency_key_reused',
    'invalid_argument',
    'question_not_found',
    'slot_in_the_past',
    'stale_row_version',
  ],
  // The caller is the customer of a booking that was found, and passes no version. It keeps its service.
  'app_public.cancel_by_link': ['booking_not_found', 'forbidden', 'stale_row_version', ...whetherItSuits],
  'app_public.reschedule_by_link': [
    'amount_exceeds_due',
    'booking_not_found',
    'forbidden',
    'stale_row_version',
    'service_not_for_customer',
    'answer_missing',
  ],
  // No more is taken off the invoice than is charged for the visit.
  'app_public.reschedule_booking': ['amount_exceeds_due', 'booking_not_found'],
  // The customer acts for themselves, passes no version, and pays: the visit is booked and paid in one
  // transaction.
  'billing.begin_checkout': [
    'not_here',
    'customer_not_confirmed',
    'payment_required',
    'stale_row_version',
    'slot_in_the_past',
    'amount_exceeds_due',
    'booking_not_found',
  ],
  // Its slots were found before they are locked.
  'billing.cancel_checkout': ['slot_not_found'],
  // They pass no currency.
  'billing.grant_goodwill': ['currency_not_used'],
  'billing.record_payment': ['currency_not_used', 'clinic_not_found', 'text_too_long', 'text_not_accepted'],
  // The texts are the clinic's own, and the invoice has the bookings that its lines name.
  'billing.add_discount': ['booking_not_found'],
  'billing.adjust_invoice': ['booking_not_found'],
  'billing.apply_coupon': [
    'amount_exceeds_due',
    'booking_not_found',
    'invalid_argument',
    'text_too_long',
    'text_not_accepted',
  ],
  'billing.write_off': ['booking_not_found', 'invalid_argument'],
  'billing.void_invoice': ['amount_exceeds_due', 'booking_not_found', 'invalid_argument'],
  'billing.spend_credit': ['text_too_long', 'text_not_accepted'],
  // For the desk, and only bookings that are booked. A desk that moves a visit is asked for no payment.
  'app_public.book_series': ['booking_too_late', 'booking_too_far_ahead', 'question_not_found', 'answer_not_accepted'],
  'app_public.move_series': [
    ...whetherItSuits,
    'booking_too_late',
    'booking_too_far_ahead',
    'payment_required',
    'amount_exceeds_due',
  ],
  'app_public.cancel_series': ['illegal_transition', ...whetherItSuits],
  // plan_series and plan_series_move return the refusals of a date as its reason.
  'app_public.plan_series': ['booking_too_late', 'booking_too_far_ahead'],
  'app_public.plan_series_move': [
    'slot_held',
    'slot_taken',
    'slot_withdrawn',
    'slot_reserved',
    'slot_offered',
    'run_not_free',
    'no_resource_free',
    'payment_required',
    'slot_in_the_past',
    'booking_too_late',
    'booking_too_far_ahead',
  ],
  // A patient who was checked in has arrived.
  'app_public.complete_booking': ['not_yet'],
}

function raisedIn(body: string): string[] {
  return [...body.matchAll(/(?:app_hidden\.refuse\(\s*|\brefusal := )'(\w+)'/g)].map(([, name]) => name as string)
}

function callsIn(body: string): string[] {
  return [...body.matchAll(/((?:app_\w+|billing|billing_private)\.\w+)\(/g)]
    .map(([, name]) => name as string)
    .filter((name) => !neverRefusing.includes(name))
}

/** The words after "Refuses" that look like names of refusals. */
function documentedIn(comment: string): string[] {
  const [, ...told] = comment.split(/\b[Rr]efuses\b/)
  const sentences = told.map((text) => text.split(/\.(?:\s|$)/)[0] ?? '')
  return sentences.flatMap((text) => text.match(/(?<![`.\w])[a-z]+(?:_[a-z]+)+(?![.\w])/g) ?? [])
}

function reachable(name: string, above: string[] = []): Set<string> {
  const source = sources.get(name)
  if (!source || above.includes(name)) return new Set()
  return new Set([...source.refuses, ...source.calls.flatMap((call) => [...reachable(call, [...above, name])])])
}
