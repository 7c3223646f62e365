create or replace function app_private.hold_deadline(
  slot app_public.booking_slots, policy app_public.policies, customer_id bigint)
returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  holds int;
  first_of_the_day timestamptz;
  began timestamptz;
begin
  select count(*) filter (where e.occurred_at > now() - interval '1 day'),
         min(e.occurred_at) filter (where e.occurred_at > now() - interval '1 day'), max(e.occurred_at)
    into holds, first_of_the_day, began
  from app_public.events e
  where e.clinic_id = slot.clinic_id and e.booking_slot_id = slot.id and e.entity = 'booking_slot'
    and e.to_state = 'held'
    and e.customer_id = hold_deadline.customer_id;
  if slot.status = 'held' and slot.customer_id = hold_deadline.customer_id then
    return least(now() + policy.hold_time, coalesce(began, now()) + 3 * policy.hold_time);
  elsif holds >= policy.max_holds_of_a_slot then
    perform app_hidden.refuse('held_too_often',
      'This slot was held often enough. Book it, or leave it to others for a while.',
      jsonb_build_object('bookingSlotId', slot.id::text, 'retryAfterSeconds',
        ceil(extract(epoch from first_of_the_day + interval '1 day' - now()))));
  end if;
  return now() + policy.hold_time;
end
$$;

comment on function app_private.hold_deadline is
'Until when the customer may hold the slot. Limits repeated holds: a hold is prolonged to at most three hold times, '
'and the same slot is held at most max_holds_of_a_slot times a day. Refuses held_too_often (detail: '
'retryAfterSeconds).';
