create or replace function app_private.assert_below_limit(
  policy app_public.policies, customer_id bigint, except_slot_ids bigint[])
returns void
language plpgsql stable
-- Uses a generic plan. Otherwise PostgreSQL plans the statement in each booking, which takes five times as long as
-- counting.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  live int;
  ids bigint[] := app_private.ids_of_person(assert_below_limit.customer_id);
begin
  if app_hidden.caller_is_unconfirmed() then
    perform app_private.assert_unconfirmed_below_limit(except_slot_ids);
  end if;
  -- A series counts as one booking. Slots that are held together have the same held_until, which no other hold of the
  -- customer has. Each id is looked up by itself, because PostgreSQL estimates a list at ten elements and may then read
  -- all rows of a clinic.
  select (select count(distinct coalesce(-b.series_id, b.id)) from unnest(ids) as own (id)
          cross join lateral (
            select b.id, b.series_id from app_public.bookings b
            where b.clinic_id = policy.clinic_id and b.customer_id = own.id
              and b.status in ('booked', 'checked_in') and b.ends_at > now()
            offset 0) b)
       + (select count(distinct bs.held_until) from unnest(ids) as own (id)
          cross join lateral (
            select bs.held_until from app_public.booking_slots bs
            where bs.clinic_id = policy.clinic_id and bs.customer_id = own.id
              and bs.status = 'held' and bs.held_until > now() and bs.id <> all (except_slot_ids)
            offset 0) bs)
    into live;
  if live >= policy.max_live_bookings then
    perform app_hidden.refuse('too_many_bookings', format('There are %s live bookings and holds already.', live),
      jsonb_build_object('live', live, 'allowed', policy.max_live_bookings));
  end if;
end
$$;

comment on function app_private.assert_below_limit is
'Checks that the customer may book or hold one more visit in the policy''s clinic, not counting a hold on '
'`except_slot_ids`; a series counts as one. The caller holds the lock that ensure_clinic_customer takes. Refuses '
'too_many_bookings, and email_not_confirmed for callers who have not confirmed their e-mail address.';
