import { describe, expect, it } from '@jest/globals'
import { aPractice } from '../../helpers/clinic/world.ts'
import { inTransaction } from '../../helpers/database/database.ts'

const details = {
  webhook_disabled: { url: 'https://clinic.example/hook', because: 'gone' },
  event_head: { head: 'x', position: 1, sealedAt: '2030-01-01T00:00:00Z' },
  network_alert: { taken: 12, slots: 20, date: '2030-01-01' },
  doctor_in_two_places: { times: [{ time: '2030-01-01 09:00', doctor: 'Dr Ada' }] },
  calendar_not_read: { doctor: 'Dr Ada', origin: 'https://calendar.example.org', error: 'not_found' },
}

describe('an e-mail to a manager', () => {
  it('of each kind, in each language, leads to a page of the clinic', () =>
    inTransaction(async (db) => {
      const { clinicId, manager } = await aPractice(db)
      const kinds = await db.one<{ definition: string }>(
        `select pg_get_constraintdef(oid) as definition from pg_constraint
         where conname = 'manager_messages_are_of_a_known_kind'`,
      )
      expect(kinds.definition.match(/'\w+'/g)?.sort()).toEqual(
        Object.keys(details)
          .map((kind) => `'${kind}'`)
          .sort(),
      )
      for (const [kind, about] of Object.entries(details)) {
        const { id } = await db.one(
          `insert into app_private.manager_messages (clinic_id, employee_id, kind, details)
           select $1, e.id, $3, $4 from app_public.employees e where e.clinic_id = $1 and e.account_id = $2
           returning id`,
          [clinicId, manager.accountId, kind, JSON.stringify(about)],
        )
        for (const language of ['en', 'de']) {
          await db.query('update app_public.policies set language = $2 where clinic_id = $1', [clinicId, language])
          const { body } = await db.one<{ body: string }>(
            `select body from app_private.manager_message_of($1, $2, 'https://book.test/')`,
            [clinicId, id],
          )
          const links = body.match(/https:\/\/book\.test\S*/g)
          expect([kind, links]).toEqual([
            kind,
            [
              expect.stringMatching(
                `^https://book.test/(desk/${clinicId}(\\?date=2030-01-01)?|manage/${clinicId}/[a-z]+)$`,
              ),
            ],
          ])
        }
      }
    }))
})
