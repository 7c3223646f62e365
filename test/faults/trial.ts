import { setTimeout as sleep } from 'node:timers/promises'
import { brokenInvariants } from '../concurrency/invariants.ts'
import type { Connection } from '../helpers/database/connection.ts'
import { eventually } from '../helpers/time/eventually.ts'
import { keepCalendars } from './busy_times.ts'
import { reportOf, unexplained } from './calendar/calendar.ts'
import { type Call, line, type SlotState } from './calendar/call.ts'
import { aPracticeOf, holdMs, type Practice, type Recorded, sendClients } from './clients.ts'
import { deadlocksSince } from './deadlocks.ts'
import { type Fault, figureOf } from './faults.ts'
import { searchAfterBooking } from './search_after_booking.ts'
import { ready, type Site } from './site.ts'

// A trial: clients make calls in a clinic during a fault. Afterwards no acknowledged call may be missing, no refused
// call may have taken effect, and some order of the calls must explain all responses.

export interface Trial {
  clinicId: string
  operations: number
  acknowledged: number
  refused: number
  unknown: number
  /** Calls with a lost response that got one when repeated with the same key. */
  repeated: number
  /** Time from the end of the fault until all APIs answered again; the longest of several. */
  recoveredMs: number
  slots: number
  /** The violations found; empty if there are none. */
  broken: string[]
}

/** Runs clients for some seconds, and causes the fault once or, if there is time, repeatedly. */
export async function tryFault(
  site: Site,
  fault: Fault,
  { seed, seconds }: { seed: number; seconds: number },
): Promise<Trial> {
  const began = new Date()
  const practice = await withOwner(site, aPracticeOf)
  const recorded = sendClients(site, practice, seed)
  const doctors = await withOwner(site, (owner) => keepCalendars(site, practice, owner, seed))
  const searcher = await withOwner(site, (owner) => searchAfterBooking(site, owner))
  const until = performance.now() + seconds * 1000
  let recoveredMs = 0
  // The responses until then are checked all the same.
  const failures: string[] = []
  const failed = (error: Error) => failures.push(`the trial broke off: ${error.stack}`)
  try {
    do {
      await sleep(700)
      await fault.strike(site, practice)
      recoveredMs = Math.max(recoveredMs, await recovered(site, recorded))
    } while (performance.now() + 3000 < until)
    await sleep(Math.max(300, until - performance.now()))
  } catch (error) {
    failed(error as Error)
  } finally {
    await recorded.stop()
  }
  const { searches, wrong: stale } = await searcher.stop()
  await atRest(site).catch(failed)
  const { calls: imports, wrong: misread } = await doctors.stop()

  const { wrong, disturbed } = recorded
  const calls = [...recorded.calls, ...imports]
  const count = (kind: Call['outcome']['kind']) => calls.filter(({ outcome }) => outcome.kind === kind).length
  const examined = await withOwner(site, (owner) => examine(owner, practice, calls)).catch((error: Error) => [
    `what is there could not be examined: ${error.stack}`,
  ])
  const deadlocks = await deadlocksSince(site.logFile, began)
  const broken = [...failures, ...wrong, ...stale, ...misread, ...examined, ...deadlocks]
  if (!imports.some(({ outcome }) => outcome.kind === 'done')) broken.push('no external calendar was read')
  if (searches === 0) broken.push('no search after a booking was answered')
  if (!fault.isUnnoticed && disturbed === 0) broken.push('no client noticed anything: did it happen?')
  return {
    clinicId: practice.clinicId,
    operations: calls.length,
    acknowledged: count('done'),
    refused: count('refused'),
    unknown: count('unknown'),
    repeated: recorded.repeated,
    recoveredMs,
    slots: practice.slots.length,
    broken,
  }
}

async function withOwner<Result>(site: Site, work: (owner: Connection) => Promise<Result>): Promise<Result> {
  const owner = await site.owner()
  try {
    return await work(owner)
  } finally {
    await owner.close()
  }
}

