import { expect, it } from '@jest/globals'
import { inTransaction } from '../../helpers/database/database.ts'

/**
 * Foreign keys without an index that finds their rows, each with the reason. Without an index, a statement
 * that removes or changes a referenced row reads the whole table, or all rows of a clinic.
 */
const withoutIndex: Record<string, string> = {
  active_doctors_belong_to_an_active_clinic: 'a clinic is closed once in years, and its doctors are found by clinic_id',
  booking_slots_fill_a_time_slot:
    'asked when a manager removes a time slot; one clinic is read then, and a further index would cost every booking',
  booking_slots_have_one_customer_or_none: 'customers are never removed; holds have an index, bookings another',
  bookings_ahead_are_with_an_active_doctor:
    'asked when a doctor is deactivated; one clinic is read then, and a further index would cost every booking',
  bookings_are_for_a_service_of_their_clinic:
    'services are never removed, and a further index would cost every booking',
  bookings_are_of_a_customer_of_the_clinic: 'records of customers are never removed; an index has customer_id first',
  checkouts_are_in_a_known_currency: 'currencies are never removed',
  claims_are_on_a_resource: 'the index of the exclusion constraint finds them',
  clinics_are_in_a_known_country: 'countries are replaced by releases and never removed',
  clinics_use_a_known_currency: 'currencies are never removed',
  coupons_are_in_a_known_currency: 'currencies are never removed',
  credits_are_in_a_known_currency: 'currencies are never removed',
  invitations_may_be_for_a_doctor: 'a clinic has few invitations, and doctors are never removed',
  invoices_are_in_a_known_currency: 'currencies are never removed',
  movements_are_in_a_known_currency: 'currencies are never removed',
  open_slots_belong_to_an_active_doctor:
    'asked when a doctor is deactivated; one clinic is read then, and a further index would cost every booking',
  payments_are_in_a_known_currency: 'currencies are never removed',
  prices_are_in_a_known_currency: 'currencies are never removed',
  recordings_are_by_a_doctor_of_the_clinic: 'doctors are never removed',
  recordings_are_of_a_customer_of_the_clinic: 'records of customers are never removed; an index has customer_id',
  slots_are_reserved_for_a_service_of_their_clinic: 'services are never removed',
  templates_are_reserved_for_a_service_of_their_clinic: 'services are never removed',
  templates_belong_to_a_doctor: 'a clinic has few templates, and doctors are never removed',
  waiting_entries_are_for_a_doctor_of_their_clinic: 'doctors are never removed',
  waiting_entries_are_for_a_known_specialization: 'specializations are never removed',
  waiting_entries_are_for_a_service_of_their_clinic: 'services are never removed',
}

it('every foreign key has an index that finds its rows, except those listed with a reason', async () => {
  const rows = await inTransaction((db) =>
    // The first columns of the index are those of the key, in any order. For a nullable key, a partial index is
    // sufficient if it excludes only rows in which the key is null.
    db.query<{ name: string }>(
      `select k.conname as name from pg_constraint k
       where k.contype = 'f' and k.connamespace::regnamespace::text ~ '^(app_|billing)' and not exists (
         select from pg_index i
         where i.indrelid = k.conrelid and i.indisvalid
           and (select amname from pg_class c join pg_am a on a.oid = c.relam where c.oid = i.indexrelid) = 'btree'
           and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
           and (i.indpred is null or exists (
             select from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey)
               and pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname))))
       order by 1`,
    ),
  )
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(withoutIndex))
})
