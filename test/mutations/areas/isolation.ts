import type { Mutation } from '../mutation.ts'

/** Access control: roles, claims, row-level security. */
export const isolation: Mutation[] = [
  {
    name: 'a desk acts on the bookings of every clinic',
    file: 'as_desk_or_customer.sql',
    from: 'as_desk_or_customer.clinic_id = any (app_hidden.desk_clinic_ids())',
    to: "app_hidden.desk_clinic_ids() <> '{}'",
    caughtBy: 'cancel_booking.test.ts',
  },
  {
    name: 'callers without rights learn that a booking exists',
    file: 'acts_as_desk.sql',
    from: "perform app_hidden.refuse('booking_not_found',",
    to: "perform app_hidden.refuse('forbidden',",
    caughtBy: 'cancel_booking.test.ts',
  },
  {
    name: 'doctors have the rights of the desk',
    file: 'person_of.sql',
    from: "e.role in ('receptionist', 'manager')",
    to: "e.role in ('receptionist', 'manager', 'doctor')",
    caughtBy: 'begin_request.test.ts',
  },
  {
    name: 'a membership that was ended still counts',
    file: 'person_of.sql',
    from: 'e.account_id = account.id and e.is_active;',
    to: 'e.account_id = account.id;',
    caughtBy: 'begin_request.test.ts',
  },
  {
    name: 'a session that was signed out still counts',
    file: 'person_of.sql',
    from: 'and s.revoked_at is null and s.expires_at > now()',
    to: 'and s.expires_at > now()',
    caughtBy: 'begin_request.test.ts',
  },
  {
    name: "doctors withdraw their colleagues' slots",
    file: 'require_desk_or_own_doctor.sql',
    from: 'require_desk_or_own_doctor.doctor_id = any (app_hidden.own_doctor_ids())',
    to: "app_hidden.own_doctor_ids() <> '{}'",
    caughtBy: 'withdraw_slot.test.ts',
  },
  {
    name: 'receptionists manage',
    file: 'require_clinic_role.sql',
    from: "when 'manage' then app_hidden.manager_clinic_ids()",
    to: "when 'manage' then app_hidden.desk_clinic_ids()",
    caughtBy: 'invitations.test.ts',
  },
  {
    name: 'the desk books for patients of other clinics',
    file: 'resolve_customer.sql',
    from: 'where cc.clinic_id = resolve_customer.clinic_id and cc.customer_id = target',
    to: 'where cc.customer_id = target',
    caughtBy: 'resolve_customer.test.ts',
  },
  {
    name: 'a row may move to another clinic',
    file: 'refuse_new_identity.sql',
    from: 'is distinct from to_jsonb(OLD) -> TG_ARGV[i]',
    to: 'is distinct from to_jsonb(NEW) -> TG_ARGV[i]',
    caughtBy: 'sql/booking/tables/constraints.test.ts',
  },
]
