import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { DatabaseError } from 'pg'
import { addAbsence, removeAbsence } from '../helpers/clinic/absences.ts'
import {
  book,
  cancel,
  createSlot,
  hold,
  release,
  reschedule,
  type Slot,
  withdraw,
} from '../helpers/clinic/operations.ts'
import { aResource, needs } from '../helpers/clinic/rooms.ts'
import { aService } from '../helpers/clinic/services.ts'
import { aClinic, aCustomer, aDoctor, anEmployee, aTimeSlot } from '../helpers/clinic/world.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import type { Claims } from '../helpers/database/database.ts'
import type { Answer as Answered } from '../helpers/programs/graphql.ts'
import { tokenOf } from '../helpers/programs/tokens.ts'
import { clinicDate } from '../helpers/time/dates.ts'
import type { Call, Operation, Outcome, SlotState } from './calendar/call.ts'
import type { Site } from './site.ts'

// Many clients that compete in one clinic, through every API: GraphQL, REST, SQL. A client that loses its connection
// repeats the request with the same idempotency key, as clients should.

/** A caller: a customer, or the desk acting for a customer. */
interface Actor {
  name: string
  claims: Claims
  token: string
}

/** A clinic for one trial. */
export interface Practice {
  clinicId: string
  /** `row` are the slots that adjoin each other from this one on; a visit may take several of them. */
  slots: {
    id: string
    doctorId: string
    timeSlotId: string
    date: string
    start: string
    end: string
    row?: string[]
  }[]
  /** The services of visits of one, two and three slots. */
  serviceIds: string[]
  customers: (Actor & { id: string })[]
  /** Those of the customers who are on the waiting list at times, for one slot with any doctor. */
  waiters: (Actor & { id: string })[]
  desk: Actor
  /** The bookings that a client got a response for. */
  bookings: { id: string; customer: string }[]
  /** The absences that a client got a response for, and the slots that each covers. */
  absences: { id: string; slots: string[] }[]
  /** Slots of one doctor at the same time of several weeks, of which series are booked. */
  weekly: string[]
  /** The series that a client got a response for. */
  series: { id: string; bookings: readonly string[] }[]
  /** Doctors who have a calendar elsewhere, and their slots in which it may have busy times. */
  busyDoctors: { doctorId: string; slots: string[] }[]
}

/** The outcome of one attempt. */
type Answer = Outcome | { kind: 'again' }
/** One API. `key` is the idempotency key. */
type Door = (actor: Actor, operation: Operation, mark: string, key: string | undefined) => Promise<Answer>

/**
 * A clinic with 15 free slots, two rows of four slots for visits, of two doctors at the same times, six slots of a doctor
 * in six weeks, five customers, of whom two wait, and a desk that has them in its records. Visits of one or two slots of
 * the rows take place in one of two rooms, which have to be cleaned afterwards; visits of three slots are online.
 */
