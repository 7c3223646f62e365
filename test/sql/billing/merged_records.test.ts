import { describe, expect, it } from '@jest/globals'
import {
  anInvoice,
  aPaidPractice,
  billing,
  booksBalance,
  creditOf,
  invoiceOf,
  record,
} from '../../helpers/clinic/billing.ts'
import { aCustomer } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

/** A person of whom a clinic has two records that were merged, each with an invoice of 10.00 and credit of 6.00. */
async function aMergedPerson(db: Db) {
  const { clinicId, receptionist, customer: person } = await aPaidPractice(db)
  const { customerId: earlier } = await aCustomer(db)
  const owing = async (customerId: string) => {
    await record(db, clinicId, customerId)
    await billing(db, 'grant_goodwill', clinicId, customerId, 600, 'Sorry')
    return anInvoice(db, clinicId, customerId, 1000)
  }
  const [ownInvoice, earlierInvoice] = [await owing(person.customerId), await owing(earlier)]
  await db.query('select app_public.merge_customers($1, $2)', [earlier, person.customerId])
  const claims = {
    ...person.claims,
    customer_ids: `{${person.customerId},${earlier}}`,
  }
  return { clinicId, receptionist, person: { ...person, claims }, earlier, ownInvoice, earlierInvoice }
}

describe('a person whose records were merged', () => {
  it('sees the invoices and the credit of both', () =>
    inTransaction(async (db) => {
      const { person, earlier, ownInvoice, earlierInvoice } = await aMergedPerson(db)
      const seen = await db.as(person.claims, async () => ({
        invoices: await db.query('select id from billing.invoices order by id'),
        credits: await db.query('select customer_id, balance from billing.credits order by customer_id'),
      }))
      expect(seen.invoices).toEqual([ownInvoice, earlierInvoice].map((id) => ({ id })))
      expect(seen.credits).toHaveLength(2)
      expect(seen.credits).toContainEqual({ customer_id: earlier, balance: '600' })
    }))

  it('pays the invoices of a record from the credit of that record: credit is not pooled', () =>
    inTransaction(async (db) => {
      const { clinicId, person, earlier, ownInvoice, earlierInvoice } = await aMergedPerson(db)
      await db.as(person.claims, () => billing(db, 'spend_credit', clinicId, ownInvoice))
      expect(await invoiceOf(db, ownInvoice)).toMatchObject({ paid: '600', due: '400' })
      await expectRefusal(
        db.as(person.claims, () => billing(db, 'spend_credit', clinicId, ownInvoice, 400)),
        'insufficient_credit',
      )
      expect(await creditOf(db, clinicId, earlier)).toBe('600')
      await db.as(person.claims, () => billing(db, 'spend_credit', clinicId, earlierInvoice))
      expect(await creditOf(db, clinicId, earlier)).toBe('0')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('has two accounts at the desk, which pays back the credit of each', () =>
    inTransaction(async (db) => {
      const { clinicId, receptionist, person, earlier, earlierInvoice } = await aMergedPerson(db)
      await db.as(receptionist.claims, async () => {
        // The money of one record pays no invoice of the other, not even at the desk.
        await expectRefusal(
          billing(db, 'record_payment', clinicId, person.customerId, 'cash', 1000, [earlierInvoice]),
          'invoice_not_found',
        )
        await billing(db, 'record_payment', clinicId, earlier, 'cash', 1000, [earlierInvoice])
      })
      expect(await invoiceOf(db, earlierInvoice)).toMatchObject({ state: 'settled' })
    }))

  it('keeps both apart when the merge is undone: nothing moved', () =>
    inTransaction(async (db) => {
      const { clinicId, person, earlier, ownInvoice } = await aMergedPerson(db)
      await db.as(person.claims, () => billing(db, 'spend_credit', clinicId, ownInvoice))
      await db.query('select app_public.undo_merge($1)', [earlier])
      expect(await creditOf(db, clinicId, earlier)).toBe('600')
      expect(await creditOf(db, clinicId, person.customerId)).toBe('0')
    }))
})
