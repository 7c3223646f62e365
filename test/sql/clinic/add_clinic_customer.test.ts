import { describe, expect, it } from '@jest/globals'
import { book, hold } from '../../helpers/clinic/operations.ts'
import { aClinic, aCustomer, anAccount, anEmployee, aPractice, aSlot, unique } from '../../helpers/clinic/world.ts'
import { type Claims, type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { claimsOf, register, registerAndConfirm } from '../identity/sessions.ts'

const add = (
  db: Db,
  clinicId: string | null,
  name: string | null,
  email: string | null = null,
  phone: string | null = null,
) => db.one('select * from app_public.add_clinic_customer($1, $2, $3, $4)', [clinicId, name, email, phone])

async function aDesk(db: Db) {
  const clinicId = await aClinic(db)
  const { claims } = await anEmployee(db, clinicId, 'receptionist')
  return { clinicId, claims }
}

const aRegistered = async (db: Db) => {
  const customer = await aCustomer(db, 'Ann As Registered')
  const { email } = await db.one(`update app_public.customers set phone = '030 1' where id = $1 returning email`, [
    customer.customerId,
  ])
  return { ...customer, email: email as string }
}

describe('add_clinic_customer', () => {
  it("adds a walk-in patient to the clinic's records, without an account", () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      const record = await db.as(claims, () => add(db, clinicId, ' Walter Walk-In ', ' ', ' 030 2 '))
      expect(record).toMatchObject({
        clinic_id: clinicId,
        full_name: 'Walter Walk-In',
        email: null,
        phone: '030 2',
        notes: null,
      })
      expect(
        await db.one('select account_id, full_name from app_public.customers where id = $1', [record.customer_id]),
      ).toEqual({
        account_id: null,
        full_name: 'Walter Walk-In',
      })
    }))

  it("makes a record of the clinic's own, with what the desk typed, when a person with this name and address has an account", () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      const ann = await aRegistered(db)
      await db.as(claims)
      const record = await add(db, clinicId, ' ann  AS registered', ann.email.toUpperCase())
      expect(record.customer_id).not.toBe(ann.customerId)
      expect(record).toEqual({
        clinic_id: clinicId,
        customer_id: expect.any(String),
        full_name: 'ann  AS registered',
        email: ann.email,
        phone: null,
        phone_e164: null,
        phone_takes_sms: false,
        notes: null,
        preferred_language: null,
        preferred_channel: null,
        wants_reminders: true,
        row_version: 1,
        created_at: expect.any(Date),
        copied_from_profile: [],
        search_key: expect.stringContaining(' registered '),
      })
      expect(await db.query('select from app_public.customers')).toEqual([])
    }))

  it('treats a child with the address of a registered parent as another person, whose name the parent never sees', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, receptionist } = await aPractice(db)
      const next = await aSlot(db, clinicId, doctorId, 60)
      const ann = await aRegistered(db)
      const child = await db.as(receptionist.claims, async () => {
        const record = await add(db, clinicId, 'Tim, Her Son', ann.email)
        await book(db, clinicId, slotId, { customerId: record.customer_id })
        return record
      })
      expect(child).toMatchObject({ full_name: 'Tim, Her Son', email: ann.email })
      expect(child.customer_id).not.toBe(ann.customerId)
      const { id } = await db.as(ann.claims, () => book(db, clinicId, next))
      expect(
        await db.query(
          'select customer_id, full_name from app_public.clinic_customers where clinic_id = $1 order by full_name',
          [clinicId],
        ),
      ).toEqual([
        { customer_id: ann.customerId, full_name: 'Ann As Registered' },
        { customer_id: child.customer_id, full_name: 'Tim, Her Son' },
      ])
      const { body } = await db.one(
        `select m.body from app_public.notifications n cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m
         where n.booking_id = $1 and n.kind = 'booking_confirmed'`,
        [id],
      )
      expect(body).toContain('Ann As Registered')
      expect(body).not.toContain('Tim')
      // The parent, who has a record now, is found there; a second child is a third person.
      await db.as(receptionist.claims)
      expect(await add(db, clinicId, 'Ann As Registered', ann.email)).toMatchObject({ customer_id: ann.customerId })
      expect([ann.customerId, child.customer_id]).not.toContain(
        (await add(db, clinicId, 'Mia, Her Daughter', ann.email)).customer_id,
      )
    }))

  it("does not change the person's own profile", () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      const ann = await aRegistered(db)
      await db.as(claims, () => add(db, clinicId, 'Somebody Else', ann.email, '030 3'))
      await db.as(ann.claims)
      expect(await db.one('select full_name, phone from app_public.customers')).toEqual({
        full_name: 'Ann As Registered',
        phone: '030 1',
      })
    }))

  it("returns the clinic's existing record of a person, with the new phone number and language", () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      const registered = await aRegistered(db)
      for (const [name, email] of [
        ['Ann As Registered', registered.email],
        ['Walter Walk-In', 'walter@test.example'],
      ] as const) {
        await db.as(claims)
        const first = await add(db, clinicId, name, email, '030 5')
        await db.query(`update app_public.clinic_customers set notes = 'Allergic to latex.' where customer_id = $1`, [
          first.customer_id,
        ])
        expect(await add(db, clinicId, name.toUpperCase(), email)).toMatchObject({
          customer_id: first.customer_id,
          full_name: name,
          phone: '030 5',
          notes: 'Allergic to latex.',
        })
        expect(await add(db, clinicId, name, email, '030 6')).toMatchObject({
          customer_id: first.customer_id,
          phone: '030 6',
        })
      }
    }))

  it('does not change a name: a record that the clinic renamed is not found by its former name', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      const ann = await aRegistered(db)
      await db.as(claims)
      const { customer_id: first } = await add(db, clinicId, 'Ann As Registered', ann.email)
      await db.query(`update app_public.clinic_customers set full_name = 'Ann Married' where customer_id = $1`, [first])
      expect(await add(db, clinicId, 'Ann Married', ann.email)).toMatchObject({ customer_id: first })
      const other = await add(db, clinicId, 'Ann As Registered', ann.email)
      expect(other).toMatchObject({ full_name: 'Ann As Registered' })
      expect(other.customer_id).not.toBe(first)
    }))

  it("keeps each clinic's record separate", () =>
    inTransaction(async (db) => {
      const [here, there] = [await aDesk(db), await aDesk(db)]
      const ann = await aRegistered(db)
      await db.as(here.claims, () => add(db, here.clinicId, 'Ann As Registered', ann.email, '030 4'))
      await db.as(there.claims)
      expect(await add(db, there.clinicId, 'Ann as registered', ann.email)).toMatchObject({
        full_name: 'Ann as registered',
        phone: null,
      })
      expect(await db.query('select full_name from app_public.clinic_customers')).toEqual([
        { full_name: 'Ann as registered' },
      ])
    }))

  it('treats two people with one address who never registered as two', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      const mother = await add(db, clinicId, 'Mother', 'family@test.example')
      const child = await add(db, clinicId, 'Child', 'family@test.example')
      expect(child.customer_id).not.toBe(mother.customer_id)
    }))

  it('refuses an empty name, a malformed address and over-long values', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      for (const name of [null, ' ']) await expectRefusal(add(db, clinicId, name), 'invalid_argument')
      await expectRefusal(add(db, clinicId, 'x'.repeat(201)), 'text_too_long')
      for (const email of ['ann', `${'x'.repeat(250)}@test.example`])
        await expectRefusal(add(db, clinicId, 'Ann', email), 'invalid_email')
    }))

  it("is for the clinic's desk and administrators", () =>
    inTransaction(async (db) => {
      const { clinicId } = await aDesk(db)
      const elsewhere = await aDesk(db)
      for (const claims of [elsewhere.claims, (await anEmployee(db, clinicId, 'doctor')).claims])
        await db.as(claims, () => expectRefusal(add(db, clinicId, 'Ann'), 'forbidden'))
      for (const claims of [{}, (await aCustomer(db)).claims])
        await db.as(claims, () => expectRefusal(add(db, clinicId, 'Ann'), 'insufficient_privilege'))
      for (const { claims } of [await anEmployee(db, clinicId, 'manager'), await anAccount(db, { isAdmin: true })])
        await db.as(claims, () => add(db, clinicId, unique('Ann')))
    }))
})

