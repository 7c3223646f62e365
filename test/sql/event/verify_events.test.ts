import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { book, cancel, hold } from '../../helpers/clinic/operations.ts'
import { aCustomer, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase, superuserUrlOf } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { expectRefusal } from '../../helpers/database/database.ts'
import { sealAll } from '../../helpers/database/sealed.ts'

// The chain of a clinic's events: every change of it is detected, with its position.

let database: ClonedDatabase
let db: Connection
/** Somebody with a superuser's rights, whom no trigger stops. */
let intruder: Connection
let other: Connection

let practice: Awaited<ReturnType<typeof aPractice>>
let clinicId: string

beforeEach(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
  other = await connect(database.url)
  intruder = await connect(superuserUrlOf(database.name))
  await intruder.query('set session_replication_role = replica')

  practice = await aPractice(db)
  clinicId = practice.clinicId
  await aSlot(db, clinicId, practice.doctorId, 60)
  const { id } = await db.request(practice.customer.claims, () => book(db, clinicId, practice.slotId))
  await db.request(practice.customer.claims, () => cancel(db, clinicId, id, 'flu'))
  await sealAll(db)
})
afterEach(async () => {
  for (const connection of [db, intruder, other]) await connection?.close()
  await database?.drop()
})

interface Verification {
  position: string
  hash: string | null
  unsealed: string
  fault: string | null
  fault_position: string | null
  fault_event_id: string | null
}
const verify = (since = '0', hash: string | null = null) =>
  db.one<Verification & Record<string, unknown>>('select * from app_public.verify_events($1, $2, $3)', [
    clinicId,
    since,
    hash,
  ])
const faultOf = async (since?: string, hash: string | null = null) => {
  const { fault, fault_position, fault_event_id } = await verify(since, hash)
  return fault && [fault, Number(fault_position), fault_event_id]
}
/** The ids of the clinic's sealed events, in the order of the chain. */
const chain = async () =>
  (
    await db.query<{ event_id: string }>(
      'select event_id from app_private.event_seals where clinic_id = $1 order by position',
      [clinicId],
    )
  ).map(({ event_id }) => event_id)

