import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { book, cancel, checkIn, complete, hold, withdraw } from '../../../helpers/clinic/operations.ts'
import { aClinic, aCustomer, aDoctor, anAccount, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../../helpers/database/cluster.ts'
import { type Connection, connect, untilWaiting } from '../../../helpers/database/connection.ts'
import { expectRefusal } from '../../../helpers/database/database.ts'
import { sealAll } from '../../../helpers/database/sealed.ts'

/** A word that all of Zelda's data contains: names, addresses, notes, reasons, keys. */
const mark = 'Zelda'
const phone = '+49 30 5550199'

let database: ClonedDatabase
let db: Connection
let other: Connection
beforeEach(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
  other = await connect(database.url)
})
afterEach(async () => {
  for (const connection of [db, other]) await connection?.close()
  await database?.drop()
})

const erase = (customerId: string) =>
  db.one('select id, full_name, is_active from app_public.erase_customer($1)', [customerId])

/** Erases a customer while `other` writes about them: the erasure has to wait for that transaction. */
async function eraseWhileOtherWrites(customerId: string): Promise<void> {
  const erasing = erase(customerId)
  const observer = await connect(database.url)
  await untilWaiting(observer, db, erasing)
  await other.query('commit')
  await erasing
  await observer.close()
}

/** Where a text is stored: every column of every table of the database, with the rows. */
async function foundIn(text: string): Promise<string[]> {
  const tables = await db.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where c.relkind in ('r', 'p', 'm') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast')`,
  )
  expect(tables.length).toBeGreaterThan(40)
  const found: string[] = []
  for (const { name } of tables) {
    // A row as text contains all of its columns, whatever their types.
    const rows = await db.query(
      `select row::text as row from ${name} row where strpos(lower(row::text), lower($1)) > 0`,
      [text],
    )
    for (const { row } of rows) found.push(`${name}: ${row}`)
  }
  return found
}

/** Zelda, who left her name wherever a person can. */
async function aKnownPerson() {
  const practice = await aPractice(db)
  const { clinicId, doctorId, receptionist } = practice
  await db.query(
    `select app_public.register_customer('zelda@test.example', 'a fine long password', 'Zelda Marker', $1)`,
    [phone],
  )
  await db.query(`update app_private.accounts set email_verified_at = now() where email = 'zelda@test.example'`)
  const { customerId, accountId, sid } = await db.one(
    `select c.id as "customerId", c.account_id as "accountId", s.id as sid
     from app_public.customers c join app_private.sessions s on s.account_id = c.account_id where c.full_name = 'Zelda Marker'`,
  )
  const claims = { sub: accountId, sid }
  await db.query(`insert into app_private.external_identities values ('https://id.example', 'zelda-7', $1)`, [
    accountId,
  ])
  await db.query(`select app_public.sign_in('zelda@test.example', 'wrong')`)
  const slots: string[] = []
  for (const hours of [0, 60, 61, 62, 63, 64, 200]) slots.push(await aSlot(db, clinicId, doctorId, hours))
  const [today, second, third, fourth, fifth, sixth, seventh] = slots as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const asZelda = <Result>(work: () => Promise<Result>) => db.request(claims, work)
  const asDesk = <Result>(work: () => Promise<Result>) => db.request(receptionist.claims, work)

  // A past visit, one that she cancelled, one that the clinic withdrew, a future one, and a hold.
  const visit = await book(db, clinicId, today, { customerId, note: 'Zelda limps' })
  await asDesk(() => checkIn(db, clinicId, visit.id))
  await asDesk(() => complete(db, clinicId, visit.id))
  const cancelled = await asZelda(() => book(db, clinicId, second, { note: 'Zelda again', key: 'zelda-1' }))
  await asZelda(() => cancel(db, clinicId, cancelled.id, 'Zelda has the flu', 'zelda-2'))
  await asDesk(() => book(db, clinicId, third, { customerId, note: 'Zelda rang', key: 'desk-1' }))
  await asDesk(() => withdraw(db, clinicId, third, { cascade: true, reason: 'Zelda smells', key: 'desk-2' }))
  await asDesk(() => book(db, clinicId, seventh, { customerId, note: 'Zelda on another day' }))
  await asDesk(() =>
    db.query(
      `select app_public.withdraw_day($1, $2, (select slot_date from app_public.booking_slots where id = $3), true, 'Zelda, too', 'desk-3')`,
      [clinicId, doctorId, seventh],
    ),
  )
  await asDesk(() =>
    db.query(
      `select app_public.add_clinic_customer($1, 'Zelda Marker', 'zelda@test.example', idempotency_key => 'desk-4')`,
      [clinicId],
    ),
  )
  await asZelda(() => book(db, clinicId, fourth, { note: 'Zelda, the fourth' }))
  await asZelda(() => hold(db, clinicId, fifth))
  // The clinic's own record, with a name of its own, and responses that the API stores.
  await db.query(
    `update app_public.clinic_customers set full_name = 'Old Zelda', email = 'old.zelda@test.example', notes = 'ask Zelda for her card' where customer_id = $1`,
    [customerId],
  )
  for (const [account, body] of [
    [accountId, { note: 'Zelda' }],
    [(await anAccount(db)).accountId, { customerId, note: 'says Zelda' }],
    [(await anAccount(db)).accountId, { id: customerId, fullName: 'Old Zelda' }],
  ])
    await db.query(
      `insert into app_private.stored_responses (account_id, key, fingerprint, status, body, rights) values ($1, 'k', 'f', 200, $2, '{}')`,
      [account, JSON.stringify(body)],
    )
  await db.query(
    `insert into app_private.invitations (clinic_id, email, full_name, role) values ($1, 'zelda@test.example', 'Zelda', 'doctor')`,
    [clinicId],
  )
  // Messages that were sent, and some that were not.
  const claimed = await db.query('select * from app_private.claim_notifications(100)')
  expect(claimed.length).toBeGreaterThan(2)
  await db.query(
    `select app_private.deliver_to_database(n.clinic_id, n.id, m.recipient, m.subject, m.body, calendar => m.calendar::text)
     from app_public.notifications n, app_private.messages_of(n.clinic_id, array[n.id]) m where n.state = 'pending' and n.attempts > 0`,
  )
  const [failing] = claimed
  await db.query('select app_private.record_deliveries($1)', [
    JSON.stringify([{ ...failing, error: '550 no such user old.zelda@test.example', code: '550' }]),
  ])

  // Data of hers at another clinic, and a person who has nothing to do with it.
  const elsewhere = await aPractice(db)
  const archived = await db.request(claims, () =>
    book(db, elsewhere.clinicId, elsewhere.slotId, { note: 'Zelda was here' }),
  )
  await db.request(elsewhere.receptionist.claims, () => cancel(db, elsewhere.clinicId, archived.id, 'Zelda left'))
  const stranger = await aCustomer(db, 'Bob Stranger')
  await db.request(stranger.claims, () => book(db, clinicId, sixth, { note: 'first visit', key: 'bob-1' }))
  return { ...practice, customerId, accountId, claims, slots: { fourth, fifth }, stranger, elsewhere }
}

