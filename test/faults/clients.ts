import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { DatabaseError } from 'pg'
import { type Connection, connect } from '../helpers/connection.ts'
import type { Claims } from '../helpers/database.ts'
import type { Answer as Answered } from '../helpers/graphql.ts'
import { book, cancel, createSlot, hold, release, reschedule, type Slot, withdraw } from '../helpers/operations.ts'
import { tokenOf } from '../helpers/tokens.ts'
import { aClinic, aCustomer, aDoctor, anEmployee, aTimeSlot } from '../helpers/world.ts'
import type { Call, Operation, Outcome, SlotState } from './calendar.ts'
import type { Site } from './site.ts'

// Many clients that get in each other's way in one clinic, over every door there is: GraphQL, REST, SQL. Who loses a connection
// asks again under the same key, as a good client does.

/** Somebody who calls: a customer for themselves, or the desk for them. */
interface Actor {
  name: string
  claims: Claims
  token: string
}

/** A clinic for one trial. */
export interface Practice {
  clinicId: string
  slots: { id: string; doctorId: string; timeSlotId: string; date: string }[]
  customers: (Actor & { id: string })[]
  desk: Actor
  /** Those that somebody was told of. */
  bookings: { id: string; customer: string }[]
}

/** What came of one attempt. */
type Answer = Outcome | { kind: 'again' }
/** One door. `key` is the idempotency key. */
type Door = (actor: Actor, operation: Operation, mark: string, key: string | undefined) => Promise<Answer>

/** A clinic with 15 free slots, five customers and a desk that knows them. */
export async function aPracticeOf(owner: Connection): Promise<Practice> {
  const actor = async (name: string, claims: Claims): Promise<Actor> => ({
    name,
    claims,
    // Good for longer than clocks jump.
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
  const desk = await actor('the desk', (await anEmployee(owner, clinicId, 'receptionist')).claims)
  const { date } = await owner.one<{ date: string }>(`select (current_date + 5)::text as date`)
  const slots: Practice['slots'] = []
  const doctorIds = [await aDoctor(owner, clinicId), await aDoctor(owner, clinicId), await aDoctor(owner, clinicId)]
  for (const hour of ['08', '09', '10', '11', '12']) {
    const timeSlotId = await aTimeSlot(owner, clinicId, `${hour}:00`, `${hour}:30`)
    for (const doctorId of doctorIds) {
      const { id } = await createSlot(owner, clinicId, doctorId, timeSlotId, date)
      slots.push({ id, doctorId, timeSlotId, date })
    }
  }
  return { clinicId, slots, customers, desk, bookings: [] }
}

/** How long a slot is held: some holds end by themselves within a trial. */
export const holdMs = 1000

const names = ['read', 'hold', 'release', 'book', 'cancel', 'reschedule', 'withdraw', 'reopen'] as const
const weights = { read: 6, hold: 4, release: 3, book: 12, cancel: 8, reschedule: 7, withdraw: 2, reopen: 6 }

/** What a client does next. Numbers are taken modulo what there is. */
const whim = fc.record({
  name: fc.oneof(...names.map((name) => ({ arbitrary: fc.constant(name), weight: weights[name] }))),
  slot: fc.nat(999),
  customer: fc.nat(999),
  booking: fc.nat(999),
  byDesk: fc.boolean(),
  cascade: fc.boolean(),
  /** A client that does not bother with a key cannot ask again either. */
  withKey: fc.nat(9).map((n) => n > 0),
})
type Whim = typeof whim extends fc.Arbitrary<infer T> ? T : never

/** What the clients did. */
export interface Recorded {
  calls: Call[]
  /** Answers that no fault excuses, such as `internal_error`. */
  wrong: string[]
  /** How many attempts were told to come back, or lost. */
  disturbed: number
  /** How many calls whose answer was lost were found done, or done then, when they were repeated. */
  repeated: number
  /** Ends the clients after what they are at. */
  stop(): Promise<void>
}

const clientsByDoor = { GraphQL: 4, REST: 3, SQL: 3 }
/** Longest wait for one answer. */
const patienceMs = 4000
/** Longest that a client asks again. */
const stubbornMs = 15_000

/** Sends the clients to a site. `seed` decides what they want, not how it interleaves. */
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
    // With each failure at the other server.
    let failures = n
    const url = () => `http://127.0.0.1:${site.servers[failures % 2]?.proxy.port}`
    const door = { GraphQL: graphqlDoor(url, practice), REST: restDoor(url, practice), SQL: sql.door }[doorName]
    for (let batch = 0; !over; batch++) {
      for (const wanted of fc.sample(whim, { seed: own + 10_000 * batch, numRuns: 200 })) {
        if (over) break
        const intended = intentionOf(practice, wanted)
        if (intended) {
          const who = `${intended.actor.name} by ${doorName} ${n}`
          await carryThrough(door, intended, who, wanted.withKey, () => failures++).catch((error: Error) => {
            recorded.wrong.push(`${who}: ${JSON.stringify(intended.operation)}: ${error.stack}`)
          })
        }
        await sleep(5)
      }
    }
    await sql.close()
  }

  /** Does one thing, asking again while the answer is lost, and records what is known of it afterwards. */
  async function carryThrough(
    door: Door,
    { actor, operation }: { actor: Actor; operation: Operation },
    who: string,
    withKey: boolean,
    failed: () => void,
  ): Promise<void> {
    const mark = randomUUID()
    const key = withKey && operation.name !== 'reopen' && operation.name !== 'read' ? mark : undefined
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
    const attempts: NonNullable<Call['attempts']> = []
    for (;;) {
      const start = performance.now()
      const answer = await door(actor, operation, mark, key)
      const end = performance.now()
      attempts.push({ start, end, answer: answer.kind === 'refused' ? answer.code : answer.kind })
      if (answer.kind === 'done') {
        // Under a key it is done once: whichever attempt it was, it lies between the first question and the last answer.
        record(lost ? first : start, end, answer)
        if (lost) recorded.repeated++
        if (answer.booking && 'customer' in operation)
          practice.bookings.push({ id: answer.booking, customer: operation.customer })
        return
      }
      if (answer.kind === 'refused') record(start, end, answer)
      else recorded.disturbed++
      lost ||= answer.kind === 'unknown'
      if (answer.kind !== 'refused') failed()
      if (answer.kind === 'refused' || !key || over || end - first > stubbornMs) {
        // An attempt that was lost may still be under way, whatever a later one was told.
        if (lost && operation.name !== 'read') record(first, Infinity, { kind: 'unknown' })
        return
      }
      await sleep(100)
    }
  }
}

