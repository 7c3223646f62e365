import { describe, expect, it } from '@jest/globals'
import { book, cancel } from '../../helpers/clinic/operations.ts'
import { aCustomer, aPractice } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { inDays } from '../../helpers/time/dates.ts'
import { anAddress, claimsOf, registerAndConfirm, sent } from '../identity/sessions.ts'

/** A mother who has booked a visit for her child, whose 18th birthday is in ten days. */
async function almostGrownUp(db: Db) {
  const practice = await aPractice(db)
  const mother = practice.customer
  const { child } = await db.as(mother.claims, () =>
    db.one(
      `select dependant_customer_id as child
       from app_public.add_dependant('Tim', ($1::date - interval '18 years')::date, 'parent')`,
      [inDays(10)],
    ),
  )
  const visit = await db.as(mother.claims, () => book(db, practice.clinicId, practice.slotId, { customerId: child }))
  const record = (email: string | null) =>
    db.query('update app_public.clinic_customers set email = $2 where customer_id = $1', [child, email])
  return { ...practice, mother, child: child as string, visit, record }
}

const invite = async (db: Db, days: number): Promise<number> =>
  (await db.one('select app_private.invite_grown_up_dependants(now() + make_interval(days => $1)) as n', [days])).n
const cameOfAge = (db: Db, child: string) =>
  db.query('update app_public.guardianships set until = $2 where dependant_customer_id = $1', [child, inDays(0)])

describe('a dependant who is of age', () => {
  it('is invited once, at the own address that a clinic knows, and takes over the visits', () =>
    inTransaction(async (db) => {
      const { clinicId, child, visit, record, mother } = await almostGrownUp(db)
      const address = anAddress()
      await record(address)
      expect(await invite(db, 9)).toBe(0)
      expect(await invite(db, 10)).toBe(1)
      expect(await invite(db, 11)).toBe(0)
      const [mail, ...more] = await sent(db, address)
      expect(more).toEqual([])
      expect(mail).toMatchObject({ kind: 'grown_up' })
      expect(mail?.body).toContain('https://book.test/sign-in')
      expect(mail?.body).not.toContain('Tim')

      const tim = await registerAndConfirm(db, address)
      // Not before the day.
      await db.as(claimsOf(tim), () =>
        expectRefusal(db.query('select app_public.claim_customer($1)', [child]), 'customer_not_claimable'),
      )
      await cameOfAge(db, child)
      await db.as(claimsOf(tim), async () => {
        expect(await db.query('select customer_id from app_public.claimable_records()')).toEqual([
          { customer_id: child },
        ])
        await db.query('select app_public.claim_customer($1)', [child])
        await cancel(db, clinicId, visit.id)
      })
      await db.as(mother.claims, async () => expect(await db.query('select 1 from app_public.bookings')).toEqual([]))
    }))

  it('is invited as soon as a clinic knows the address, within a year, and not at an address of a guardian', () =>
    inTransaction(async (db) => {
      const { clinicId, mother, record } = await almostGrownUp(db)
      expect(await invite(db, 20)).toBe(0)
      const { email } = await db.one('select email from app_public.customers where id = $1', [mother.customerId])
      await record(email)
      expect(await invite(db, 20)).toBe(0)
      // The address of the mother's work, as this clinic has it.
      await db.query(
        `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email)
         values ($1, $2, 'Mother', 'work@test.example')`,
        [clinicId, mother.customerId],
      )
      await record('work@test.example')
      expect(await invite(db, 20)).toBe(0)
      await record(anAddress())
      await db.undone(async () => expect(await invite(db, 10 + 365)).toBe(0))
      expect(await invite(db, 10 + 364)).toBe(1)
      expect(await db.query('select invited_at is not null as invited from app_public.guardianships')).toEqual([
        { invited: true },
      ])
    }))

  it('is invited when the last of two guardianships has reached its day', () =>
    inTransaction(async (db) => {
      const { child, record } = await almostGrownUp(db)
      const address = anAddress()
      await record(address)
      const father = await aCustomer(db)
      await db.query(
        `insert into app_public.guardianships (guardian_customer_id, dependant_customer_id, relation, until)
         values ($1, $2, 'parent', $3)`,
        [father.customerId, child, inDays(12)],
      )
      expect(await invite(db, 11)).toBe(0)
      expect(await invite(db, 12)).toBe(1)
      expect((await sent(db, address)).map(({ kind }) => kind)).toEqual(['grown_up'])
    }))

  it('is not invited after being claimed, erased or removed, or when the guardianship was ended before its day', () =>
    inTransaction(async (db) => {
      const { child, record } = await almostGrownUp(db)
      const address = anAddress()
      await record(address)
      const changes: [string, unknown[]][] = [
        ['update app_public.guardianships set ended_at = now() where dependant_customer_id = $1', [child]],
        ['select app_public.erase_customer($1)', [child]],
        ['select app_public.remove_customer($1, true)', [child]],
        ['select app_public.merge_customers($1, $2)', [child, (await aCustomer(db)).customerId]],
      ]
      for (const [text, values] of changes)
        await db.undone(async () => {
          await db.query(text, values)
          expect([text, await invite(db, 12)]).toEqual([text, 0])
        })
      expect(await invite(db, 12)).toBe(1)
      // Erasing the person also removes the mail.
      await db.query('select app_public.erase_customer($1)', [child])
      expect(await sent(db, address)).toEqual([])
    }))
})
