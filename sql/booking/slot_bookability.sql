create or replace function app_public.slot_bookability(clinic_id bigint, booking_slot_id bigint) returns app_public.slot_bookability
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot app_public.booking_slots;
  policy app_public.policies;
begin
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = slot_bookability.clinic_id and bs.id = slot_bookability.booking_slot_id;
  if slot.id is null then
    return row(false, 'slot_not_found'::text);
  end if;
  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  declare
    state text;
  begin
    perform app_private.judge_slot(slot, app_hidden.current_customer_id());
    perform app_private.judge_time(slot, policy, false);
    return row(true, null::text);
  exception when others then
    get stacked diagnostics state = returned_sqlstate;
    -- Only what was judged: anything else is our fault and must not look like an answer.
    if state not like 'MS5%' then
      raise;
    end if;
    return row(false, (select ec.name from app_hidden.error_codes ec where ec.sqlstate = state));
  end;
end
$$;

comment on function app_public.slot_bookability(bigint, bigint) is
'Whether a customer could book this slot now, and if not, the name of the refusal: slot_not_found, slot_taken, slot_held (by another), slot_withdrawn, booking_too_late, booking_too_far_ahead (never slot_in_the_past, which binds the desk). Judges the slot only, not what else binds a customer, such as how many bookings they may have. Open to everybody, as the search is.';

revoke all on function app_public.slot_bookability(bigint, bigint) from public;
grant execute on function app_public.slot_bookability(bigint, bigint) to app_anonymous;