describe('what the desk books', () => {
  const asked = (db: Db, claims: Claims) =>
    db.as(claims, async () => ({
      bookings: await db.query('select id from app_public.bookings'),
      records: await db.query('select customer_id, full_name from app_public.claimable_records()'),
    }))

  it('does not belong to a stranger who registered the address of the patient first, even with the same name', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist } = await aPractice(db)
      const stranger = await register(db, 'paula@test.example')
      const record = await db.as(receptionist.claims, async () => {
        const added = await add(db, clinicId, 'Ann', 'paula@test.example', '030 7')
        await book(db, clinicId, slotId, { customerId: added.customer_id, note: 'pregnant' })
        return added
      })
      expect(await asked(db, claimsOf(stranger))).toEqual({ bookings: [], records: [] })
      // The patient registers, proves the address, and finds the record.
      await db.asOwner()
      const paula = await registerAndConfirm(db, 'paula@test.example')
      expect((await asked(db, claimsOf(paula))).records).toEqual([
        { customer_id: record.customer_id, full_name: 'Ann' },
      ])
    }))

  it('does not belong to a stranger who booked at the clinic with the name and address of the patient', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, receptionist } = await aPractice(db)
      const stranger = await register(db, 'paula@test.example')
      await db.as(claimsOf(stranger), () => book(db, clinicId, slotId))
      await db.asOwner()
      const [next, after] = [await aSlot(db, clinicId, doctorId, 50), await aSlot(db, clinicId, doctorId, 51)]
      await db.as(receptionist.claims, async () => {
        const { customer_id: strange } = await db.one(
          'select customer_id from app_public.clinic_customers where clinic_id = $1',
          [clinicId],
        )
        await expectRefusal(book(db, clinicId, next, { customerId: strange }), 'customer_not_confirmed')
        await expectRefusal(hold(db, clinicId, next, { customerId: strange }), 'customer_not_confirmed')
        const added = await add(db, clinicId, 'Ann', 'paula@test.example')
        expect(added.customer_id).not.toBe(strange)
        await book(db, clinicId, next, { customerId: added.customer_id })
        // The next time, the desk finds its own record.
        expect(await add(db, clinicId, 'Ann', 'paula@test.example')).toMatchObject({ customer_id: added.customer_id })
        await book(db, clinicId, after, { customerId: added.customer_id })
      })
      expect((await asked(db, claimsOf(stranger))).bookings).toHaveLength(1)
    }))

  it('is booked for a patient who has confirmed the address and is in the records', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, receptionist } = await aPractice(db)
      const ann = await registerAndConfirm(db, 'ann.confirmed@test.example')
      await db.as(claimsOf(ann), () => book(db, clinicId, slotId))
      await db.asOwner()
      const next = await aSlot(db, clinicId, doctorId, 50)
      await db.as(receptionist.claims, async () => {
        const { customer_id: customerId } = await add(db, clinicId, 'Ann', 'ann.confirmed@test.example')
        await book(db, clinicId, next, { customerId })
      })
      expect((await asked(db, claimsOf(ann))).bookings).toHaveLength(2)
    }))

  it('can be booked for a patient who removed the account: adding the patient again makes a new record', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, receptionist } = await aPractice(db)
      const ann = await registerAndConfirm(db, 'ann.left@test.example')
      await db.as(claimsOf(ann), async () => {
        await book(db, clinicId, slotId)
        await db.query('select app_public.remove_customer((select id from app_public.customers), true)')
      })
      await db.asOwner()
      const next = await aSlot(db, clinicId, doctorId, 50)
      await db.as(receptionist.claims, async () => {
        const { customer_id: customerId } = await add(db, clinicId, 'Ann', 'ann.left@test.example')
        await book(db, clinicId, next, { customerId })
      })
    }))
})

