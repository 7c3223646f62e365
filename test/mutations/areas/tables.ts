import type { Mutation } from '../mutation.ts'

/** Constraints, policies, rights and triggers. Each of these mutations recreates the databases. */
export const tables: Mutation[] = [
  {
    name: 'a slot may have two live bookings',
    file: 'tables/bookings.sql',
    from: '  constraint a_slot_has_one_live_booking unique (clinic_id, active_booking_slot_id),\n',
    to: '',
    caughtBy: 'sql/booking/tables/constraints.test.ts',
  },
  {
    name: 'a customer may be in two places at once',
    file: 'tables/bookings.sql',
    from: `  constraint live_bookings_of_a_customer_never_overlap
    exclude using gist (clinic_id with =, customer_id with =, during with &&)
      where (status in ('booked', 'checked_in')),
`,
    to: '',
    caughtBy: 'sql/booking/tables/constraints.test.ts',
  },
  {
    name: 'two slots of a doctor may overlap',
    file: 'tables/booking_slots.sql',
    from: `  constraint booking_slots_of_a_doctor_never_overlap
    exclude using gist (clinic_id with =, doctor_id with =, during with &&) where (status <> 'withdrawn'),
`,
    to: '',
    caughtBy: 'sql/schedule/tables/constraints.test.ts',
  },
  {
    name: 'a booked slot may be without a booking',
    file: 'tables/booking_slots.sql',
    from: 'for each row when (NEW.booked_slot_id is not null)',
    to: 'for each row when (false)',
    caughtBy: 'sql/booking/tables/constraints.test.ts',
  },
  {
    name: 'a booking may come into any state',
    file: 'tables/bookings.sql',
    from: `for each row when (NEW.status is distinct from OLD.status)
  execute function app_private.check_transition('booking');`,
    to: `for each row when (false)
  execute function app_private.check_transition('booking');`,
    caughtBy: 'state_transitions.test.ts',
  },
  {
    name: 'changes of a booking leave no event',
    file: 'tables/bookings.sql',
    from: `for each row when ((NEW.status, NEW.booking_slot_id, NEW.service_id)
    is distinct from (OLD.status, OLD.booking_slot_id, OLD.service_id))
  execute function app_private.record_booking_event();`,
    to: `for each row when (false)
  execute function app_private.record_booking_event();`,
    caughtBy: 'events.test.ts',
  },
  {
    name: 'everybody sees slots that are not free',
    file: 'tables/booking_slots.sql',
    from: "for select to app_anonymous using (status = 'open')",
    to: 'for select to app_anonymous using (true)',
    caughtBy: 'row_level_security.test.ts',
  },
  {
    name: 'customers see the bookings of others',
    file: 'tables/bookings.sql',
    from: 'for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()))',
    to: 'for select to app_customer using (true)',
    caughtBy: 'row_level_security.test.ts',
  },
  {
    name: 'staff see the bookings of other clinics',
    file: 'tables/bookings.sql',
    from: 'for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]))',
    to: 'for select to app_staff using (true)',
    caughtBy: 'row_level_security.test.ts',
  },
  {
    name: 'customers see who at the desk booked for them',
    file: 'tables/bookings.sql',
    from: 'grant select (booked_by_account_id) on app_public.bookings to app_staff;',
    to: 'grant select (booked_by_account_id) on app_public.bookings to app_customer;',
    caughtBy: 'row_level_security.test.ts',
  },
  {
    name: 'row-level security is forgotten on a table',
    file: 'tables/notifications.sql',
    from: 'alter table app_public.notifications enable row level security;\n',
    to: '',
    caughtBy: 'row_level_security.test.ts',
  },
  {
    name: 'the global database changes its copies of clinics',
    file: 'refuse_clinic_elsewhere.sql',
    from: 'where cs.clinic_id = clinic_of_row)',
    to: 'where cs.clinic_id = clinic_of_row and false)',
    caughtBy: 'core/shards/shards.test.ts',
  },
  {
    name: 'a clinic is written while its last changes are copied to another shard',
    file: 'refuse_clinic_elsewhere.sql',
    from: 'or move.refused_until > clock_timestamp()',
    to: 'or move.refused_until < clock_timestamp()',
    caughtBy: 'core/shards/moving.test.ts',
  },
  {
    name: 'shards have the hashes of passwords',
    file: 'core/shards/table_homes.sql',
    from: "'{id, email, claimed_email,",
    to: "'{id, email, password_hash, claimed_email,",
    caughtBy: 'core/shards/shards.test.ts',
  },
]