/** Waits until requests through every API are answered. Returns how long that took, in ms. */
async function recovered(site: Site, { calls }: Recorded): Promise<number> {
  const began = performance.now()
  await ready(site)
  const doors = ['GraphQL', 'REST', 'SQL']
  await eventually(
    () =>
      doors.every((door) =>
        calls.some(({ who, start, outcome }) => who.includes(door) && start > began && outcome.kind === 'done'),
      ),
    'answers by every door',
    60_000,
  )
  return Math.round(performance.now() - began)
}

/**
 * Waits until all requests have ended, including those whose client is gone. A connection that is never returned to the
 * pool shows here.
 */
async function atRest(site: Site): Promise<void> {
  for (const server of site.servers)
    for (const state of ['busy', 'waiting'])
      await eventually(
        async () => (await figureOf(server, `medislot_pool_connections{pool="requests",state="${state}"}`)) === 0,
        `a server whose pool has no ${state} connections`,
      )
  await withOwner(site, (owner) =>
    eventually(async () => {
      const { busy } = await owner.one<{ busy: number }>(
        `select count(*)::int as busy from pg_stat_activity
         where backend_type = 'client backend' and state <> 'idle' and pid <> pg_backend_pid()
           and application_name not like 'medislot worker%'`,
      )
      return busy === 0
    }, 'a PostgreSQL without active sessions'),
  )
}

interface Booking {
  id: string
  booking_slot_id: string
  status: string
  mark: string | null
  ended_by: string | null
}

/** Compares the responses with the database. Returns the differences. */
async function examine(
  owner: Connection,
  { clinicId, slots, waiters }: Practice,
  calls: readonly Call[],
): Promise<string[]> {
  const now = performance.now()
  const bookings = await owner.query<Booking & Record<string, unknown>>(
    `select id, booking_slot_id, status, note as mark, cancellation_reason as ended_by
     from app_public.bookings where clinic_id = $1`,
    [clinicId],
  )
  const found = await owner.query<SlotState & { id: string }>(
    `select bs.id, bs.status, bs.customer_id as customer, b.id as booking from app_public.booking_slots bs
     left join app_public.bookings b on b.clinic_id = bs.clinic_id and b.active_booking_slot_id = coalesce(bs.head_slot_id, bs.id)
     where bs.clinic_id = $1 and bs.id = any ($2)`,
    [clinicId, slots.map(({ id }) => id)],
  )
  const lookedAt = (operation: Call['operation'], outcome: Call['outcome']): Call => ({
    who: 'the owner',
    mark: '',
    start: now,
    end: now + 1,
    operation,
    outcome,
  })
  const history = [
    ...calls,
    ...found.map(({ id, status, customer, booking }) =>
      lookedAt(
        { name: 'find', slot: id },
        { kind: 'done', slot: { status, customer: customer ?? undefined, booking: booking ?? undefined } },
      ),
    ),
    ...bookings.map(({ id, status, booking_slot_id }) =>
      lookedAt(
        { name: 'findBooking', booking: id },
        { kind: 'done', place: status === 'cancelled' ? 'cancelled' : booking_slot_id },
      ),
    ),
  ]
  const broken: string[] = []
  for (const contradiction of unexplained(history, holdMs, new Set(waiters.map(({ id }) => id))))
    broken.push(`${reportOf(contradiction)}\n${await rowsOf(owner, clinicId, contradiction.slots)}`)
  const exceptions = await owner.query(
    'select * from app_private.online_bookings_without_consultation where clinic_id = $1',
    [clinicId],
  )
  if (exceptions.length > 0) broken.push(`online bookings without their consultation: ${JSON.stringify(exceptions)}`)
  if (found.length !== slots.length) broken.push(`there are ${found.length} slots, not ${slots.length}`)

  const callsOf = callsByMark(calls)
  const slotOf = new Map(bookings.map(({ id, booking_slot_id }) => [id, booking_slot_id]))
  const differences = [
    ...neverAskedFor(bookings, calls, callsOf),
    ...calls.flatMap((call) => missingEffects(call, bookings)),
  ]
  for (const { what, mark, booking } of differences) {
    const asked = callsOf.get(mark) ?? []
    const slots = asked.flatMap(({ operation }) => ('slot' in operation ? [operation.slot] : []))
    const rows = await rowsOf(owner, clinicId, [...slots, slotOf.get(booking ?? '') ?? ''])
    broken.push([what, ...asked.map((call) => `  ${line(call)}`), rows].join('\n'))
  }

  for (const [rule, rows] of Object.entries(await brokenInvariants(owner, [clinicId])))
    broken.push(`not so: ${rule}: ${JSON.stringify(rows)}`)
  const { fault } = await owner.one<{ fault: string | null }>('select fault from app_public.verify_events($1)', [
    clinicId,
  ])
  if (fault) broken.push(`the chain of events is broken: ${fault}`)
  return broken
}