export async function aPracticeOf(owner: Connection): Promise<Practice> {
  const actor = async (name: string, claims: Claims): Promise<Actor> => ({
    name,
    claims,
    // Valid for longer than the jump of the clocks.
    token: await tokenOf(claims, 86_400),
  })
  const clinicId = await aClinic(owner)
  await owner.query(
    `update app_public.policies set hold_time = make_interval(secs => ${holdMs} / 1000.0), max_holds_of_a_slot = 1000,
        reminder_lead_times = '{24 hours, 1 hour}' where clinic_id = $1`,
    [clinicId],
  )
  const customers: Practice['customers'] = []
  for (let n = 1; n <= 5; n++) {
    const { customerId, claims } = await aCustomer(owner)
    await owner.query(
      `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
       select $1, id, full_name, email from app_public.customers where id = $2`,
      [clinicId, customerId],
    )
    customers.push({ id: customerId, ...(await actor(`customer ${customerId}`, claims)) })
  }
  const waiters = customers.slice(3)
  for (const { id } of waiters) await owner.query('select app_public.join_waiting_list($1, $2)', [clinicId, id])
  const desk = await actor('the desk', (await anEmployee(owner, clinicId, 'receptionist')).claims)
  const date = clinicDate(5)
  const slots: Practice['slots'] = []
  const doctorIds = [await aDoctor(owner, clinicId), await aDoctor(owner, clinicId), await aDoctor(owner, clinicId)]
  for (const hour of ['08', '09', '10', '11', '12']) {
    const times = { start: `${hour}:00`, end: `${hour}:30` }
    const timeSlotId = await aTimeSlot(owner, clinicId, times.start, times.end)
    for (const doctorId of doctorIds) {
      const { id } = await createSlot(owner, clinicId, doctorId, timeSlotId, date)
      slots.push({ id, doctorId, timeSlotId, date, ...times })
    }
  }
  const doctors = [await aDoctor(owner, clinicId), await aDoctor(owner, clinicId)]
  const serviceIds: string[] = []
  for (const [duration, mode] of [
    [null, 'in_person'],
    ['1 hour', 'in_person'],
    ['90 minutes', 'online'],
  ])
    serviceIds.push(await aService(owner, clinicId, { doctors, duration, mode }))
  const turnover = '30 minutes'
  const rooms = [await aResource(owner, clinicId, { turnover }), await aResource(owner, clinicId, { turnover })]
  for (const serviceId of serviceIds.slice(0, 2)) await needs(owner, clinicId, serviceId, [rooms])
  const times = [
    ['13:00', '13:30'],
    ['13:30', '14:00'],
    ['14:00', '14:30'],
    ['14:30', '15:00'],
  ] as const
  for (const visitsWith of doctors) {
    const made: Practice['slots'] = []
    // The ids are not in the order of time.
    for (const n of [2, 0, 3, 1]) {
      const [start, end] = times[n] as (typeof times)[number]
      const timeSlotId = await aTimeSlot(owner, clinicId, start, end)
      const { id } = await createSlot(owner, clinicId, visitsWith, timeSlotId, date)
      made[n] = { id, doctorId: visitsWith, timeSlotId, date, start, end }
    }
    const ids = made.map(({ id }) => id)
    slots.push(...made.map((slot, n) => ({ ...slot, row: ids.slice(n) })))
  }
  const therapist = await aDoctor(owner, clinicId)
  const timeSlotId = await aTimeSlot(owner, clinicId, '16:00', '16:30')
  const weeks = await owner.query<{ date: string }>(
    'select (current_date + 5 + 7 * n)::text as date from generate_series(0, 5) n',
  )
  const weekly: string[] = []
  // The ids are not in the order of time.
  for (const { date } of weeks.toReversed()) {
    const { id } = await createSlot(owner, clinicId, therapist, timeSlotId, date)
    slots.push({ id, doctorId: therapist, timeSlotId, date, start: '16:00', end: '16:30' })
    weekly.unshift(id)
  }
  const busyDoctors = [
    { doctorId: therapist, slots: weekly },
    { doctorId: doctors[0] as string, slots: slots.find(({ row }) => row?.length === 4)?.row ?? [] },
  ]
  const none = { bookings: [], absences: [], series: [] }
  return { clinicId, slots, serviceIds, customers, waiters, desk, weekly, busyDoctors, ...none }
}

/** Duration of a hold: some holds expire within a trial. */
export const holdMs = 1000

const weights = {
  read: 6,
  hold: 4,
  release: 3,
  book: 12,
  cancel: 8,
  reschedule: 7,
  withdraw: 2,
  reopen: 6,
  wait: 2,
  accept: 8,
  decline: 2,
  addAbsence: 2,
  removeAbsence: 4,
  planSeries: 3,
  bookSeries: 8,
  cancelSeries: 5,
}
const names = Object.keys(weights) as (keyof typeof weights)[]

/** The next action of a client. Numbers are taken modulo the existing rows. */
const whim = fc.record({
  name: fc.oneof(...names.map((name) => ({ arbitrary: fc.constant(name), weight: weights[name] }))),
  slot: fc.nat(999),
  /** How many slots a visit takes besides the first one, if there are so many. */
  rest: fc.nat(2),
  customer: fc.nat(999),
  booking: fc.nat(999),
  byDesk: fc.boolean(),
  cascade: fc.boolean(),
  /** A client without an idempotency key cannot repeat a request. */
  withKey: fc.nat(9).map((n) => n > 0),
})
type Whim = typeof whim extends fc.Arbitrary<infer T> ? T : never

/** What the clients did. */
export interface Recorded {
  calls: Call[]
  /** Responses that no fault may cause, such as `internal_error`. */
  wrong: string[]
  /** How many attempts were refused as temporarily impossible, or lost. */
  disturbed: number
  /** How many calls with a lost response got one when they were repeated. */
  repeated: number
  /** Ends the clients after their current calls. */
  stop(): Promise<void>
}

