create or replace function app_public.end_guardianship(
  dependant_customer_id bigint, guardian_customer_id bigint default null)
returns app_public.guardianships
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  guardian bigint := coalesce(end_guardianship.guardian_customer_id, app_hidden.current_customer_id());
  guardianship app_public.guardianships;
begin
  if app_hidden.current_account_id() is null and not app_private.caller_is_operator() then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  -- Waits for bookings in progress (assert_still_acts_for).
  select g.* into guardianship from app_public.guardianships g
  where g.guardian_customer_id = guardian and g.dependant_customer_id = end_guardianship.dependant_customer_id
  for no key update;
  if guardianship.guardian_customer_id is null or not (
       app_private.caller_is_operator()
       or guardianship.guardian_customer_id = any (app_private.own_ids(app_hidden.current_customer_id()))
       or guardianship.dependant_customer_id = any (app_private.own_ids(app_hidden.current_customer_id()))) then
    perform app_hidden.refuse('guardianship_not_found', 'There is no such guardianship.',
      jsonb_build_object('dependantCustomerId', end_guardianship.dependant_customer_id::text));
  end if;
  update app_public.guardianships g set ended_at = now()
  where g.guardian_customer_id = guardian and g.dependant_customer_id = guardianship.dependant_customer_id
    and g.ended_at is null
  returning g.* into guardianship;
  perform app_private.renew_customer_ids();
  return guardianship;
end
$$;

comment on function app_public.end_guardianship is
'Ends a guardianship at once: the guardian no longer sees or manages the dependant''s visits. The visits stay, and '
'the clinics keep their records. Guardians end their own (leave guardian_customer_id out), dependants who have an '
'account end that of their guardian, administrators and DBAs any. Ending it again changes nothing. Refuses '
'unauthenticated, guardianship_not_found.';

grant execute on function app_public.end_guardianship to app_customer;
