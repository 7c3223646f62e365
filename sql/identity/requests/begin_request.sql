-- The first statement of every request's transaction, sent by src/request/transaction.ts together with BEGIN. The
-- request's own statements, such as app_public.book_slot, follow with the role and the claims that it sets. The token
-- identifies the account. Its rights are looked up here, so that a removed membership has no effect from the next
-- request on. Not SECURITY DEFINER: PostgreSQL forbids SET ROLE inside one. The look-up, which needs more
-- rights than the caller has, is in app_private.person_of.
create or replace function app_private.begin_request(claims jsonb) returns void
language plpgsql volatile as $$
declare
  person app_private.request_person;
begin
  person := app_private.person_of(claims);
  -- SET LOCAL rather than set_config(), because only SET reaches the shards of a distributed database. All settings are
  -- made in one EXECUTE with the role last: afterwards this function has only the caller's rights.
  execute format(
    'set local medislot.account_id = %L; set local medislot.session_id = %L; set local medislot.customer_id = %L;'
    'set local medislot.customer_ids = %L; set local medislot.client_address = %L; set local medislot.unconfirmed = %L;'
    '%s %s set local role %I',
    coalesce(person.account_id::text, ''), coalesce(person.session_id::text, ''),
    coalesce(person.customer_id::text, ''), coalesce(person.customer_ids::text, ''),
    coalesce(claims ->> 'from', ''), coalesce(person.is_unconfirmed::text, ''),
    -- A transaction begins without these, so they are set for staff only, or when anybody has set one before.
    case when person.staff_clinic_ids <> '{}' or concat(
      current_setting('medislot.staff_clinic_ids', true), current_setting('medislot.desk_clinic_ids', true),
      current_setting('medislot.manager_clinic_ids', true), current_setting('medislot.own_doctor_ids', true)) <> ''
    then format(
      'set local medislot.staff_clinic_ids = %L; set local medislot.desk_clinic_ids = %L;'
      'set local medislot.manager_clinic_ids = %L; set local medislot.own_doctor_ids = %L;',
      person.staff_clinic_ids, person.desk_clinic_ids, person.manager_clinic_ids, person.own_doctor_ids) end,
    case when claims ? 'device' then format('set local medislot.client_device = %L;', claims ->> 'device') end,
    person.role);
end
$$;

comment on function app_private.begin_request is
'Begins a request: sets the transaction''s role and claims from the payload of a verified token. The payload is '
'{"sub": account id, "sid": session id} for our own tokens, {"iss", "sub"} for those of an external issuer, {} or '
'null for anonymous callers. The server adds "from", the network address that the request comes from, and, at a '
'sign-in on the pages, "device", the digest of a cookie. The settings are valid until the transaction '
'ends. Refuses (unauthenticated) an account that is unknown or closed and a session that was signed out.';

grant execute on function app_private.begin_request to app_authenticator;