const clientsByDoor = { GraphQL: 4, REST: 3, SQL: 3 }
/** Longest wait for one response. */
const patienceMs = 4000
/** Longest time for which a client repeats a call. */
const stubbornMs = 15_000

/** Operations that take no idempotency key. */
const withoutKeys: ReadonlySet<string> = new Set(['reopen', 'read', 'wait', 'decline', 'removeAbsence', 'planSeries'])
/** Operations that only read. */
const readOnly: ReadonlySet<string> = new Set(['read', 'planSeries'])

/** Starts the clients at a site. `seed` determines their actions, not the interleaving. */
export function sendClients(site: Site, practice: Practice, seed: number): Recorded {
  let over = false
  const recorded: Recorded = {
    calls: [],
    wrong: [],
    disturbed: 0,
    repeated: 0,
    async stop() {
      over = true
      await Promise.all(clients)
    },
  }
  const clients = Object.entries(clientsByDoor).flatMap(([door, count], kind) =>
    Array.from({ length: count }, (_, n) => client(door as keyof typeof clientsByDoor, n, seed + 100 * kind + n)),
  )
  return recorded

  async function client(doorName: keyof typeof clientsByDoor, n: number, own: number): Promise<void> {
    const sql = sqlDoor(site, practice)
    // After each failure at the other server.
    let failures = n
    const url = () => `http://127.0.0.1:${site.servers[failures % 2]?.proxy.port}`
    const door = { GraphQL: graphqlDoor(url, practice), REST: restDoor(url, practice), SQL: sql.door }[doorName]
    for (let batch = 0; !over; batch++) {
      for (const wanted of fc.sample(whim, { seed: own + 10_000 * batch, numRuns: 200 })) {
        if (over) break
        const intended = intentionOf(practice, wanted) ?? (await answerToOffer(practice, wanted, sql.offerTo))
        if (intended) {
          const who = `${intended.actor.name} by ${doorName} ${n}`
          await carryThrough(practice, recorded, {
            door,
            ...intended,
            who,
            withKey: wanted.withKey,
            failed: () => failures++,
            isOver: () => over,
          }).catch((error: Error) => {
            recorded.wrong.push(`${who}: ${JSON.stringify(intended.operation)}: ${error.stack}`)
          })
        }
        await sleep(5)
      }
    }
    await sql.close()
  }
}

interface Intended {
  door: Door
  actor: Actor
  operation: Operation
  who: string
  withKey: boolean
  /** Is called after each failure. */
  failed: () => void
  isOver: () => boolean
}

const nameOf = (answer: Answer) => (answer.kind === 'refused' ? answer.code : answer.kind)

/** Makes one call, repeats it while the response is lost, and records its outcome as far as it is known. */
async function carryThrough(
  practice: Practice,
  recorded: Recorded,
  { door, actor, operation, who, withKey, failed, isOver }: Intended,
): Promise<void> {
  const mark = randomUUID()
  const key = withKey && !withoutKeys.has(operation.name) ? mark : undefined
  const attempts: NonNullable<Call['attempts']> = []
  const record = (start: number, end: number, outcome: Outcome) =>
    recorded.calls.push({
      who,
      mark,
      operation,
      start,
      end,
      outcome,
      ...(attempts.length > 1 && { attempts: [...attempts] }),
    })
  const first = performance.now()
  let lost = false
  for (;;) {
    const start = performance.now()
    const answer = await door(actor, operation, mark, key)
    const end = performance.now()
    attempts.push({ start, end, answer: nameOf(answer) })
    if (answer.kind === 'done') {
      // With a key it takes effect once, in any of the attempts: between the first request and the last response.
      record(lost ? first : start, end, answer)
      recorded.repeated += Number(lost)
      remember(practice, operation, answer)
      return
    }
    if (answer.kind === 'refused') {
      record(start, end, answer)
      break
    }
    recorded.disturbed++
    failed()
    lost ||= answer.kind === 'unknown'
    if (!key || isOver() || end - first > stubbornMs) break
    await sleep(100)
  }
  // A lost attempt may still be in progress, whatever the response to a later one.
  if (lost && !readOnly.has(operation.name)) record(first, Infinity, unknown)
}