/** Something that the calls and the bookings do not agree on. */
interface Difference {
  what: string
  mark: string
  booking: string | undefined
}

/** Each booking and each cancellation carries the mark of the call that made it. */
function callsByMark(calls: readonly Call[]): Map<string, Call[]> {
  const callsOf = new Map<string, Call[]>()
  for (const call of calls) callsOf.set(call.mark, [...(callsOf.get(call.mark) ?? []), call])
  return callsOf
}

/** Bookings and cancellations that are there although no call asked for them, or not so often. */
function neverAskedFor(bookings: Booking[], calls: readonly Call[], callsOf: Map<string, Call[]>): Difference[] {
  const wasRefused = (mark: string) => callsOf.get(mark)?.every(({ outcome }) => outcome.kind === 'refused') ?? true
  /** How many bookings the calls with a mark ask for: one, or those of a series. */
  const wantedWith = (mark: string) =>
    Math.max(1, ...(callsOf.get(mark) ?? []).map(({ operation: o }) => (o.name === 'bookSeries' ? o.slots.length : 1)))
  const isOfAnOffer = (id: string) =>
    calls.some(({ operation, outcome }) => operation.name === 'accept' && mayHaveMade(outcome, id))
  const differences: Difference[] = []
  const add = (what: string, mark: string, booking: string) => differences.push({ what, mark, booking })
  for (const { id, mark, ended_by } of bookings) {
    // An accepted offer leaves no mark.
    if (mark === null && !isOfAnOffer(id)) add(`booking ${id} was made of an offer that nobody accepted`, '', id)
    if (mark !== null && wasRefused(mark)) add(`booking ${id} was refused and is there`, mark, id)
    if (ended_by !== null && wasRefused(ended_by))
      add(`the cancellation of ${id} was refused and is there`, ended_by, id)
  }
  for (const [mark, made] of bookingsByMark(bookings)) {
    const wanted = wantedWith(mark)
    for (const id of made.slice(wanted)) add(`booking ${id} was asked for once and made twice`, mark, id)
    if (made.length < wanted) add(`${made.length} visits of a series were booked, and not the others`, mark, '')
  }
  return differences
}

function bookingsByMark(bookings: Booking[]): Map<string, string[]> {
  const made = new Map<string, string[]>()
  for (const { id, mark } of bookings) if (mark !== null) made.set(mark, [...(made.get(mark) ?? []), id])
  return made
}

/** What a call did by its response, and the bookings do not show. */
function missingEffects({ mark, operation, outcome }: Call, bookings: Booking[]): Difference[] {
  if (outcome.kind !== 'done') return []
  const { name } = operation
  const isThere = (id: string | undefined, shows: (booking: Booking) => boolean) =>
    bookings.some((booking) => booking.id === id && shows(booking))
  const missing = (what: string, booking: string | undefined) => ({ what, mark, booking })
  const visits = (outcome.bookings ?? [])
    .filter((id) => !isThere(id, (b) => mark === (name === 'bookSeries' ? b.mark : b.ended_by)))
    .map((id) => missing(`${name} was acknowledged and booking ${id} does not show it`, id))
  const { booking } = outcome
  if (name === 'book' && !isThere(booking, (b) => b.mark === mark))
    return [...visits, missing(`booking ${booking} was acknowledged and is not there`, booking)]
  if (name === 'accept' && !isThere(booking, () => true))
    return [...visits, missing(`booking ${booking}, an accepted offer, was acknowledged and is not there`, booking)]
  if (name === 'cancel' && !isThere(operation.booking, (b) => b.ended_by === mark))
    return [
      ...visits,
      missing(`the cancellation of ${operation.booking} was acknowledged and is not there`, operation.booking),
    ]
  return visits
}