function intentionOf(
  { slots, customers, desk, bookings }: Practice,
  { name, slot: slotNumber, customer: customerNumber, booking: bookingNumber, byDesk, cascade }: Whim,
): { actor: Actor; operation: Operation } | undefined {
  const slot = slots[slotNumber % slots.length]?.id ?? ''
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
      // Among the latest, which are more likely to be live.
      const theirs = byDesk ? bookings : bookings.filter((booking) => booking.customer === customer.id)
      const booking = theirs.at(-1 - (bookingNumber % Math.min(theirs.length, 8)))
      if (!booking) return undefined
      return name === 'cancel'
        ? { actor, operation: { name, booking: booking.id } }
        : { actor, operation: { name, booking: booking.id, slot, customer: booking.customer } }
    }
    default:
      return { actor, operation: { name, slot, customer: customer.id } }
  }
}

const unknown: Outcome = { kind: 'unknown' }
/** What was certainly not done, and may be had in a moment. */
const passing = ['query_canceled', 'lock_not_available', 'too_many_connections', 'disk_full', 'serialization_failure']

/** What a refusal's name means for who asked. Throws for what must not happen. */
function judge(code: string | undefined): Answer {
  if (code === undefined || ['internal_error', 'deadlock_detected', 'unauthenticated', 'bad_request'].includes(code))
    throw new Error(`answered with ${code}`)
  if (code === 'connection_failure') return unknown
  return passing.includes(code) ? { kind: 'again' } : { kind: 'refused', code }
}

/** What an operation gives by names of the API; of whom it is for, only the desk speaks. */
function argumentsOf(actor: Actor, operation: Operation, mark: string, { slots, desk }: Practice) {
  const forWhom = actor === desk && 'customer' in operation ? { customerId: operation.customer } : {}
  switch (operation.name) {
    case 'book':
      return { ...forWhom, note: mark }
    case 'hold':
    case 'release':
      return forWhom
    case 'cancel':
      return { reason: mark }
    case 'reschedule':
      return { bookingSlotId: operation.slot }
    case 'reopen': {
      const { doctorId, timeSlotId, date } = slots.find(({ id }) => id === operation.slot) as Practice['slots'][number]
      return { doctorId, timeSlotId, slotDate: date }
    }
    case 'withdraw':
      return { cascade: operation.cascade }
    default:
      return {}
  }
}

/** What an answer may have in it: a slot, a booking, a problem. */
interface Body {
  id: string
  status: string
  customerId: string | null
  code?: string
}

/** Asks by HTTP. Undefined when no answer came. Throws when the answer is a fault that is not told as one that passes. */
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
  return { status, body: JSON.parse(text) as Answer }
}

const slotState = ({ status, customerId }: Pick<Body, 'status' | 'customerId'>): SlotState => ({
  status: status.toLowerCase() as SlotState['status'],
  customer: customerId ?? undefined,
})

