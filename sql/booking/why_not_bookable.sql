create or replace function app_public.why_not_bookable(clinic_id bigint, booking_slot_id bigint) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot app_public.booking_slots;
  policy app_public.policies;
begin
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = why_not_bookable.clinic_id and bs.id = why_not_bookable.booking_slot_id;
  if slot.id is null then
    return 'slot_not_found';
  end if;
  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  declare
    state text;
  begin
    perform app_private.judge_slot(slot, app_hidden.current_customer_id());
    perform app_private.judge_time(slot, policy, false);
    return null;
  exception when others then
    get stacked diagnostics state = returned_sqlstate;
    -- Only what was judged: anything else is our fault and must not look like an answer.
    if state not like 'MS5%' then
      raise;
    end if;
    return (select ec.name from app_hidden.error_codes ec where ec.sqlstate = state);
  end;
end
$$;

comment on function app_public.why_not_bookable(bigint, bigint) is
'What a booking of this slot by a customer would be refused for now, as the name of the refusal (slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead); null when it can be booked. A slot that the caller holds can be booked. Says nothing of other rules for the customer, such as how many bookings they may have. Open to everybody, as the search is.';

revoke all on function app_public.why_not_bookable(bigint, bigint) from public;
grant execute on function app_public.why_not_bookable(bigint, bigint) to app_anonymous;