describe('sealing', () => {
  it('gives each event its position, and leaves no event unsealed', async () => {
    const events = await db.query('select id from app_public.events where clinic_id = $1 order by id', [clinicId])
    expect(await chain()).toEqual(events.map(({ id }) => id))
    expect(await verify()).toMatchObject({ position: String(events.length), unsealed: '0', fault: null })
    expect((await db.one('select app_private.seal_events() as seen')).seen).toBe(0)
  })

  it('makes hashes that can be computed from the rows alone', async () => {
    const rows = await db.query(
      `select e.*, e.transaction_id::text, extract(epoch from e.occurred_at)::text as occurred, extract(epoch from e.recorded_at)::text as recorded,
              encode(s.reason_salt, 'hex') as salt, encode(s.hash, 'hex') as hash
       from app_public.events e join app_private.event_seals s on s.clinic_id = e.clinic_id and s.event_id = e.id
       where e.clinic_id = $1 order by s.position`,
      [clinicId],
    )
    const sha256 = (...parts: (Buffer | string)[]) =>
      createHash('sha256').update(Buffer.concat(parts.map((each) => Buffer.from(each as string))))
    const text = (value: unknown) => (value === null ? 'null' : JSON.stringify(value))
    let previous = Buffer.alloc(0)
    for (const e of rows) {
      const digest = e.reason === null ? null : sha256(Buffer.from(e.salt, 'hex'), e.reason).digest('hex')
      const canonical = [
        e.clinic_id,
        e.id,
        text(e.transaction_id),
        e.occurred,
        e.recorded,
        text(e.entity),
        e.booking_slot_id,
        e.booking_id ?? 'null',
        e.customer_id ?? 'null',
        text(e.from_state),
        text(e.to_state),
        text(digest),
        text(e.actor),
        e.actor_account_id ?? 'null',
        e.head_slot_id ?? 'null',
      ]
      previous = sha256(previous, `[${canonical.join(', ')}]`).digest()
      expect(e.hash).toBe(previous.toString('hex'))
    }
    expect(rows.filter(({ salt }) => salt).length).toBe(2)
    expect((await verify()).hash).toBe(previous.toString('hex'))
  })

  it('keeps each clinic its own chain, in batches of any size', async () => {
    const elsewhere = await aPractice(db)
    for (const hours of [70, 71, 72]) {
      await aSlot(db, clinicId, practice.doctorId, hours)
      await aSlot(db, elsewhere.clinicId, elsewhere.doctorId, hours)
    }
    const before = Number((await verify()).position)
    while ((await db.one<{ seen: number }>('select app_private.seal_events(2) as seen')).seen > 0);
    await sealAll(db)
    expect(await verify()).toMatchObject({ position: String(before + 3), fault: null })
    clinicId = elsewhere.clinicId
    expect(await verify()).toMatchObject({ position: '4', fault: null })
  })

  it('waits for a transaction that began early and commits late, and adds nothing before sealed events', async () => {
    const late = await aSlot(db, clinicId, practice.doctorId, 73)
    const later = await aSlot(db, clinicId, practice.doctorId, 74)
    const somebody = await aCustomer(db)
    await sealAll(db)
    const sealed = await chain()
    await other.query('begin')
    await hold(other, clinicId, late, { customerId: practice.customer.customerId })
    await db.request(somebody.claims, () => hold(db, clinicId, later))
    await db.query('select app_private.seal_events()')
    expect(await chain()).toEqual(sealed)
    expect(await verify()).toMatchObject({ unsealed: '1', fault: null })
    await other.query('commit')
    await sealAll(db)
    expect((await chain()).slice(0, sealed.length)).toEqual(sealed)
    expect(await verify()).toMatchObject({ position: String(sealed.length + 2), unsealed: '0', fault: null })
  })

  it('is done by one session at a time; neither a second one nor a booking waits', async () => {
    const slot = await aSlot(db, clinicId, practice.doctorId, 75)
    await other.query('begin')
    await other.query('select app_private.seal_events()')
    await db.query(`set lock_timeout = '5s'`)
    expect((await db.one('select app_private.seal_events() as seen')).seen).toBe(0)
    await db.request(practice.customer.claims, () => book(db, clinicId, slot))
    await other.query('rollback')
    await sealAll(db)
    expect(await faultOf()).toBeNull()
  })

  it('continues after a restore into a cluster with lower transaction ids', async () => {
    // As if the last two events had been written in the old cluster, where transaction ids were higher, and only the
    // first of the two had been sealed.
    await aSlot(db, clinicId, practice.doctorId, 76)
    await aSlot(db, clinicId, practice.doctorId, 77)
    await intruder.query(
      `update app_public.events set transaction_id = (9000000000000000000 + id)::text::xid8
       where clinic_id = $1 and id in (select id from app_public.events where clinic_id = $1 order by id desc limit 2)`,
      [clinicId],
    )
    await intruder.query(`update app_private.event_sealing set transaction_id = '9000000000000000000', event_id = 0`)
    await sealAll(db)
    // New events have low transaction ids.
    await aSlot(db, clinicId, practice.doctorId, 78)
    await sealAll(db)
    const events = await db.query('select id from app_public.events where clinic_id = $1 order by id', [clinicId])
    expect(await chain()).toEqual(events.map(({ id }) => id))
    expect(await faultOf()).toBeNull()
  })
})