describe('adding a person who is probably in the records', () => {
  const known = ['Hans Müller', 'hans@mueller.example', '0151 23456789'] as const
  const expectSimilar = async (adding: Promise<unknown>, ...ids: string[]) => {
    const { detail } = await expectRefusal(adding, 'similar_customer_exists')
    expect(JSON.parse(detail ?? '{}')).toEqual({ customerIds: ids })
  }

  it.each([
    ['the same name and number', 'Hans Müller', null, '0151 23456789'],
    ['the same, spelt and written in another way', 'Mueller, hans', null, '+49 151 / 234 567 89'],
    ['the same name, and no contact to tell them apart by', 'hans muller', null, null],
    ['the same number and a similar name', 'Dr. Hans Müller', null, '0151 23456789'],
    ['the same address and a misspelt name', 'Hans Müler', 'hans@mueller.example', null],
    ['the same name in another spelling at the same address', 'Hans Mueller', 'hans@mueller.example', '030 1'],
  ])('is refused with %s', (_, name, email, phone) =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      const { customer_id: id } = await add(db, clinicId, ...known)
      await expectSimilar(add(db, clinicId, name, email, phone), id)
    }),
  )

  it.each([
    ['the same name and other numbers', 'Hans Müller', null, '0151 99999999'],
    ['the same number and another first name, as in a family', 'Mia Müller', null, '0151 23456789'],
    ['another name', 'Ute Weber', null, null],
    ['another name at the same address', 'Ute Weber', 'hans@mueller.example', null],
  ])('is accepted with %s', (_, name, email, phone) =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      const { customer_id: id } = await add(db, clinicId, ...known)
      expect((await add(db, clinicId, name, email, phone)).customer_id).not.toBe(id)
    }),
  )

  it('is accepted with add_anyway, once per key', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      await db.as(claims)
      const { customer_id: first } = await add(db, clinicId, ...known)
      const anyway = () =>
        db.one(
          `select * from app_public.add_clinic_customer($1, $2, phone => $3, idempotency_key => 'k', add_anyway => true)`,
          [clinicId, known[0], known[2]],
        )
      const { customer_id: second } = await anyway()
      expect(second).not.toBe(first)
      expect((await anyway()).customer_id).toBe(second)
      await expectSimilar(add(db, clinicId, known[0], null, known[2]), first, second)
    }))

  it('reveals nothing of the records of other clinics', () =>
    inTransaction(async (db) => {
      const [here, there] = [await aDesk(db), await aDesk(db)]
      await db.as(here.claims, () => add(db, here.clinicId, ...known))
      await db.as(there.claims, () => add(db, there.clinicId, known[0], null, known[2]))
    }))
})

