create or replace function app_private.judge_count(policy app_public.policies, customer_id bigint, except_slot_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  live int;
begin
  select (select count(*) from app_public.bookings b
          where b.clinic_id = policy.clinic_id and b.customer_id = judge_count.customer_id
            and b.status in ('booked', 'checked_in') and b.ends_at > now())
       + (select count(*) from app_public.booking_slots bs
          where bs.clinic_id = policy.clinic_id and bs.customer_id = judge_count.customer_id
            and bs.status = 'held' and bs.held_until > now() and bs.id <> judge_count.except_slot_id)
    into live;
  if live >= policy.max_live_bookings then
    perform app_hidden.refuse('too_many_bookings', format('There are %s live bookings and holds already.', live),
      jsonb_build_object('live', live, 'allowed', policy.max_live_bookings));
  end if;
end
$$;

comment on function app_private.judge_count(app_public.policies, bigint, bigint) is
'Whether the customer may claim one more slot in the policy''s clinic, not counting a hold on `except_slot_id`; the caller holds the lock of keep_clinic_customer. Refuses too_many_bookings.';

revoke all on function app_private.judge_count(app_public.policies, bigint, bigint) from public;
