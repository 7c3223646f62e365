import { expect, it } from '@jest/globals'
import { aCustomer } from '../../../helpers/clinic/world.ts'
import { inTransaction } from '../../../helpers/database/database.ts'
import { constraintsOf, refusedBy, type Violation } from '../../../helpers/database/rules.ts'

const tables = [
  'shards',
  'clinic_shards',
  'returned_clinics',
  'clinic_moves',
  'table_homes',
  'people_of_shards',
  'copied_erasures',
  'removals',
  'copied_removals',
].map((table) => `app_private.${table}`)

it('each constraint of the map and of the homes of tables refuses what its name says', () =>
  inTransaction(async (db) => {
    await db.query(`insert into app_private.shards (id, address) values (1, 'postgresql://one:5432/medislot')`)
    await db.query('insert into app_private.clinic_shards values (1000000000000, 1)')
    await db.query('insert into app_private.returned_clinics values (1000000000001)')
    await db.query('insert into app_private.clinic_moves (clinic_id, to_shard) values (1000000000000, 2)')
    const { customerId } = await aCustomer(db)
    const person = 'insert into app_private.people_of_shards values'
    await db.query(`${person} (1000000000000, ${customerId})`)
    await db.query('insert into app_private.copied_erasures (customer_id) values (1)')
    await db.query('insert into app_private.copied_removals values (1, now())')
    await db.query('insert into app_private.removals (id, customer_id) overriding system value values (0, $1)', [
      customerId,
    ])
    const shard = 'insert into app_private.shards (id, address, state) values'
    const move = 'insert into app_private.clinic_moves (clinic_id, to_shard, state, refused_until) values'
    const home = 'insert into app_private.table_homes values'
    const violations: Record<string, Violation> = {
      shards_are_identified_by_number: [`${shard} (1, 'postgresql://two/medislot', 'active')`],
      shards_have_a_number_from_one_on: [`${shard} (9001, 'postgresql://two/medislot', 'active')`],
      shards_are_unique_by_address: [`${shard} (2, 'postgresql://one:5432/medislot', 'active')`],
      addresses_of_shards_contain_no_login: [`${shard} (2, 'postgresql://medislot:password@two/medislot', 'active')`],
      states_of_shards_are_known: [`${shard} (2, 'postgresql://two/medislot', 'gone')`],
      a_clinic_is_in_one_shard: ['insert into app_private.clinic_shards values (1000000000000, 1)'],
      clinics_are_in_a_known_shard: ['insert into app_private.clinic_shards values (2000000000000, 2)'],
      a_clinic_returns_once: ['insert into app_private.returned_clinics values (1000000000001)'],
      a_clinic_moves_to_one_shard: [`${move} (1000000000000, 3, 'leaving', null)`],
      states_of_moves_are_known: [`${move} (2000000000000, 3, 'lost', null)`],
      writes_are_refused_for_a_time_while_a_clinic_leaves: [`${move} (2000000000000, 3, 'left', now())`],
      a_table_has_one_home: [`${home} ('app_public.clinics', 'global')`],
      homes_of_tables_are_known: [`${home} ('app_public.others', 'nowhere')`],
      rows_of_every_database_are_not_copied: [`${home} ('app_public.others', 'everywhere', '{*}')`],
      people_of_shards_are_identified_by_clinic_and_customer: [`${person} (1000000000000, ${customerId})`],
      people_of_shards_are_customers: [`${person} (1000000000000, -1)`],
      removals_are_identified_by_id: [
        `insert into app_private.removals (id, customer_id) overriding system value values (0, ${customerId})`,
      ],
      removals_are_of_a_customer: ['insert into app_private.removals (customer_id) values (-1)'],
      a_removal_is_carried_out_once: ['insert into app_private.copied_removals values (1, now())'],
      an_erasure_is_carried_out_once: ['insert into app_private.copied_erasures (customer_id) values (1)'],
    }
    const rules = await constraintsOf(db, tables)
    expect(Object.keys(violations).sort()).toEqual(rules)
    expect(await refusedBy(db, violations)).toEqual(Object.fromEntries(rules.map((rule) => [rule, rule])))
  }))
