import { describe, expect, it } from '@jest/globals'
import { book, cancel, hold, release, reschedule } from '../../helpers/clinic/operations.ts'
import { aCustomer, aDoctor, anAccount, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { constraintsOf, refusedBy } from '../../helpers/database/rules.ts'

/** A date some years ago, in UTC. */
const yearsAgo = (years: number, days = 0) => {
  const date = new Date()
  date.setUTCFullYear(date.getUTCFullYear() - years)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

const add = (db: Db, fullName: string, birthDate = yearsAgo(6), relation = 'parent', until: string | null = null) =>
  db.one('select * from app_public.add_dependant($1, $2, $3, $4)', [fullName, birthDate, relation, until])
const end = (db: Db, dependant: string, guardian: string | null = null) =>
  db.one('select * from app_public.end_guardianship($1, $2)', [dependant, guardian])

/** A practice with two doctors, a mother, her two children, and two slots at the same hour. */
async function aFamily(db: Db) {
  const practice = await aPractice(db)
  const colleague = await aDoctor(db, practice.clinicId)
  const mother = practice.customer
  const [tim, zoe] = await db.as(mother.claims, async () => [
    (await add(db, 'Tim')).dependant_customer_id as string,
    (await add(db, 'Zoe', yearsAgo(9))).dependant_customer_id as string,
  ])
  return {
    ...practice,
    mother,
    tim: tim as string,
    zoe: zoe as string,
    sameTime: await aSlot(db, practice.clinicId, colleague, 48),
    later: await aSlot(db, practice.clinicId, colleague, 60),
  }
}

describe('add_dependant', () => {
  it('adds a child until the 18th birthday, an adult without an end, and anyone until a given day', () =>
    inTransaction(async (db) => {
      const { claims } = await aCustomer(db)
      await db.as(claims)
      const { rows } = {
        rows: await db.query(`select ($1::date + interval '18 years')::date::text as day`, [yearsAgo(6)]),
      }
      expect(await add(db, 'Tim')).toMatchObject({ relation: 'parent', ended_at: null })
      expect(await db.query('select until::text as day from app_public.guardianships')).toEqual(rows)
      expect(await add(db, 'Grandma', yearsAgo(80), 'carer')).toMatchObject({ until: null })
      const until = yearsAgo(0, 30)
      await add(db, 'Foster child', yearsAgo(3), 'legal_guardian', until)
      expect(
        await db.query(`select until::text as day from app_public.guardianships where relation = 'legal_guardian'`),
      ).toEqual([{ day: until }])
    }))

  it('takes effect in the same request: the guardian sees the dependant', () =>
    inTransaction(async (db) => {
      const { claims } = await aCustomer(db)
      await db.as(claims)
      const { dependant_customer_id: id } = await add(db, ' Tim ')
      expect(await db.query('select full_name, account_id from app_public.customers where id = $1', [id])).toEqual([
        { full_name: 'Tim', account_id: null },
      ])
    }))

  it('returns the dependant who was added before', () =>
    inTransaction(async (db) => {
      const { claims } = await aCustomer(db)
      await db.as(claims)
      const first = await add(db, 'Tim')
      expect(await add(db, 'tim')).toEqual(first)
      expect((await add(db, 'Tim', yearsAgo(7))).dependant_customer_id).not.toBe(first.dependant_customer_id)
    }))

  it('refuses an eleventh dependant, counting only those whose guardianship has not ended', () =>
    inTransaction(async (db) => {
      const { claims } = await aCustomer(db)
      await db.as(claims)
      const ids: string[] = []
      for (let i = 0; i < 10; i++) ids.push((await add(db, `Child ${i}`)).dependant_customer_id)
      await expectRefusal(add(db, 'One more'), 'too_many_dependants')
      await end(db, ids[0] as string)
      await add(db, 'One more')
    }))

  it('refuses persons who cannot be dependants, and callers who are not patients or have not confirmed their address', () =>
    inTransaction(async (db) => {
      const { claims, accountId } = await aCustomer(db)
      const wrong: [string, unknown[]][] = [
        ['fullName', ['', yearsAgo(6), 'parent', null]],
        ['birthDate', ['Tim', null, 'parent', null]],
        ['birthDate', ['Tim', yearsAgo(-1), 'parent', null]],
        ['birthDate', ['Tim', '1850-01-01', 'carer', null]],
        ['relation', ['Tim', yearsAgo(6), null, null]],
        ['until', ['Tim', yearsAgo(6), 'parent', yearsAgo(0)]],
      ]
      await db.as(claims)
      for (const [argument, values] of wrong) {
        const error = await expectRefusal(
          db.query('select * from app_public.add_dependant($1, $2, $3, $4)', values),
          'invalid_argument',
        )
        expect(JSON.parse(error.detail ?? '')).toEqual({ argument })
      }
      await expectRefusal(add(db, 'x'.repeat(201)), 'text_too_long')
      await db.asOwner()
      const bare = await anAccount(db)
      await db.as(bare.claims, () => expectRefusal(add(db, 'Tim'), 'customer_not_found'))
      await expectRefusal(add(db, 'Tim'), 'unauthenticated')
      await db.query('update app_private.accounts set email_verified_at = null where id = $1', [accountId])
      await db.as(claims, () => expectRefusal(add(db, 'Tim'), 'email_not_confirmed'))
    }))
})

describe('a guardian', () => {
  it('books two children at the same hour with two doctors, and the same child not twice', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, sameTime, mother, tim, zoe } = await aFamily(db)
      await db.as(mother.claims)
      await book(db, clinicId, slotId, { customerId: tim })
      await expectRefusal(book(db, clinicId, sameTime, { customerId: tim }), 'customer_busy')
      await book(db, clinicId, sameTime, { customerId: zoe })
      expect(await db.query('select customer_id from app_public.bookings order by customer_id')).toEqual(
        [tim, zoe].map((customer_id) => ({ customer_id })),
      )
      // The clinic's record of each names the child.
      await db.asOwner()
      expect(
        await db.query('select full_name from app_public.clinic_customers where clinic_id = $1 order by full_name', [
          clinicId,
        ]),
      ).toEqual([{ full_name: 'Tim' }, { full_name: 'Zoe' }])
    }))

  it('holds, releases, moves and cancels for a child as for themselves', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, later, mother, tim } = await aFamily(db)
      await db.as(mother.claims)
      await hold(db, clinicId, slotId, { customerId: tim })
      expect(await db.one('select is_bookable from app_public.slot_bookability($1, $2)', [clinicId, slotId])).toEqual({
        is_bookable: true,
      })
      await expectRefusal(release(db, clinicId, slotId), 'hold_not_found')
      await release(db, clinicId, slotId, { customerId: tim })
      const { id } = await book(db, clinicId, slotId, { customerId: tim })
      expect(await reschedule(db, clinicId, id, later)).toMatchObject({ customer_id: tim, booked_by_account_id: null })
      expect(await cancel(db, clinicId, id)).toMatchObject({ status: 'cancelled', cancelled_by: 'customer' })
    }))

  it('has limits that do not count the children, and each child has their own', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, sameTime, later, mother, tim, zoe } = await aFamily(db)
      await db.query('update app_public.policies set max_live_bookings = 1 where clinic_id = $1', [clinicId])
      const another = await aSlot(db, clinicId, doctorId, 70)
      await db.as(mother.claims)
      await book(db, clinicId, slotId, { customerId: tim })
      await book(db, clinicId, sameTime, { customerId: zoe })
      await book(db, clinicId, later)
      for (const customerId of [tim, zoe, mother.customerId])
        await expectRefusal(book(db, clinicId, another, { customerId }), 'too_many_bookings')
    }))

  it('edits the child, whose e-mail address nobody can set unproven', () =>
    inTransaction(async (db) => {
      const { mother, tim } = await aFamily(db)
      await db.as(mother.claims)
      await db.query(`update app_public.customers set full_name = 'Timothy' where id = $1`, [tim])
      await expectRefusal(
        db.query(`update app_public.customers set email = 'tim@test.example' where id = $1`, [tim]),
        'email_needs_confirmation',
      )
    }))

  it('acts for nobody else’s child, and the child’s name stays unknown to others', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, tim } = await aFamily(db)
      const stranger = await aCustomer(db)
      await db.as(stranger.claims)
      await expectRefusal(book(db, clinicId, slotId, { customerId: tim }), 'forbidden')
      expect(await db.query('select 1 from app_public.customers where id = $1', [tim])).toEqual([])
      expect(await db.query('select 1 from app_public.guardianships')).toEqual([])
      await expectRefusal(end(db, tim), 'guardianship_not_found')
    }))
})

