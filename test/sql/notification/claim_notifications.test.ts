import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { book, cancel } from '../../helpers/clinic/operations.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { connect } from '../../helpers/database/connection.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

interface Notification {
  clinic_id: string
  id: string
  booking_id: string
  kind: string
  attempts: number
}

const claim = (db: Pick<Db, 'query'>, batch?: number) =>
  db.query<Notification>(`select * from app_private.claim_notifications(${batch ?? ''})`)

/** Outcomes of attempts: an error, or sent. */
const record = (db: Pick<Db, 'query'>, ...outcomes: Record<string, unknown>[]) =>
  db.query<{ clinic_id: string; id: string; state: string }>('select * from app_private.record_deliveries($1)', [
    JSON.stringify(outcomes),
  ])

/** Some bookings of one clinic, each with a confirmation that is due and a reminder that is not. */
async function bookings(db: Pick<Db, 'one' | 'query'>, count: number) {
  const practice = await aPractice(db)
  const { clinicId, doctorId, customer } = practice
  const ids = []
  for (let i = 0; i < count; i++) {
    const slotId = await aSlot(db, clinicId, doctorId, 60 + i)
    ids.push((await book(db, clinicId, slotId, { customerId: customer.customerId })).id)
  }
  return { ...practice, bookingIds: ids as [string, ...string[]] }
}

/** Moves a clinic's messages into the past by this time. */
const wait = (db: Db, clinicId: string, interval: string) =>
  db.query(
    'update app_public.notifications set due_at = due_at - $2::interval, retry_at = retry_at - $2::interval where clinic_id = $1',
    [clinicId, interval],
  )

describe('claim_notifications', () => {
  it('claims due messages in batches, and leaves those that are not due', () =>
    inTransaction(async (db) => {
      const { bookingIds } = await bookings(db, 3)
      const first = await claim(db, 2)
      const second = await claim(db, 2)
      expect([first.length, second.length]).toEqual([2, 1])
      const claimed = [...first, ...second]
      expect(claimed.map((n) => n.booking_id).sort()).toEqual([...bookingIds].sort())
      expect(new Set(claimed.map((n) => n.kind))).toEqual(new Set(['booking_confirmed']))
      expect(await claim(db)).toEqual([])
    }))

  it('claims only what was due by a time, if one is given', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingIds } = await bookings(db, 2)
      const [first] = bookingIds
      await db.query(
        `update app_public.notifications set due_at = now() - interval '1 minute' where clinic_id = $1 and booking_id = $2`,
        [clinicId, first],
      )
      for (const channel of ['null', `'email'`]) {
        const claimed = await db.query<Notification>(
          `select * from app_private.claim_notifications(only_channel => ${channel}, due_by => now() - interval '30 seconds')`,
        )
        expect(claimed.map((n) => n.booking_id)).toEqual(channel === 'null' ? [first] : [])
      }
      expect((await claim(db)).map((n) => n.booking_id)).toEqual([bookingIds[1]])
    }))

  it('claims a reminder once it is due', () =>
    inTransaction(async (db) => {
      const { clinicId } = await bookings(db, 1)
      await claim(db)
      await db.query(
        `update app_public.notifications set state = 'dropped' where kind = 'booking_confirmed' and clinic_id = $1`,
        [clinicId],
      )
      // Due in 36 hours.
      await db.query(`select app_private.queue_coming_reminders($1, now() + interval '12 hours')`, [clinicId])
      await wait(db, clinicId, '35 hours')
      expect(await claim(db)).toEqual([])
      await wait(db, clinicId, '1 hour')
      expect(await claim(db)).toMatchObject([{ kind: 'booking_reminder', attempts: 1 }])
    }))

  it('claims messages of one clinic at a time, beginning with the one whose message has waited longest', () =>
    inTransaction(async (db) => {
      const [one, two] = [await bookings(db, 2), await bookings(db, 2)]
      await wait(db, two.clinicId, '1 minute')
      const clinics = async () => (await claim(db)).map((n) => n.clinic_id)
      expect(await clinics()).toEqual([two.clinicId, two.clinicId])
      expect(await clinics()).toEqual([one.clinicId, one.clinicId])
    }))

  it('claims a message again after 30 seconds, doubling, until it is recorded as sent', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingIds } = await bookings(db, 1)
      for (const [attempt, seconds] of [
        [1, 30],
        [2, 60],
        [3, 120],
        [4, 240],
      ] as const) {
        const [claimed] = await claim(db)
        expect(claimed).toMatchObject({ booking_id: bookingIds[0], attempts: attempt })
        await wait(db, clinicId, `${seconds - 1} seconds`)
        expect(await claim(db)).toEqual([])
        await wait(db, clinicId, '1 second')
      }
      const [claimed] = await claim(db)
      await record(db, { clinic_id: clinicId, id: claimed?.id })
      await wait(db, clinicId, '1 hour')
      expect(await claim(db)).toEqual([])
    }))

  it('does not claim a message that was dropped meanwhile', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingIds } = await bookings(db, 1)
      await cancel(db, clinicId, bookingIds[0])
      expect(await claim(db)).toMatchObject([{ kind: 'booking_cancelled' }])
    }))
})

