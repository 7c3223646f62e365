import { describe, expect, it } from '@jest/globals'
import { book } from '../../helpers/clinic/operations.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

describe('the id of the installation', () => {
  it('is the same for all, and is part of every name that other systems store', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await db.query(`select app_public.create_webhook_endpoint($1, 'https://hooks.example/')`, [clinicId])
      const { id } = await book(db, clinicId, slotId, { customerId: customer.customerId })
      await db.query(`select app_private.queue_account_message(c.email, c.account_id, 'registered')
        from app_public.customers c where c.account_id is not null and c.id = ${customer.customerId}`)
      const names = async (db: Db) => {
        const { uid } = await db.one<{ uid: string }>('select app_public.calendar_uid($1, $2) as uid', [clinicId, id])
        const messages = await db.query<{ idempotency_key: string; calendar: { uid: string } | null }>(
          `select m.idempotency_key, m.calendar from app_public.notifications n
           cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m where n.booking_id = $1`,
          [id],
        )
        const accounts = await db.query<{ idempotency_key: string }>(
          `select o.idempotency_key from app_private.account_messages m
           cross join lateral app_private.account_message_of(m.id, 'https://book.test') o`,
        )
        expect(messages).toHaveLength(3)
        expect(accounts.length).toBeGreaterThan(0)
        const uids = messages.flatMap(({ calendar }) => calendar?.uid ?? [])
        expect(uids).toEqual([uid])
        return [uid, ...[...messages, ...accounts].map(({ idempotency_key }) => idempotency_key)]
      }
      const { id: here } = await db.one<{ id: string }>('select app_private.installation_id() as id')
      const ours = await names(db)
      for (const name of ours) expect(name).toContain(here)
      expect(await names(db)).toEqual(ours)

      // The same rows on another installation have other names.
      await db.query('update app_private.installation set id = gen_random_uuid()')
      const theirs = await names(db)
      expect(ours.filter((name) => theirs.includes(name))).toEqual([])
    }))
})