describe('a guardianship', () => {
  it('ends at once by end_guardianship: from the next request on the guardian neither sees nor acts', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, later, mother, tim, receptionist } = await aFamily(db)
      const booking = await db.as(mother.claims, () => book(db, clinicId, slotId, { customerId: tim }))
      await db.as(mother.claims, async () => {
        expect(await end(db, tim)).toMatchObject({ dependant_customer_id: tim })
        // Again changes nothing.
        await end(db, tim)
      })
      await db.as(mother.claims, async () => {
        expect(await db.query('select 1 from app_public.customers where id = $1', [tim])).toEqual([])
        expect(await db.query('select 1 from app_public.bookings')).toEqual([])
        await expectRefusal(cancel(db, clinicId, booking.id), 'booking_not_found')
        await expectRefusal(book(db, clinicId, later, { customerId: tim }), 'forbidden')
      })
      // The visit stays, and the desk goes on with it.
      await db.as(receptionist.claims, () => reschedule(db, clinicId, booking.id, later))
    }))

  it('ends at its day without a job', () =>
    inTransaction(async (db) => {
      const { mother, tim, zoe } = await aFamily(db)
      await db.query('update app_public.guardianships set until = $2 where dependant_customer_id = $1', [
        tim,
        yearsAgo(0),
      ])
      await db.query('update app_public.guardianships set until = $2 where dependant_customer_id = $1', [
        zoe,
        yearsAgo(0, 1),
      ])
      await db.as(mother.claims)
      const { ids } = await db.one('select app_hidden.current_customer_ids() as ids')
      expect(ids.sort()).toEqual([mother.customerId, zoe].sort())
    }))

  it('of a merged guardian goes on for the surviving one', () =>
    inTransaction(async (db) => {
      const { mother, tim, zoe } = await aFamily(db)
      const again = await aCustomer(db)
      await db.query('select app_public.merge_customers($1, $2)', [mother.customerId, again.customerId])
      await db.as(again.claims)
      const { ids } = await db.one('select app_hidden.current_customer_ids() as ids')
      expect(ids.sort()).toEqual([mother.customerId, again.customerId, tim, zoe].sort())
      // Either account of the person acts for the person.
      await db.as(mother.claims)
      expect(await db.one('select app_hidden.current_customer_id() as id')).toEqual({ id: again.customerId })
    }))

  it('is entered once, and not with oneself', () =>
    inTransaction(async (db) => {
      const { mother, tim } = await aFamily(db)
      const insert = `insert into app_public.guardianships (guardian_customer_id, dependant_customer_id, relation) values ($1, $2, 'parent')`
      const violations = {
        a_guardianship_is_entered_once: [insert, mother.customerId, tim],
        guardians_are_customers: [insert, 0, tim],
        dependants_are_customers: [insert, mother.customerId, 0],
        nobody_is_their_own_guardian: [insert, tim, tim],
      } satisfies Record<string, [string, ...unknown[]]>
      expect(Object.keys(violations).sort()).toEqual(await constraintsOf(db, ['app_public.guardianships']))
      expect(await refusedBy(db, violations)).toEqual(
        Object.fromEntries(Object.keys(violations).map((rule) => [rule, rule])),
      )
      await expectRefusal(
        db.query('update app_public.guardianships set dependant_customer_id = $1', [mother.customerId]),
        'immutable_column',
      )
    }))
})

