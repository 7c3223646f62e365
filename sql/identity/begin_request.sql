-- The first statement of every request's transaction, sent by src/graphql/request_adaptor.ts together with BEGIN.
-- The token says who; what the person may do is looked up now, so that a membership taken away is gone with the next request.
-- Not SECURITY DEFINER: PostgreSQL forbids SET ROLE inside one. The look-up, which needs rights, is in app_private.person_of.
create or replace function app_private.begin_request(claims jsonb) returns void
language plpgsql volatile as $$
declare
  person app_private.request_person;
begin
  person := app_private.person_of(claims);
  -- Real SET LOCAL, not set_config(): only SET reaches the shards of a distributed database. All in one EXECUTE, the role last:
  -- after it this function has only the caller's rights.
  execute format(
    'set local medislot.account_id = %L; set local medislot.session_id = %L; set local medislot.customer_id = %L;'
    'set local medislot.staff_clinic_ids = %L; set local medislot.desk_clinic_ids = %L; set local medislot.manager_clinic_ids = %L;'
    'set local medislot.own_doctor_ids = %L; set local medislot.client_address = %L; %s set local role %I',
    coalesce(person.account_id::text, ''), coalesce(person.session_id::text, ''), coalesce(person.customer_id::text, ''),
    person.staff_clinic_ids, person.desk_clinic_ids, person.manager_clinic_ids, person.own_doctor_ids, coalesce(claims ->> 'from', ''),
    case when claims ? 'device' then format('set local medislot.client_device = %L;', claims ->> 'device') end, person.role);
end
$$;

comment on function app_private.begin_request(jsonb) is
$c$Opens a request: sets the transaction's role and claims from a verified token's payload, {"sub": account id, "sid": session id} for our own tokens, {"iss", "sub"} for those of an external issuer, {} or null for nobody; beside it the server says "from" which network address the request comes and, when somebody signs in on the pages, by which "device" (the digest of a cookie).
Refuses (unauthenticated) an account that is unknown or closed and a session that was signed out. Valid until the transaction ends.$c$;

revoke all on function app_private.begin_request(jsonb) from public;
grant execute on function app_private.begin_request(jsonb) to app_authenticator;