const mayHaveMade = (outcome: Call['outcome'], booking: string) =>
  outcome.kind === 'unknown' || (outcome.kind === 'done' && outcome.booking === booking)

/** All rows of some slots, for reports: the slots, their bookings, and the events of both. */
async function rowsOf(owner: Connection, clinicId: string, slotIds: readonly string[]): Promise<string> {
  const parts = {
    slot: 'select to_jsonb(t) as row from app_public.booking_slots t where clinic_id = $1 and id = any ($2) order by id',
    booking: `select to_jsonb(t) as row from app_public.bookings t
      where clinic_id = $1 and (booking_slot_id = any ($2) or id in (
        select e.booking_id from app_public.events e where e.clinic_id = $1 and e.booking_slot_id = any ($2)))
      order by id`,
    event:
      'select to_jsonb(t) as row from app_public.events t where clinic_id = $1 and booking_slot_id = any ($2) order by id',
  }
  const lines: string[] = []
  for (const [name, text] of Object.entries(parts))
    for (const { row } of await owner.query<{ row: unknown }>(text, [clinicId, slotIds.filter(Boolean)]))
      lines.push(`  ${name} ${JSON.stringify(row)}`)
  return ['  What is kept:', ...lines].join('\n')
}

/**
 * Waits until every message has been sent to the mail server, whatever happened to workers.
 * Returns the messages that are marked as sent and did not arrive, and live bookings without a message.
 */
export async function undelivered(site: Site, clinicIds: string[]): Promise<string[]> {
  return withOwner(site, async (owner) => {
    await eventually(
      async () => {
        // As if the half minute had passed after which a claim of a dead worker expires.
        await owner.query(
          `update app_public.notifications n set retry_at = now()
           where n.clinic_id = any ($1) and n.state = 'pending' and n.attempts > 0 and n.retry_at > now() and not exists (
             select from app_private.delivery_attempts da
             where da.clinic_id = n.clinic_id and da.notification_id = n.id and da.started_at > now() - interval '3 seconds')`,
          [clinicIds],
        )
        const { left } = await owner.one<{ left: number }>(
          `select count(*)::int as left from app_public.notifications
           where clinic_id = any ($1) and state = 'pending' and kind <> 'booking_reminder'
             -- Offers whose head start has not begun are sent later.
             and (kind <> 'slot_offered' or due_at <= now())`,
          [clinicIds],
        )
        return left === 0
      },
      'every message sent',
      90_000,
    ).catch((error) => {
      const { process, stderr } = site.worker.program
      throw new Error(`${error.message}. The worker, exit code ${process.exitCode}, said:\n${stderr().slice(-5000)}`)
    })
    const sent = await owner.query<{ id: string; key: string }>(
      `select id, 'medislot-' || app_private.installation_id() || '-' || clinic_id || '-' || id || '-1@medislot.example' as key
       from app_public.notifications where clinic_id = any ($1) and state = 'sent'`,
      [clinicIds],
    )
    const arrived = new Set(site.smtp.mails.flatMap(({ raw }) => /^Message-ID:\s+<([^>]+)>/im.exec(raw)?.[1] ?? []))
    const untold = await owner.query<{ id: string }>(
      `select b.id from app_public.bookings b
       where b.clinic_id = any ($1) and b.status = 'booked' and not exists (
         select from app_public.notifications n
         where n.clinic_id = b.clinic_id and (n.booking_id = b.id and n.booking_sequence = b.sequence
             or b.id = any (n.series_booking_ids) and b.sequence = 0)
           and n.kind in ('booking_confirmed', 'booking_rescheduled') and n.state = 'sent')`,
      [clinicIds],
    )
    const dead = await owner.query<{ id: string; state: string }>(
      `select id, state from app_public.notifications
       where clinic_id = any ($1) and state not in ('sent', 'pending', 'dropped')`,
      [clinicIds],
    )
    return [
      ...dead.map(({ id, state }) => `notification ${id} is ${state}`),
      ...(sent.length === 0 ? ['not one message was sent'] : []),
      ...sent
        .filter(({ key }) => !arrived.has(key))
        .map(({ id }) => `notification ${id} is marked as sent and never arrived`),
      ...untold.map(({ id }) => `no message was delivered about booking ${id}`),
    ]
  })
}