describe('messages about a dependant', () => {
  it('go to the guardian, name the patient, and are in the guardian’s language', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, mother, tim } = await aFamily(db)
      await db.query(`update app_public.customers set preferred_language = 'de' where id = $1`, [mother.customerId])
      const { id } = await db.as(mother.claims, () => book(db, clinicId, slotId, { customerId: tim }))
      const sent = await db.query(
        `select m.recipient, m.body, m.calendar ->> 'attendee' as attendee, n.state, n.kind
         from app_public.notifications n, app_private.messages_of(n.clinic_id, array[n.id]) m
         where n.booking_id = $1 order by n.id`,
        [id],
      )
      const { email } = await db.one('select email from app_public.customers where id = $1', [mother.customerId])
      expect(sent.map(({ state, recipient }) => [state, recipient])).toEqual(sent.map(() => ['pending', email]))
      expect(sent[0]).toMatchObject({ kind: 'booking_confirmed', attendee: 'Tim' })
      expect(sent[0]?.body).toMatch(/Guten Tag.*Tim/)
    }))

  it('go to the address of the dependant where the clinic knows one', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, mother, tim } = await aFamily(db)
      const { id } = await db.as(mother.claims, () => book(db, clinicId, slotId, { customerId: tim }))
      await db.query(
        `update app_public.clinic_customers set email = 'tim@test.example' where clinic_id = $1 and customer_id = $2`,
        [clinicId, tim],
      )
      const [message] = await db.query(
        `select m.recipient from app_public.notifications n, app_private.messages_of(n.clinic_id, array[n.id]) m where n.booking_id = $1`,
        [id],
      )
      expect(message).toEqual({ recipient: 'tim@test.example' })
    }))

  it('go to nobody once the guardianship has ended, and the desk sees that', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, mother, tim, receptionist } = await aFamily(db)
      const { id } = await db.as(mother.claims, () => book(db, clinicId, slotId, { customerId: tim }))
      await db.as(mother.claims, () => end(db, tim))
      expect(
        await db.query(
          `select m.recipient from app_public.notifications n, app_private.messages_of(n.clinic_id, array[n.id]) m where n.booking_id = $1 limit 1`,
          [id],
        ),
      ).toEqual([{ recipient: null }])
      await db.as(receptionist.claims)
      expect(
        await db.one(`select app_public.customers_without_address($1, array[$2::bigint], 'slot_withdrawn') as ids`, [
          clinicId,
          tim,
        ]),
      ).toEqual({ ids: [tim] })
    }))
})