describe('verify_events finds', () => {
  /** Every column of events, and another value for each. */
  const changes: Record<string, string> = {
    clinic_id: 'clinic_id + 1000000',
    id: 'id + 1000000',
    occurred_at: `occurred_at + interval '1 microsecond'`,
    entity: `'booking_slot '`,
    booking_slot_id: 'booking_slot_id + 1',
    booking_id: 'coalesce(booking_id, 0) + 1',
    customer_id: 'coalesce(customer_id, 0) + 1',
    from_state: `coalesce(from_state || ' ', '')`,
    to_state: `'withdrawn'`,
    reason: `coalesce(reason || ' ', '')`,
    actor: `'admin'`,
    actor_account_id: 'coalesce(actor_account_id, 0) + 1',
    transaction_id: `'1'`,
    recorded_at: `recorded_at - interval '1 microsecond'`,
    head_slot_id: 'coalesce(head_slot_id, 0) + 1',
  }

  it('an event of which any column was changed', async () => {
    const columns = await db.query(
      `select attname from pg_attribute where attrelid = 'app_public.events'::regclass and attnum > 0 and not attisdropped`,
    )
    expect(columns.map(({ attname }) => attname).sort()).toEqual(Object.keys(changes).sort())
    const ids = await chain()
    const at = 3
    await intruder.query(
      'alter table app_public.events drop constraint events_are_of_slots_and_bookings, alter column id drop identity',
    )
    for (const [column, value] of Object.entries(changes)) {
      await intruder.query('begin')
      await intruder.query(`update app_public.events set ${column} = ${value} where id = $1`, [ids[at - 1]])
      const fault = await intruder.one('select fault, fault_position::int as at from app_public.verify_events($1)', [
        clinicId,
      ])
      await intruder.query('rollback')
      const isGone = column === 'clinic_id' || column === 'id'
      expect({ column, ...fault }).toEqual({ column, fault: isGone ? 'missing' : 'changed', at })
    }
    expect(await faultOf()).toBeNull()
  })

  it('a reason that was removed or added', async () => {
    const ids = await chain()
    const { id } = await db.one(
      `select min(id) as id from app_public.events where clinic_id = $1 and reason is not null`,
      [clinicId],
    )
    const at = ids.indexOf(id) + 1
    await intruder.query('update app_public.events set reason = null where id = $1', [id])
    expect(await faultOf()).toEqual(['changed', at, id])
    await intruder.query(`update app_public.events set reason = 'flu' where id = $1`, [id])
    expect(await faultOf()).toBeNull()
  })

  it('the first of several changes', async () => {
    const ids = await chain()
    await intruder.query(`update app_public.events set actor = 'admin' where id = any ($1)`, [[ids[4], ids[1], ids[2]]])
    expect(await faultOf()).toEqual(['changed', 2, ids[1]])
  })

  it('an event that was deleted', async () => {
    const ids = await chain()
    await intruder.query('delete from app_public.events where id = $1', [ids[2]])
    expect(await faultOf()).toEqual(['missing', 3, ids[2]])
  })

  it('an event and its seal that were deleted, in the middle or at the end', async () => {
    const ids = await chain()
    for (const place of [3, ids.length]) {
      await intruder.query('begin')
      await intruder.query('delete from app_public.events where id = $1', [ids[place - 1]])
      await intruder.query('delete from app_private.event_seals where event_id = $1', [ids[place - 1]])
      const fault = await intruder.one('select fault, fault_position::int as at from app_public.verify_events($1)', [
        clinicId,
      ])
      await intruder.query('rollback')
      expect(fault).toEqual({ fault: 'seal_missing', at: place })
    }
  })

  it('an event that was inserted, with any transaction id', async () => {
    const ids = await chain()
    for (const [number, at] of [
      ['(select transaction_id from app_public.events where id = $2)', 3],
      [`'9000000000000000000'`, ids.length + 1],
    ] as const) {
      await intruder.query('begin')
      const { id } = await intruder.one(
        `insert into app_public.events (clinic_id, id, entity, booking_slot_id, to_state, actor, transaction_id) overriding system value
         select $1, case when ${at} = 3 then -$2::bigint else 9000000 end, 'booking_slot', booking_slot_id, 'open', 'system', ${number}
         from app_public.events where id = $2 returning id`,
        [clinicId, ids[2]],
      )
      await intruder.query('commit')
      expect(await faultOf()).toEqual(['inserted', at, id])
      await intruder.query('delete from app_public.events where id = $1', [id])
    }
    expect(await faultOf()).toBeNull()
  })

  it('events in another order', async () => {
    const ids = await chain()
    await intruder.query(
      `update app_private.event_seals s set event_id = -event_id where clinic_id = $1 and position in (2, 3)`,
      [clinicId],
    )
    await intruder.query(
      `update app_private.event_seals s set event_id = case position when 2 then $2::bigint else $3 end where clinic_id = $1 and position in (2, 3)`,
      [clinicId, ids[2], ids[1]],
    )
    expect(await faultOf()).toEqual(['changed', 2, ids[2]])
  })

  it('a seal forged to match its event: the next seal does not match it', async () => {
    const ids = await chain()
    await intruder.query(`update app_public.events set actor = 'admin' where id = $1`, [ids[2]])
    await intruder.query(
      `update app_private.event_seals s
       set hash = app_private.hash_event((select hash from app_private.event_seals where clinic_id = $1 and position = 2), e, s.reason_digest)
       from app_public.events e where e.id = s.event_id and s.clinic_id = $1 and s.position = 3`,
      [clinicId],
    )
    expect(await faultOf()).toEqual(['changed', 4, ids[3]])
  })

  it('a chain that was rewritten as a whole and does not lead to its head, or to a head stored elsewhere', async () => {
    const { position, hash } = await verify()
    expect(await faultOf(position, hash)).toBeNull()
    const ids = await chain()
    // Everything is sealed anew, with one event changed.
    await intruder.query(`update app_public.events set actor = 'admin' where id = $1`, [ids[2]])
    await intruder.query('delete from app_private.event_seals where clinic_id = $1', [clinicId])
    await intruder.query(`update app_private.event_sealing set transaction_id = '0', event_id = 0`)
    const { position: head, hash: headHash } = await intruder.one(
      'delete from app_private.event_heads where clinic_id = $1 returning position, hash',
      [clinicId],
    )
    await sealAll(db)
    expect(await faultOf()).toBeNull()
    expect(await faultOf(position, hash)).toEqual(['rewritten', Number(position), null])
    await intruder.query('update app_private.event_heads set position = $2, hash = $3 where clinic_id = $1', [
      clinicId,
      head,
      headHash,
    ])
    expect(await faultOf()).toEqual(['rewritten', Number(head), null])
  })

  it('no change before the position from which it starts', async () => {
    const ids = await chain()
    const { hash } = await db.one(
      `select encode(hash, 'hex') as hash from app_private.event_seals where clinic_id = $1 and position = 3`,
      [clinicId],
    )
    await intruder.query(`update app_public.events set actor = 'admin' where id = $1`, [ids[1]])
    expect(await faultOf('3', hash)).toBeNull()
    expect(await faultOf('1')).toEqual(['changed', 2, ids[1]])
    await intruder.query(`update app_public.events set actor = 'admin' where id = $1`, [ids[3]])
    expect(await faultOf('3', hash)).toEqual(['changed', 4, ids[3]])
    await expectRefusal(verify('-1'), 'invalid_argument')
  })
})

