create or replace function app_public.slot_bookability(
  clinic_id bigint, booking_slot_id bigint, service_id bigint default null)
returns app_public.slot_bookability
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot app_public.booking_slots;
  policy app_public.policies;
  service app_public.services;
  customer_id bigint;
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
    -- A hold of any customer for whom the caller acts does not stop the caller.
    customer_id := case when slot.customer_id = any (app_hidden.current_customer_ids())
      then slot.customer_id else app_hidden.current_customer_id() end;
    perform app_private.assert_claimable(slot, customer_id, slot_bookability.service_id);
    if slot_bookability.service_id is not null then
      service := app_private.offered_service(slot.clinic_id, slot_bookability.service_id, slot.doctor_id);
      perform app_private.assert_starts_as_offered(service, slot.starts_at + service.buffer_before);
      perform app_private.assert_run_claimable(slot.clinic_id, app_private.run_of(slot, service), service.id,
        customer_id);
      perform app_private.assert_resources_free(slot, service);
      policy := app_private.policy_of_service(policy, service);
      slot.starts_at := slot.starts_at + service.buffer_before;
    end if;
    perform app_private.assert_in_booking_window(slot, policy, false);
    return row(true, null::text);
  exception when others then
    get stacked diagnostics state = returned_sqlstate;
    -- Only refusals of these checks. Any other error is a bug and must not look like an answer.
    if state !~ '^MS(5|65|68|82)' then
      raise;
    end if;
    return row(false, (select ec.name from app_hidden.error_codes ec where ec.sqlstate = state));
  end;
end
$$;

comment on function app_public.slot_bookability is
'Whether a customer could book this slot now, alone or as the first of a visit of this service, and if not, the name '
'of the refusal: slot_not_found, slot_taken, slot_held (by another customer), slot_offered, slot_withdrawn, '
'slot_reserved, service_not_found, service_not_offered, start_not_offered, run_not_free, no_resource_free, '
'booking_too_late, booking_too_far_ahead (never slot_in_the_past, which applies to the desk). Checks the slot only, '
'not limits of the customer such as the number of bookings. Anyone may call it.';

grant execute on function app_public.slot_bookability to app_anonymous;