it('guardians_of_customers shows the desk who books for a patient, and no data of other clinics', () =>
  inTransaction(async (db) => {
    const { clinicId, slotId, later, mother, tim, receptionist } = await aFamily(db)
    await db.query(`update app_public.customers set full_name = 'Mother', phone = '+49 30 5550100' where id = $1`, [
      mother.customerId,
    ])
    await db.as(mother.claims, () => book(db, clinicId, slotId, { customerId: tim }))
    const guardians = () =>
      db.as(receptionist.claims, () =>
        db.query('select * from app_public.guardians_of_customers($1, array[$2::bigint])', [clinicId, tim]),
      )
    const known = { clinic_id: clinicId, customer_id: tim, relation: 'parent', guardian_name: 'Mother' }
    expect(await guardians()).toEqual([{ ...known, guardian_customer_id: null, guardian_phone: null }])
    await db.as(mother.claims, () => book(db, clinicId, later))
    expect(await guardians()).toEqual([
      { ...known, guardian_customer_id: mother.customerId, guardian_phone: '+49 30 5550100' },
    ])
    // A clinic that has no record of the child gets no data.
    const elsewhere = await aPractice(db)
    expect(
      await db.as(elsewhere.receptionist.claims, () =>
        db.query('select * from app_public.guardians_of_customers($1, array[$2::bigint])', [elsewhere.clinicId, tim]),
      ),
    ).toEqual([])
    await db.as(mother.claims, () => end(db, tim))
    expect(await guardians()).toEqual([])
  }))