/** What a clinic counts: bookings and events, by day, doctor, state and actor. */
const statistics = () =>
  db.query(
    `select 'booking' as of, clinic_id, doctor_id, slot_date::text as day, status::text, cancelled_by::text as by, count(*) from app_public.bookings group by 1, 2, 3, 4, 5, 6
     union all
     select 'archived', clinic_id, doctor_id, slot_date::text, status::text, cancelled_by::text, count(*) from app_public.archived_bookings group by 1, 2, 3, 4, 5, 6
     union all
     select 'event', clinic_id, booking_slot_id, entity, to_state, actor, count(*) from app_public.events group by 1, 2, 3, 4, 5, 6
     order by 1, 2, 3, 4, 5, 6`,
  )

describe('erase_customer', () => {
  it('leaves nothing of a person in any column of any table; counts stay, the chain is valid, other people are unchanged', async () => {
    const { clinicId, customerId, claims, slots, elsewhere } = await aKnownPerson()
    for (const text of [mark, phone]) expect((await foundIn(text)).length).toBeGreaterThan(1)
    const tablesBefore = new Set((await foundIn(mark)).map((row) => row.split(':')[0]))
    expect([...tablesBefore].sort()).toEqual(
      expect.arrayContaining([
        'app_private.accounts',
        'app_private.delivery_attempts',
        'app_private.external_identities',
        'app_private.idempotency_keys',
        'app_private.invitations',
        'app_private.messages',
        'app_private.stored_responses',
        'app_public.bookings',
        'app_public.clinic_customers',
        'app_public.customers',
        'app_public.events',
        'app_public.notifications',
      ]),
    )
    const bobs = await foundIn('first visit')
    // Sealed before, except for the event that cancels the future booking.
    await sealAll(db)
    await db.request(claims, () => cancelAhead(clinicId, slots.fourth))
    const before = await statistics()

    expect(await db.request(claims, () => erase(customerId))).toEqual({
      id: customerId,
      full_name: 'erased',
      is_active: false,
    })
    for (const text of [mark, phone]) expect(await foundIn(text)).toEqual([])
    expect(await foundIn('first visit')).toEqual(bobs)
    expect(bobs.length).toBeGreaterThan(1)
    const freed = {
      of: 'event',
      clinic_id: clinicId,
      doctor_id: slots.fifth,
      day: 'booking_slot',
      status: 'open',
      by: 'customer',
      count: '1',
    }
    expect((await statistics()).filter((row) => JSON.stringify(row) !== JSON.stringify(freed))).toEqual(before)

    await sealAll(db)
    for (const id of [clinicId, elsewhere.clinicId])
      expect(await db.one('select fault, unsealed from app_public.verify_events($1)', [id])).toEqual({
        fault: null,
        unsealed: '0',
      })
  })

  it('cancels future bookings, frees the slots, and ends every session immediately', async () => {
    const { clinicId, customerId, claims, slots, stranger } = await aKnownPerson()
    await db.request(claims, () => erase(customerId))
    for (const slot of [slots.fourth, slots.fifth]) {
      const status = await db.one('select status, customer_id from app_public.booking_slots where id = $1', [slot])
      expect(status).toEqual({ status: 'open', customer_id: null })
    }
    await expectRefusal(
      db.request(claims, () => db.query('select 1')),
      'unauthenticated',
    )
    expect(
      (await db.one(`select (app_public.sign_in('zelda@test.example', 'a fine long password')).refusal`)).refusal,
    ).toBe('wrong_credentials')
    await db.request(stranger.claims, () => book(db, clinicId, slots.fifth))
    // Nobody is notified, and no message is left to be sent.
    expect(
      await db.query(
        `select from app_private.claim_notifications(100) n join app_public.bookings b on b.id = n.booking_id where b.customer_id <> $1`,
        [stranger.customerId],
      ),
    ).toEqual([])
  })

  it('erases archived bookings as well', async () => {
    const { customerId } = await aKnownPerson()
    await db.query(`update app_public.bookings set status = 'completed' where status = 'checked_in'`)
    while (
      (await db.one<{ n: number }>(`select app_private.archive_past_slots(500, now() + interval '1 year') as n`)).n > 0
    );
    expect(
      (await foundIn(mark)).filter((row) => row.startsWith('app_public.archived_bookings')).length,
    ).toBeGreaterThan(2)
    await sealAll(db)
    const before = await statistics()
    await erase(customerId)
    expect(await foundIn(mark)).toEqual([])
    expect(await statistics()).toEqual(before)
  })

  it('changes nothing when repeated', async () => {
    const { customerId } = await aKnownPerson()
    await erase(customerId)
    const contents = () => db.query('select * from app_public.events order by id')
    const [before, erasure] = [await contents(), await db.query('select * from app_private.erasures')]
    expect(await erase(customerId)).toMatchObject({ id: customerId, is_active: false })
    expect(await contents()).toEqual(before)
    expect(await db.query('select * from app_private.erasures')).toEqual(erasure)
    expect(await foundIn(mark)).toEqual([])
  })

  it('is permanent: a form that was open during the erasure cannot write the name again', async () => {
    const { clinicId, customerId, receptionist } = await aKnownPerson()
    await erase(customerId)
    for (const change of [`full_name = 'Zelda'`, `notes = 'Zelda'`, `email = 'zelda@test.example'`])
      await expectRefusal(
        db.request(receptionist.claims, () =>
          db.query(`update app_public.clinic_customers set ${change} where clinic_id = $1 and customer_id = $2`, [
            clinicId,
            customerId,
          ]),
        ),
        'customer_not_found',
      )
    const admin = await anAccount(db, { isAdmin: true })
    await expectRefusal(
      db.request(admin.claims, () =>
        db.query(`update app_public.customers set is_active = true where id = $1`, [customerId]),
      ),
      'customer_not_found',
    )
    // A person who registers again with the old address is a new customer.
    const { again } = await db.request(receptionist.claims, () =>
      db.one(`select (app_public.add_clinic_customer($1, 'Zelda', 'zelda@test.example')).customer_id as again`, [
        clinicId,
      ]),
    )
    expect(again).not.toBe(customerId)
    await db.query(`select app_public.register_customer('zelda@test.example', 'another long password', 'Zelda')`)
  })

  it('waits for the desk that is recording the person, and then erases that record as well', async () => {
    const { customerId } = await aKnownPerson()
    const clinicId = await aClinic(db)
    await other.query('begin')
    await other.query(
      `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Zelda, new here')`,
      [clinicId, customerId],
    )
    await eraseWhileOtherWrites(customerId)
    expect(await foundIn(mark)).toEqual([])
  })

  it('waits for a message that is being delivered, and then removes it as well', async () => {
    const { clinicId, customerId } = await aKnownPerson()
    const { id } = await db.one(
      `select max(n.id) as id from app_public.notifications n where n.clinic_id = $1 and n.customer_id = $2 and n.channel = 'email'`,
      [clinicId, customerId],
    )
    const deliver = (connection: Connection) =>
      connection.query(`select app_private.deliver_to_database($1, $2, 'zelda@test.example', 'Zelda', 'Zelda')`, [
        clinicId,
        id,
      ])
    await other.query('begin')
    await deliver(other)
    await eraseWhileOtherWrites(customerId)
    await deliver(db)
    expect(await foundIn(mark)).toEqual([])
  })

  it('keeps the account of an employee, and their work', async () => {
    const { clinicId, customerId, accountId, claims } = await aKnownPerson()
    await db.query(
      `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'manager', 'Z. M.')`,
      [clinicId, accountId],
    )
    await db.request(claims, () => erase(customerId))
    await db.request(claims, () => db.query('select 1'))
    expect((await foundIn(mark)).map((row) => row.split(':')[0]).sort()).toEqual([
      'app_private.account_messages',
      'app_private.accounts',
      'app_private.external_identities',
      'app_private.invitations',
    ])
    expect(await db.one('select full_name from app_public.customers where id = $1', [customerId])).toEqual({
      full_name: 'erased',
    })
  })

  it('removes nothing of another person with the same name and contacts', async () => {
    const { customerId, stranger } = await aKnownPerson()
    const before = (await foundIn(mark)).length
    // With Zelda's address, name and phone number.
    const { email } = await db.one('select email from app_public.customers where id = $1', [customerId])
    await db.query(`select app_public.register_customer($1, 'another long password', 'booking')`, [email])
    const { id } = await db.one('select max(id) as id from app_public.customers')
    expect(id).not.toBe(customerId)
    await db.query('update app_public.customers set phone = $2 where id = $1', [id, phone])
    await erase(id)
    expect((await foundIn(mark)).length).toBe(before)
    expect(
      await db.query(`select from app_private.idempotency_keys where account_id = $1`, [stranger.accountId]),
    ).toHaveLength(1)
  })

  it('is for customers themselves and administrators; other callers do not learn whether the customer exists', async () => {
    const { customerId, receptionist, manager, stranger } = await aKnownPerson()
    for (const { claims } of [receptionist, manager, stranger])
      await expectRefusal(
        db.request(claims, () => erase(customerId)),
        'customer_not_found',
      )
    await expectRefusal(erase('999999999'), 'customer_not_found')
    const admin = await anAccount(db, { isAdmin: true })
    await db.request(admin.claims, () => erase(customerId))
    expect(await db.one('select customer_id, erased_by_account_id from app_private.erasures')).toEqual({
      customer_id: customerId,
      erased_by_account_id: admin.accountId,
    })
  })
})

