import { describe, expect, it } from '@jest/globals'
import { expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { constraintsOf, refusedBy } from '../../helpers/database/rules.ts'

describe('refuse', () => {
  it('raises the SQLSTATE of a registered name, with a sentence for people and JSON for programs', () =>
    inTransaction(async (db) => {
      const error = await expectRefusal(
        db.query(`select app_hidden.refuse('slot_taken', 'This slot is taken.', '{"bookingSlotId": "7"}')`),
        'slot_taken',
      )
      expect(error).toMatchObject({ code: 'MS502', message: 'This slot is taken.', detail: '{"bookingSlotId": "7"}' })
      const bare = await expectRefusal(db.query(`select app_hidden.refuse('forbidden', 'No.')`), 'forbidden')
      expect(bare.detail).toBe('{}')
    }))

  it('raises an internal error for a name that is not registered', () =>
    inTransaction(async (db) => {
      await expect(db.query(`select app_hidden.refuse('slot_takn', 'This slot is taken.')`)).rejects.toMatchObject({
        code: 'XX000',
      })
    }))

  it("can be called by everybody, because functions with the caller's rights call it", () =>
    inTransaction(async (db) => {
      await db.as({})
      await expectRefusal(db.query(`select app_hidden.refuse('not_yet', 'Later.')`), 'not_yet')
    }))
})

describe('error_codes', () => {
  it('can be read by everybody and are written by migrations only', () =>
    inTransaction(async (db) => {
      await db.as({})
      expect((await db.query('select from app_hidden.error_codes')).length).toBeGreaterThan(50)
      for (const write of [
        `insert into app_hidden.error_codes values ('MS999', 'new_one', 400, '', '')`,
        `update app_hidden.error_codes set http_status = 500`,
        'delete from app_hidden.error_codes',
      ])
        await expectRefusal(db.query(write), 'insufficient_privilege')
    }))

  it('satisfy their constraints', () =>
    inTransaction(async (db) => {
      const insert = `insert into app_hidden.error_codes values ($1, $2, $3, '', '')`
      const violations = {
        error_codes_are_unique_by_sqlstate: [insert, 'MS502', 'new_one', 400],
        error_codes_are_unique_by_name: [insert, 'MS999', 'slot_taken', 400],
        sqlstates_have_five_characters: [insert, 'MS9', 'new_one', 400],
        names_are_snake_case: [insert, 'MS999', 'newOne', 400],
        http_statuses_are_of_errors: [insert, 'MS999', 'new_one', 200],
      } satisfies Record<string, [string, ...unknown[]]>
      const rules = await constraintsOf(db, ['app_hidden.error_codes'])
      expect(Object.keys(violations).sort()).toEqual(rules)
      expect(await refusedBy(db, violations)).toEqual(Object.fromEntries(rules.map((rule) => [rule, rule])))
    }))
})

describe('current claims', () => {
  it('are no account and no clinic if nothing was set', () =>
    inTransaction(async (db) => {
      const claims = await db.one(
        `select app_hidden.current_account_id() as account, app_hidden.current_session_id() as session,
                app_hidden.current_customer_id() as customer,
                app_hidden.current_customer_ids() as customers, app_hidden.staff_clinic_ids() as staff,
                app_hidden.desk_clinic_ids() as desk, app_hidden.manager_clinic_ids() as manager,
                app_hidden.own_doctor_ids() as doctors`,
      )
      expect(claims).toEqual({
        account: null,
        session: null,
        customer: null,
        customers: [],
        staff: [],
        desk: [],
        manager: [],
        doctors: [],
      })
    }))
})