describe("a clinic's record of a customer", () => {
  it('is edited by the desk, with versions, and cannot move to another customer', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      const other = await aCustomer(db)
      const { customer_id: customerId } = await db.as(claims, () => add(db, clinicId, 'Ann'))
      const edit = () =>
        db.query(
          `update app_public.clinic_customers set notes = 'Likes mornings.', row_version = 1 where customer_id = $1`,
          [customerId],
        )
      await db.as(claims, async () => {
        await edit()
        await expectRefusal(edit(), 'stale_row_version')
        await expectRefusal(
          db.query('update app_public.clinic_customers set customer_id = $1', [other.customerId]),
          'insufficient_privilege',
        )
        await expectRefusal(db.query('delete from app_public.clinic_customers'), 'insufficient_privilege')
      })
      for (const [column, value] of [
        ['customer_id', other.customerId],
        ['clinic_id', await aClinic(db)],
      ])
        await expectRefusal(
          db.query(`update app_public.clinic_customers set ${column} = $2 where customer_id = $1`, [customerId, value]),
          'immutable_column',
        )
    }))

  it('is not visible to the customer, who can read their own profile instead', () =>
    inTransaction(async (db) => {
      const { clinicId, claims } = await aDesk(db)
      const ann = await aRegistered(db)
      await db.as(claims, () => add(db, clinicId, 'Ann', ann.email))
      await db.as(ann.claims)
      await expectRefusal(db.query('select from app_public.clinic_customers'), 'insufficient_privilege')
    }))
})