/** Notes what a call has made, for later calls. */
function remember(practice: Practice, operation: Operation, answer: Outcome & { kind: 'done' }): void {
  if (answer.booking && 'customer' in operation)
    practice.bookings.push({ id: answer.booking, customer: operation.customer })
  if (answer.absence && operation.name === 'addAbsence')
    practice.absences.push({ id: answer.absence, slots: [...operation.slots] })
  if (answer.series && operation.name === 'bookSeries') {
    const { series: id, bookings = [] } = answer
    practice.series.push({ id, bookings })
    practice.bookings.push(...bookings.map((booking) => ({ id: booking, customer: operation.customer })))
  }
}

function intentionOf(
  { slots, customers, waiters, desk, bookings, absences, weekly, series }: Practice,
  { name, slot: slotNumber, rest: more, customer: customerNumber, booking: bookingNumber, byDesk, cascade }: Whim,
): { actor: Actor; operation: Operation } | undefined {
  const { id: slot, row } = slots[slotNumber % slots.length] as Practice['slots'][number]
  const rest = row && { rest: row.slice(1, 1 + more) }
  const customer = customers[customerNumber % customers.length] as Practice['customers'][number]
  const actor = byDesk ? desk : customer
  switch (name) {
    case 'read':
    case 'reopen':
      return { actor: desk, operation: { name, slot } }
    case 'withdraw':
      return { actor: desk, operation: { name, slot, cascade } }
    case 'cancel':
    case 'reschedule': {
      // One of the newest, which are more likely to be live.
      const theirs = byDesk ? bookings : bookings.filter((booking) => booking.customer === customer.id)
      const booking = theirs.at(-1 - (bookingNumber % Math.min(theirs.length, 8)))
      if (!booking) return undefined
      return name === 'cancel'
        ? { actor, operation: { name, booking: booking.id } }
        : { actor, operation: { name, booking: booking.id, slot, ...rest, customer: booking.customer } }
    }
    case 'release':
      return { actor, operation: { name, slot, customer: customer.id } }
    case 'wait': {
      const waiter = waiters[customerNumber % waiters.length] as Practice['waiters'][number]
      return { actor: waiter, operation: { name, customer: waiter.id } }
    }
    case 'addAbsence':
      return { actor: desk, operation: { name, slots: row ? [slot, ...row.slice(1, 2)] : [slot] } }
    case 'removeAbsence': {
      const absence = absences.at(-1 - (bookingNumber % Math.max(absences.length, 1)))
      return absence && { actor: desk, operation: { name, absence: absence.id, slots: absence.slots } }
    }
    case 'planSeries':
      return { actor: desk, operation: { name, slots: weekly, customer: customer.id } }
    case 'bookSeries': {
      // Two or three of the weeks.
      const weeks = [slotNumber, slotNumber + 1 + more, ...(cascade ? [slotNumber + 4] : [])]
      const chosen = weekly.filter((_, week) => weeks.some((each) => each % weekly.length === week))
      return { actor: desk, operation: { name, slots: chosen, customer: customer.id } }
    }
    case 'cancelSeries': {
      const chosen = series.at(-1 - (bookingNumber % Math.min(series.length, 2)))
      return chosen && { actor: desk, operation: { name, series: chosen.id, bookings: chosen.bookings } }
    }
    case 'accept':
    case 'decline':
      return undefined
    default:
      return { actor, operation: { name, slot, ...rest, customer: customer.id } }
  }
}

/** What a customer on the waiting list does with an offered slot: undefined if no slot is offered. */
async function answerToOffer(
  { waiters }: Practice,
  { name, customer }: Whim,
  offerTo: (actor: Actor & { id: string }) => Promise<{ offer: string; slot: string } | undefined>,
): Promise<{ actor: Actor; operation: Operation } | undefined> {
  if (name !== 'accept' && name !== 'decline') return undefined
  const actor = waiters[customer % waiters.length] as Practice['waiters'][number]
  const offered = await offerTo(actor)
  return offered && { actor, operation: { name, ...offered, customer: actor.id } }
}

const unknown: Outcome = { kind: 'unknown' }
/** Refusals after which the call certainly had no effect and can be repeated in a moment. */
const passing = ['query_canceled', 'lock_not_available', 'too_many_connections', 'disk_full', 'serialization_failure']

/** The meaning of a refusal's name for the caller. Throws for a refusal that must not happen. */
function judge(code: string | undefined): Answer {
  const never = ['internal_error', 'deadlock_detected', 'unauthenticated', 'bad_request']
  // The refusal of a constraint does not help a caller, so functions must check first.
  if (code === undefined || never.includes(code) || code.endsWith('_violation'))
    throw new Error(`answered with ${code}`)
  if (code === 'connection_failure') return unknown
  return passing.includes(code) ? { kind: 'again' } : { kind: 'refused', code }
}

