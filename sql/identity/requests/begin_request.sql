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
  perform set_config('medislot.account_id', coalesce(person.account_id::text, ''), true),
          set_config('medislot.session_id', coalesce(person.session_id::text, ''), true),
          set_config('medislot.customer_id', coalesce(person.customer_id::text, ''), true),
          set_config('medislot.customer_ids', coalesce(person.customer_ids::text, ''), true),
          set_config('medislot.client_address', coalesce(claims ->> 'from', ''), true),
          set_config('medislot.unconfirmed', coalesce(person.is_unconfirmed::text, ''), true);
  -- A transaction begins without these, so they are set for staff only, or when anybody has set one before.
  if person.staff_clinic_ids <> '{}' or concat(
      current_setting('medislot.staff_clinic_ids', true), current_setting('medislot.desk_clinic_ids', true),
      current_setting('medislot.manager_clinic_ids', true), current_setting('medislot.own_doctor_ids', true)) <> '' then
    perform set_config('medislot.staff_clinic_ids', person.staff_clinic_ids::text, true),
            set_config('medislot.desk_clinic_ids', person.desk_clinic_ids::text, true),
            set_config('medislot.manager_clinic_ids', person.manager_clinic_ids::text, true),
            set_config('medislot.own_doctor_ids', person.own_doctor_ids::text, true);
  end if;
  if claims ? 'device' then
    perform set_config('medislot.client_device', claims ->> 'device', true);
  end if;
  -- The role comes last: afterwards this function has only the caller's rights.
  perform set_config('role', person.role, true);
end
$$;

comment on function app_private.begin_request is
'Begins a request: sets the transaction''s role and claims from the payload of a verified token. The payload is '
'{"sub": account id, "sid": session id} for our own tokens, {"iss", "sub"} for those of an external issuer, {} or '
'null for anonymous callers. The server adds "from", the network address that the request comes from, and, at a '
'sign-in on the pages, "device", the digest of a cookie. The settings are valid until the transaction '
'ends. Refuses (unauthenticated) an account that is unknown or closed and a session that was signed out.';

grant execute on function app_private.begin_request to app_authenticator;