describe('record_deliveries for a failed message', () => {
  it('stores the error, and makes the message dead after the eighth attempt', () =>
    inTransaction(async (db) => {
      const { clinicId } = await bookings(db, 1)
      const states = []
      for (let attempt = 1; attempt <= 8; attempt++) {
        const [claimed] = await claim(db)
        const [recorded] = await record(db, { clinic_id: clinicId, id: claimed?.id, error: `no answer, ${attempt}` })
        states.push(recorded?.state)
        await wait(db, clinicId, '2 hours')
      }
      expect(states).toEqual([...Array(7).fill('pending'), 'dead'])
      expect(await claim(db)).toEqual([])
      // Staff of the clinic can still see it.
      expect(
        await db.one(
          `select state, attempts, last_error, sent_at from app_public.notifications where clinic_id = $1 and kind = 'booking_confirmed'`,
          [clinicId],
        ),
      ).toEqual({ state: 'dead', attempts: 8, last_error: 'no answer, 8', sent_at: null })
    }))

  it('leaves a message dropped that was dropped while it was being sent', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingIds } = await bookings(db, 1)
      const [claimed] = await claim(db)
      await cancel(db, clinicId, bookingIds[0])
      const failed = await record(db, { clinic_id: clinicId, id: claimed?.id, error: 'x'.repeat(5000) })
      expect(failed).toMatchObject([{ state: 'dropped' }])
      // Also when it fails permanently, so that the desk does not have to deal with it.
      const forGood = await record(db, { clinic_id: clinicId, id: claimed?.id, error: 'x'.repeat(5000), code: '550' })
      expect(forGood).toMatchObject([{ state: 'dropped' }])
      const { length } = await db.one<{ length: number }>(
        'select char_length(last_error) as length from app_public.notifications where id = $1',
        [claimed?.id],
      )
      expect(length).toBe(1000)
    }))
})

describe('record_deliveries for a sent message', () => {
  it('records a message as sent even if it was dropped while it was being sent', () =>
    inTransaction(async (db) => {
      const { clinicId, bookingIds } = await bookings(db, 1)
      const [claimed] = await claim(db)
      await cancel(db, clinicId, bookingIds[0])
      await record(db, { clinic_id: clinicId, id: claimed?.id })
      const { state, at_this_time } = await db.one(
        'select state, sent_at = now() as at_this_time from app_public.notifications where id = $1',
        [claimed?.id],
      )
      expect({ state, at_this_time }).toEqual({ state: 'sent', at_this_time: true })
    }))
})