describe('the chain', () => {
  it('accepts an erased reason only together with its person', async () => {
    const { clinicId, customerId, stranger } = await aKnownPerson()
    const slot = await aSlot(db, clinicId, await aDoctor(db, clinicId), 90)
    const { id } = await db.request(stranger.claims, () => book(db, clinicId, slot))
    await db.request(stranger.claims, () => cancel(db, clinicId, id, 'none of yours'))
    await erase(customerId)
    await sealAll(db)
    await db.query(
      'alter table app_public.events disable trigger user; alter table app_private.event_seals disable trigger user',
    )
    await db.query(
      `with e as (update app_public.events set reason = null where clinic_id = $1 and reason = 'none of yours' and entity = 'booking' returning id)
       update app_private.event_seals s set reason_salt = null from e where s.event_id = e.id`,
      [clinicId],
    )
    expect(await db.one('select fault from app_public.verify_events($1)', [clinicId])).toEqual({ fault: 'changed' })
  })

  it('keeps no salt of a reason that is sealed while it is erased', async () => {
    const { clinicId, customerId } = await aKnownPerson()
    await other.query('begin')
    await other.query('select app_private.seal_events()')
    await eraseWhileOtherWrites(customerId)
    await sealAll(db)
    expect(
      await db.query('select from app_private.event_seals s where reason_salt is not null and clinic_id = $1', [
        clinicId,
      ]),
    ).toEqual([])
    expect(await db.one('select fault from app_public.verify_events($1)', [clinicId])).toEqual({ fault: null })
  })
})

async function cancelAhead(clinicId: string, slotId: string): Promise<void> {
  const { id } = await db.one('select id from app_public.bookings where clinic_id = $1 and booking_slot_id = $2', [
    clinicId,
    slotId,
  ])
  await cancel(db, clinicId, id)
}