describe('the head', () => {
  it('is queued for managers who store it elsewhere', async () => {
    const { position, hash } = await verify()
    const head = await db.request(practice.manager.claims, () =>
      db.one('select * from app_public.event_head($1)', [clinicId]),
    )
    expect(head).toMatchObject({ clinic_id: clinicId, position, hash })
  })
})

describe('seals and heads', () => {
  it.each(['event_seals', 'event_heads'])(
    '%s are never changed, deleted or emptied, not even by the owner',
    async (table) => {
      const change = table === 'event_seals' ? 'event_id = 0' : 'position = position - 1'
      await expectRefusal(db.query(`update app_private.${table} set ${change}`), 'immutable_column')
      await expectRefusal(db.query(`delete from app_private.${table}`), 'immutable_column')
      await expectRefusal(db.query(`truncate app_private.${table}`), 'immutable_column')
    },
  )

  it('and events cannot be changed by any role of a request', async () => {
    const reached = await db.query(
      `select r.rolname, t.name, p.privilege
       from pg_roles r
       cross join unnest('{app_public.events,app_private.event_seals,app_private.event_heads,app_private.event_sealing}'::text[]) t (name)
       cross join unnest('{insert,update,delete,truncate,trigger,references}'::text[]) p (privilege)
       where r.rolname ~ '^app_' and (has_table_privilege(r.rolname, t.name, p.privilege)
         or p.privilege in ('insert', 'update', 'references') and has_any_column_privilege(r.rolname, t.name, p.privilege))`,
    )
    expect(reached).toEqual([])
  })
})

describe('a head that was stored elsewhere', () => {
  const stored = async () =>
    (
      await db.one<{ head: string }>('select head from app_private.event_heads_to_store() where clinic_id = $1', [
        clinicId,
      ])
    ).head
  const compare = (head: string) =>
    db.one<Verification>('select * from app_public.verify_events($1, head => $2)', [clinicId, head])

  it('is found in the chain, even if the chain has grown since', async () => {
    const head = await stored()
    expect(await compare(head)).toMatchObject({ fault: null })
    await db.request(practice.customer.claims, () => book(db, clinicId, practice.slotId))
    await sealAll(db)
    expect(await stored()).not.toBe(head)
    expect(await compare(head)).toMatchObject({ fault: null })
  })

  it('shows that all events were sealed again, which the chain alone does not', async () => {
    const head = await stored()
    const [first] = await chain()
    await intruder.query(`update app_public.events set occurred_at = occurred_at - interval '1 day' where id = $1`, [
      first,
    ])
    await intruder.query('delete from app_private.event_seals where clinic_id = $1', [clinicId])
    await intruder.query('delete from app_private.event_heads where clinic_id = $1', [clinicId])
    await intruder.query(`update app_private.event_sealing set transaction_id = '0', event_id = 0`)
    await sealAll(db)
    expect(await verify()).toMatchObject({ fault: null })
    const [position] = head.split(':')
    expect(await compare(head)).toMatchObject({ fault: 'rewritten', fault_position: position })
    // A chain that is shorter than the head does not contain it, either.
    expect(await compare(`999${head}`)).toMatchObject({ fault: 'rewritten' })
  })

  it('does not prevent the verification of events before it', async () => {
    const [first] = await chain()
    const head = await stored()
    await intruder.query(`update app_public.events set occurred_at = occurred_at - interval '1 day' where id = $1`, [
      first,
    ])
    expect(await compare(head)).toMatchObject({ fault: 'changed', fault_position: '1' })
  })

  it.each(['', 'x', '12', '12:abc', `-1:${'a'.repeat(64)}`, `1:${'g'.repeat(64)}`])(
    'is refused as %j',
    async (head) => {
      await expectRefusal(compare(head), 'invalid_argument')
    },
  )
})