describe('record_deliveries', () => {
  it('records sent, failed and dead messages of several clinics in one statement', () =>
    inTransaction(async (db) => {
      const [one, two] = [await bookings(db, 2), await bookings(db, 2)]
      const counted = () =>
        db.one<Record<string, number>>(
          `select sum(sent)::int as sent, sum(failed)::int as failed, sum(died)::int as died from app_private.delivery_figures()`,
        )
      const before = await counted()
      const claimed = [...(await claim(db)), ...(await claim(db))]
      const of = ({ clinicId }: { clinicId: string }) => claimed.filter((n) => n.clinic_id === clinicId)
      const [sent, later] = of(one)
      const [dead, also] = of(two)
      const outcomes = [
        { clinic_id: two.clinicId, id: also?.id, reference: 'R2' },
        { clinic_id: two.clinicId, id: dead?.id, error: 'no such mailbox', code: '550' },
        // Ids of another clinic, and ids that do not exist, are ignored.
        { clinic_id: one.clinicId, id: dead?.id },
        { clinic_id: '0', id: '0', error: 'gone' },
        { clinic_id: one.clinicId, id: later?.id, error: 'not now', code: '451' },
        { clinic_id: one.clinicId, id: sent?.id, reference: 'R1' },
      ]
      const states = await record(db, ...outcomes)
      expect(Object.fromEntries(states.map(({ id, state }) => [id, state]))).toEqual({
        [sent?.id ?? '']: 'sent',
        [later?.id ?? '']: 'pending',
        [dead?.id ?? '']: 'dead',
        [also?.id ?? '']: 'sent',
      })
      const attempts = await db.query<{ id: string }>(
        `select notification_id as id, outcome, provider_reference, error_code, error, ended_at = now() as now
         from app_private.delivery_attempts where clinic_id = any ($1)`,
        [[one.clinicId, two.clinicId]],
      )
      const none = { provider_reference: null, error_code: null, error: null, now: true }
      expect(attempts).toHaveLength(4)
      expect(attempts).toEqual(
        expect.arrayContaining([
          { ...none, id: sent?.id, outcome: 'sent', provider_reference: 'R1' },
          { ...none, id: also?.id, outcome: 'sent', provider_reference: 'R2' },
          { ...none, id: later?.id, outcome: 'failed', error_code: '451', error: 'not now' },
          { ...none, id: dead?.id, outcome: 'failed', error_code: '550', error: 'no such mailbox' },
        ]),
      )
      const { sent: s = 0, failed: f = 0, died: d = 0 } = before
      expect(await counted()).toEqual({ sent: s + 2, failed: f + 2, died: d + 1 })
    }))
})

describe('deliver_to_database', () => {
  it('stores a notification once, however often it is delivered', () =>
    inTransaction(async (db) => {
      const { clinicId } = await bookings(db, 1)
      const [claimed] = await claim(db)
      for (const body of ['first', 'second'])
        await db.query('select app_private.deliver_to_database($1, $2, $3, $4, $5)', [
          clinicId,
          claimed?.id,
          'ann@test.example',
          'Hello',
          body,
        ])
      const messages = await db.query(
        'select recipient, subject, body from app_private.messages where clinic_id = $1',
        [clinicId],
      )
      expect(messages).toEqual([{ recipient: 'ann@test.example', subject: 'Hello', body: 'first' }])
    }))
})

describe('two workers', () => {
  let database: ClonedDatabase
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database.drop())

  it('share the work: messages claimed by one are skipped by the other without waiting', async () => {
    const [one, two] = [await connect(database.url), await connect(database.url)]
    try {
      const { bookingIds } = await bookings(one, 5)
      await one.query('begin')
      const first = await claim(one, 2)
      // Now, before the first has committed.
      await two.query(`set lock_timeout = '5s'`)
      const second = await claim(two, 10)
      await one.query('commit')
      expect([first.length, second.length]).toEqual([2, 3])
      expect([...first, ...second].map((n) => n.booking_id).sort()).toEqual([...bookingIds].sort())
    } finally {
      await one.close()
      await two.close()
    }
  })

  it('share the clinics: while one has claimed all due messages of a clinic, the other claims those of the next clinic', async () => {
    const [one, two] = [await connect(database.url), await connect(database.url)]
    try {
      const [first, second] = [await bookings(one, 2), await bookings(one, 2)]
      await one.query('begin')
      const taken = await claim(one)
      // Trying a clinic whose messages the other has claimed would wait or loop forever.
      await two.query(`set lock_timeout = '5s'; set statement_timeout = '60s'`)
      const others = await claim(two)
      await one.query('commit')
      expect(taken.map((n) => n.booking_id).sort()).toEqual([...first.bookingIds].sort())
      expect(others.map((n) => n.booking_id).sort()).toEqual([...second.bookingIds].sort())
    } finally {
      await one.close()
      await two.close()
    }
  })
})