/** The service for which slots are claimed; none for a slot that is in no row. */
const serviceOf = ({ serviceIds }: Practice, operation: Operation) =>
  'rest' in operation && operation.rest ? serviceIds[operation.rest.length] : undefined

/** The arguments of an operation by their names in the API; only the desk names the customer. */
function argumentsOf(actor: Actor, operation: Operation, mark: string, practice: Practice) {
  const { slots, desk } = practice
  const serviceId = serviceOf(practice, operation)
  const service = serviceId ? { serviceId } : {}
  const forWhom = actor === desk && 'customer' in operation ? { customerId: operation.customer } : {}
  switch (operation.name) {
    case 'book':
      return { ...forWhom, ...service, note: mark }
    case 'hold':
      return { ...forWhom, ...service }
    case 'release':
      return forWhom
    case 'cancel':
      return { reason: mark }
    case 'reschedule':
      return { bookingSlotId: operation.slot, ...service }
    case 'reopen': {
      const { doctorId, timeSlotId, date } = slots.find(({ id }) => id === operation.slot) as Practice['slots'][number]
      return { doctorId, timeSlotId, slotDate: date }
    }
    case 'withdraw':
      return { cascade: operation.cascade }
    case 'addAbsence': {
      const { doctorId, date, start, end } = spanOf(operation.slots, practice)
      const day = { firstDate: date, lastDate: date, startTime: start, endTime: end }
      return { kind: 'TRAINING', doctorId, ...day, booked: 'LIST' }
    }
    case 'bookSeries':
      return { customerId: operation.customer, bookingSlotIds: operation.slots, note: mark }
    case 'cancelSeries':
      return { fromDate: firstDate(practice), reason: mark }
    default:
      return {}
  }
}

/** The date of the first slots of the clinic. */
const firstDate = ({ slots }: Practice) => (slots[0] as Practice['slots'][0]).date

/** What plan_series takes, by the names in the API. */
function planOf(customerId: string, { slots, weekly }: Practice) {
  const { doctorId, timeSlotId, date } = slots.find(({ id }) => id === weekly[0]) as Practice['slots'][0]
  return { doctorId, timeSlotId, firstDate: date, visits: weekly.length, customerId }
}

/** The doctor, the date and the local times of adjoining slots. */
function spanOf(ids: readonly string[], { slots }: Practice) {
  const covered = ids.map((id) => slots.find((slot) => slot.id === id) as Practice['slots'][number])
  const [{ doctorId, date, start }, last] = [covered[0], covered.at(-1)] as [Practice['slots'][0], Practice['slots'][0]]
  return { doctorId, date, start, end: last.end }
}

/** The possible content of a response: a slot, a booking, a problem; of GraphQL also what a mutation gives. */
interface Body {
  id: string
  status: string
  customerId: string | null
  code?: string
  seriesId?: string
  reason?: string | null
  items?: Body[]
  booking?: Body
  bookings?: Body[]
  absence?: Body
}

/**
 * Sends a request by HTTP. Undefined without a response. Throws if the response is an error that is not marked as
 * temporary.
 */