function graphqlDoor(url: () => string, practice: Practice): Door {
  const mutations: Partial<Record<Operation['name'], string>> = {
    hold: 'holdSlot(input: $input) { bookingSlot { id } }',
    release: 'releaseHold(input: $input) { bookingSlot { id } }',
    book: 'bookSlot(input: $input) { booking { id } }',
    cancel: 'cancelBooking(input: $input) { booking { id } }',
    reschedule: 'rescheduleBooking(input: $input) { booking { id } }',
    withdraw: 'withdrawSlot(input: $input) { bookingSlot { id } }',
    reopen: 'createBookingSlot(input: $input) { bookingSlot { id } }',
  }
  const readSlot = `query ($clinicId: BigInt!, $id: BigInt!) { it: bookingSlot(clinicId: $clinicId, id: $id) { status customerId } }`
  return async (actor, operation, mark, key) => {
    const { clinicId } = practice
    const mutation = mutations[operation.name]
    const query = mutation
      ? `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1, mutation.indexOf('('))}Input!) { it: ${mutation} }`
      : readSlot
    const id = 'booking' in operation ? { bookingId: operation.booking } : { bookingSlotId: operation.slot }
    const input = {
      clinicId,
      ...(operation.name !== 'reopen' && id),
      ...argumentsOf(actor, operation, mark, practice),
      ...(key && { idempotencyKey: key }),
    }
    const variables = mutation ? { input } : { clinicId, id: (operation as { slot: string }).slot }
    const answer = await ask<Answered<{ it: Body & { booking: Body } }>>(`${url()}/graphql`, actor, 'POST', {
      query,
      variables,
    })
    if (!answer) return unknown
    const { data, errors } = answer.body
    if (errors || !data) return judge(errors?.[0]?.extensions?.code)
    if (operation.name === 'read') return { kind: 'done', slot: slotState(data.it) }
    return operation.name === 'book' ? { kind: 'done', booking: data.it.booking.id } : { kind: 'done' }
  }
}

function restDoor(url: () => string, practice: Practice): Door {
  return async (actor, operation, mark, key) => {
    const { name } = operation
    const slots = `/bookingSlots/${'slot' in operation ? operation.slot : ''}`
    const [method, path] = {
      read: ['GET', slots],
      hold: ['POST', `${slots}/hold`],
      release: ['POST', `${slots}/release`],
      book: ['POST', `${slots}/book`],
      withdraw: ['DELETE', `${slots}?cascade=${'cascade' in operation && operation.cascade}`],
      reopen: ['POST', '/bookingSlots'],
      cancel: ['POST', `/bookings/${'booking' in operation && operation.booking}/cancel`],
      reschedule: ['POST', `/bookings/${'booking' in operation && operation.booking}/reschedule`],
    }[name as Whim['name']] as [string, string]
    const body = method === 'POST' ? argumentsOf(actor, operation, mark, practice) : undefined
    const answer = await ask<Body>(`${url()}/api${path}`, actor, method, body, key ? { 'idempotency-key': key } : {})
    if (!answer) return unknown
    if (answer.status >= 400) return judge(answer.body.code)
    if (name === 'read') return { kind: 'done', slot: slotState(answer.body) }
    return name === 'book' ? { kind: 'done', booking: answer.body.id } : { kind: 'done' }
  }
}

/** The functions themselves, over a connection that is made anew when it is lost. */
function sqlDoor({ databaseUrl }: Site, practice: Practice): { door: Door; close: () => Promise<void> } {
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
    switch (operation.name) {
      case 'hold':
        return hold(db, clinicId, operation.slot, { customerId, key })
      case 'release':
        return release(db, clinicId, operation.slot, { customerId, key })
      case 'book':
        return book(db, clinicId, operation.slot, { customerId, note: mark, key })
      case 'cancel':
        return cancel(db, clinicId, operation.booking, mark, key)
      case 'reschedule':
        return reschedule(db, clinicId, operation.booking, operation.slot, key)
      case 'withdraw':
        return withdraw(db, clinicId, operation.slot, { cascade: operation.cascade, key })
      case 'reopen': {
        const slot = slots.find(({ id }) => id === operation.slot) as Practice['slots'][number]
        return createSlot(db, clinicId, slot.doctorId, slot.timeSlotId, slot.date)
      }
      default:
        return db.one<Slot & Record<string, unknown>>(
          'select id, status, customer_id from app_public.booking_slots where clinic_id = $1 and id = $2',
          [clinicId, (operation as { slot: string }).slot],
        )
    }
  }

  return {
    close,
    async door(actor, operation, mark, key) {
      try {
        const db = await connected()
        const row = await db.request(actor.claims, () => perform(db, actor, operation, mark, key ?? null))
        if (operation.name === 'book') return { kind: 'done', booking: row.id }
        return operation.name === 'read'
          ? { kind: 'done', slot: slotState({ status: row.status, customerId: row.customer_id }) }
          : { kind: 'done' }
      } catch (error) {
        // Shutdown, crash, a broken file or a lost connection: nobody knows.
        const isLost = !(error instanceof DatabaseError) || /^(08|57P|58)/.test(error.code ?? '')
        if (isLost) {
          await close()
          return unknown
        }
        const refusal = refusals?.get(error.code ?? '')
        if (!refusal) throw error
        return judge(refusal)
      }
    },
  }
}