async function ask<Answer>(
  url: string,
  { token }: Actor,
  method: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Answer } | undefined> {
  const sent = {
    method,
    signal: AbortSignal.timeout(patienceMs),
    headers: { ...headers, authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  }
  let response: Response
  let text: string
  try {
    response = await fetch(url, sent)
    text = await response.text()
  } catch {
    return undefined
  }
  const { status } = response
  if (status >= 500 && (status !== 503 || !response.headers.get('retry-after')))
    throw new Error(`answered ${status} without retry-after: ${text}`)
  // A response without content, as to the removal of an absence, is 204.
  return { status, body: (status === 204 ? undefined : JSON.parse(text)) as Answer }
}

const slotState = ({ status, customerId }: Pick<Body, 'status' | 'customerId'>): SlotState => ({
  status: status.toLowerCase() as SlotState['status'],
  customer: customerId ?? undefined,
})

/** The outcome of a call about a series, of its visits or of a plan. */
const ofSeries = (visits: Pick<Body, 'id' | 'seriesId' | 'reason'>[], { name }: Operation): Outcome =>
  name === 'planSeries'
    ? { kind: 'done', reasons: visits.map(({ reason }) => reason ?? null) }
    : {
        kind: 'done',
        bookings: visits.map(({ id }) => id),
        ...(name === 'bookSeries' && { series: String(visits[0]?.seriesId) }),
      }
const isOfSeries = ({ name }: Operation) => name === 'planSeries' || name === 'bookSeries' || name === 'cancelSeries'

const makesBooking = ({ name }: Operation) => name === 'book' || name === 'accept'

/** The outcome of a call that was carried out: by the row that is returned, or by the visits of a series. */
function outcomeOf(
  operation: Operation,
  row: Pick<Body, 'id' | 'status' | 'customerId'>,
  visits: Pick<Body, 'id' | 'seriesId' | 'reason'>[] | undefined,
): Outcome {
  if (isOfSeries(operation)) return ofSeries(visits ?? [], operation)
  if (operation.name === 'read') return { kind: 'done', slot: slotState(row) }
  if (operation.name === 'addAbsence') return { kind: 'done', absence: row.id }
  return makesBooking(operation) ? { kind: 'done', booking: row.id } : { kind: 'done' }
}

/** What an operation is about, as GraphQL names it. */
function idsOf(operation: Operation): Record<string, string> {
  if (['reopen', 'wait', 'addAbsence', 'bookSeries'].includes(operation.name)) return {}
  if ('series' in operation) return { seriesId: operation.series }
  if ('absence' in operation) return { absenceId: operation.absence }
  if ('offer' in operation) return { offerId: operation.offer }
  return 'booking' in operation
    ? { bookingId: operation.booking }
    : { bookingSlotId: (operation as { slot: string }).slot }
}

function graphqlDoor(url: () => string, practice: Practice): Door {
  const mutations: Partial<Record<Operation['name'], string>> = {
    hold: 'holdSlot(input: $input) { bookingSlot { id } }',
    release: 'releaseHold(input: $input) { bookingSlot { id } }',
    book: 'bookSlot(input: $input) { booking { id } }',
    cancel: 'cancelBooking(input: $input) { booking { id } }',
    reschedule: 'rescheduleBooking(input: $input) { booking { id } }',
    withdraw: 'withdrawSlot(input: $input) { bookingSlot { id } }',
    reopen: 'createBookingSlot(input: $input) { bookingSlot { id } }',
    wait: 'joinWaitingList(input: $input) { waitingList { id } }',
    accept: 'acceptOffer(input: $input) { booking { id } }',
    decline: 'declineOffer(input: $input) { slotOffer { id } }',
    addAbsence: 'addAbsence(input: $input) { absence { id } }',
    removeAbsence: 'removeAbsence(input: $input) { absence { id } }',
    bookSeries: 'bookSeries(input: $input) { bookings { id seriesId } }',
    cancelSeries: 'cancelSeries(input: $input) { bookings { id } }',
  }
  const queries: Partial<Record<Operation['name'], string>> = {
    read: `query ($clinicId: BigInt!, $id: BigInt!) { it: bookingSlot(clinicId: $clinicId, id: $id) { status customerId } }`,
    planSeries: `query ($clinicId: BigInt!, $doctorId: BigInt!, $timeSlotId: BigInt!, $firstDate: Date!, $visits: Int!, $customerId: BigInt!) {
      it: planSeries(clinicId: $clinicId, doctorId: $doctorId, timeSlotId: $timeSlotId, firstDate: $firstDate, visits: $visits, customerId: $customerId) { reason } }`,
  }
  const { clinicId } = practice
  function requestFor(actor: Actor, operation: Operation, mark: string, key: string | undefined) {
    const mutation = mutations[operation.name]
    if (mutation) {
      const inputType = `${mutation[0]?.toUpperCase()}${mutation.slice(1, mutation.indexOf('('))}Input`
      const input = { ...idsOf(operation), ...argumentsOf(actor, operation, mark, practice) }
      return {
        query: `mutation ($input: ${inputType}!) { it: ${mutation} }`,
        variables: { input: { clinicId, ...input, ...(key && { idempotencyKey: key }) } },
      }
    }
    const asked =
      operation.name === 'planSeries'
        ? planOf(operation.customer, practice)
        : { id: (operation as { slot: string }).slot }
    return { query: queries[operation.name], variables: { clinicId, ...asked } }
  }

  return async (actor, operation, mark, key) => {
    const request = requestFor(actor, operation, mark, key)
    const answer = await ask<Answered<{ it: Body | Body[] }>>(`${url()}/graphql`, actor, 'POST', request)
    if (!answer) return unknown
    const { data, errors } = answer.body
    if (errors || !data) return judge(errors?.[0]?.extensions?.code)
    const { it } = data
    // A query of a plan returns a list, a mutation its payload with the row or the visits.
    return Array.isArray(it)
      ? ofSeries(it, operation)
      : outcomeOf(operation, it.booking ?? it.absence ?? it, it.bookings)
  }
}

function restDoor(url: () => string, practice: Practice): Door {
  return async (actor, operation, mark, key) => {
    const [method, path] = endpointOf(operation, practice)
    const body = method === 'POST' ? argumentsOf(actor, operation, mark, practice) : undefined
    const answer = await ask<Body>(`${url()}/api${path}`, actor, method, body, key ? { 'idempotency-key': key } : {})
    if (!answer) return unknown
    if (answer.status >= 400) return judge(answer.body.code)
    return outcomeOf(operation, answer.body, answer.body?.items)
  }
}

/** The method and path of an operation's endpoint. */
function endpointOf(operation: Operation, practice: Practice): [method: string, path: string] {
  // Those of the operation; the others are not in its path.
  const ids = operation as Partial<Record<'slot' | 'booking' | 'offer' | 'absence' | 'series' | 'customer', string>>
  const slot = `/bookingSlots/${ids.slot}`
  const clinic = `/clinics/${practice.clinicId}`
  const plan = planOf(ids.customer ?? '', practice)
  return {
    read: ['GET', slot],
    hold: ['POST', `${slot}/hold`],
    release: ['POST', `${slot}/release`],
    book: ['POST', `${slot}/book`],
    withdraw: ['DELETE', `${slot}?cascade=${'cascade' in operation && operation.cascade}`],
    reopen: ['POST', '/bookingSlots'],
    cancel: ['POST', `/bookings/${ids.booking}/cancel`],
    reschedule: ['POST', `/bookings/${ids.booking}/reschedule`],
    wait: ['POST', `${clinic}/waitingList`],
    accept: ['POST', `${clinic}/slotOffers/${ids.offer}/accept`],
    decline: ['POST', `${clinic}/slotOffers/${ids.offer}/decline`],
    addAbsence: ['POST', `${clinic}/absences`],
    removeAbsence: ['DELETE', `/absences/${ids.absence}`],
    planSeries: ['GET', `${clinic}/seriesPlan?${new URLSearchParams({ ...plan, visits: String(plan.visits) })}`],
    bookSeries: ['POST', `${clinic}/series`],
    cancelSeries: ['POST', `${clinic}/series/${ids.series}/cancel`],
  }[operation.name as Whim['name']] as [string, string]
}

/** Calls the SQL functions over a connection that is reopened when it is lost. */
function sqlDoor({ databaseUrl }: Site, practice: Practice) {
  let connection: Connection | undefined
  let refusals: Map<string, string> | undefined

  async function connected(): Promise<Connection> {
    if (connection) return connection
    connection = await connect(databaseUrl, { connectionTimeoutMillis: patienceMs, query_timeout: patienceMs })
    if (!refusals) {
      const rows = await connection.query<{ sqlstate: string; name: string }>(
        'select sqlstate, name from app_hidden.error_codes',
      )
      refusals = new Map(rows.map(({ sqlstate, name }) => [sqlstate, name]))
    }
    return connection
  }

  async function close(): Promise<void> {
    const last = connection
    connection = undefined
    await last?.close().catch(() => undefined)
  }

  async function perform(db: Connection, actor: Actor, operation: Operation, mark: string, key: string | null) {
    const { clinicId, desk, slots } = practice
    const customerId = actor === desk && 'customer' in operation ? operation.customer : null
    const serviceId = serviceOf(practice, operation) ?? null
    switch (operation.name) {
      case 'hold':
        return hold(db, clinicId, operation.slot, { customerId, key, serviceId })
      case 'release':
        return release(db, clinicId, operation.slot, { customerId, key })
      case 'book':
        return book(db, clinicId, operation.slot, { customerId, note: mark, key, serviceId })
      case 'cancel':
        return cancel(db, clinicId, operation.booking, mark, key)
      case 'reschedule':
        return reschedule(db, clinicId, operation.booking, operation.slot, key, serviceId)
      case 'withdraw':
        return withdraw(db, clinicId, operation.slot, { cascade: operation.cascade, key })
      case 'reopen': {
        const slot = slots.find(({ id }) => id === operation.slot) as Practice['slots'][number]
        return createSlot(db, clinicId, slot.doctorId, slot.timeSlotId, slot.date)
      }
      case 'wait':
        return db.one<Slot & Record<string, unknown>>('select id from app_public.join_waiting_list($1)', [clinicId])
      case 'accept':
        return db.one<Slot & Record<string, unknown>>(
          'select id from app_public.accept_offer($1, $2, idempotency_key => $3)',
          [clinicId, operation.offer, key],
        )
      case 'addAbsence': {
        const { doctorId, date, start, end } = spanOf(operation.slots, practice)
        const absence = await addAbsence(db, clinicId, { doctorId, from: date, start, end, booked: 'list', key })
        return { id: absence.id, status: 'absent', customer_id: null }
      }
      case 'removeAbsence':
        await removeAbsence(db, clinicId, operation.absence)
        return { id: operation.absence, status: 'absent', customer_id: null }
      case 'decline':
        return db.one<Slot & Record<string, unknown>>('select id from app_public.decline_offer($1, $2)', [
          clinicId,
          operation.offer,
        ])
      default:
        return db.one<Slot & Record<string, unknown>>(
          'select id, status, customer_id from app_public.booking_slots where clinic_id = $1 and id = $2',
          [clinicId, (operation as { slot: string }).slot],
        )
    }
  }

  /** What there is of a series: the planned or booked visits. */
  function performForSeries(db: Connection, operation: Operation, mark: string, key: string | null) {
    const { clinicId } = practice
    if (operation.name === 'planSeries') {
      const { doctorId, timeSlotId, firstDate: date, visits, customerId } = planOf(operation.customer, practice)
      return db.query<Pick<Body, 'id' | 'reason'>>(
        `select booking_slot_id as id, reason from app_public.plan_series($1, $2, $3, $4, visits => $5, customer_id => $6)`,
        [clinicId, doctorId, timeSlotId, date, visits, customerId],
      )
    }
    const visits = 'id, series_id as "seriesId" from app_public'
    return operation.name === 'bookSeries'
      ? db.query<Pick<Body, 'id' | 'seriesId'>>(
          `select ${visits}.book_series($1, $2, $3, note => $4, idempotency_key => $5)`,
          [clinicId, operation.customer, operation.slots, mark, key],
        )
      : db.query<Pick<Body, 'id' | 'seriesId'>>(
          `select ${visits}.cancel_series($1, $2, $3, reason => $4, idempotency_key => $5)`,
          [clinicId, 'series' in operation && operation.series, firstDate(practice), mark, key],
        )
  }

  /** A slot that a customer is offered; none also while the database does not answer. */
  async function offerTo({ claims, id }: Actor & { id: string }) {
    try {
      const db = await connected()
      const [offer] = await db.request(claims, () =>
        db.query<{ offer: string; slot: string }>(
          `select id as offer, booking_slot_id as slot from app_public.slot_offers
           where clinic_id = $1 and customer_id = $2 and state = 'offered' order by id desc limit 1`,
          [practice.clinicId, id],
        ),
      )
      return offer
    } catch {
      await close()
      return undefined
    }
  }

  return {
    close,
    offerTo,
    async door(actor: Actor, operation: Operation, mark: string, key: string | undefined): Promise<Answer> {
      try {
        const db = await connected()
        if (isOfSeries(operation))
          return ofSeries(
            await db.request(actor.claims, () => performForSeries(db, operation, mark, key ?? null)),
            operation,
          )
        const row = await db.request(actor.claims, () => perform(db, actor, operation, mark, key ?? null))
        return outcomeOf(operation, { ...row, customerId: row.customer_id }, undefined)
      } catch (error) {
        return meaningOf(error)
      }
    },
  }

  async function meaningOf(error: unknown): Promise<Answer> {
    // Shutdown, crash, a broken file or a lost connection: the outcome is unknown.
    const isLost = !(error instanceof DatabaseError) || /^(08|57P|58)/.test(error.code ?? '')
    if (isLost) {
      await close()
      return unknown
    }
    const refusal = refusals?.get(error.code ?? '')
    if (!refusal) throw error
    return judge(refusal)
  }
}
