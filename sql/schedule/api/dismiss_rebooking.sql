create or replace function app_public.dismiss_rebooking(clinic_id bigint, rebooking_id bigint)
returns app_public.rebooking_list
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  entry app_public.rebooking_list;
begin
  perform app_private.require_clinic_role(dismiss_rebooking.clinic_id, 'desk');
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'dismissed'
  where rl.clinic_id = dismiss_rebooking.clinic_id and rl.id = dismiss_rebooking.rebooking_id and rl.resolution is null
  returning rl.* into entry;
  if entry.id is null then
    perform app_hidden.refuse('rebooking_not_found', 'No such entry waits.',
      jsonb_build_object('rebookingId', dismiss_rebooking.rebooking_id::text));
  end if;
  return entry;
end
$$;

comment on function app_public.dismiss_rebooking is
'Removes an entry from the rebooking list. The booking stays as it is and is not listed again for this slot; if the '
'clinic had cancelled it, no new time is offered. For the desk. Refuses forbidden, rebooking_not_found.';

grant execute on function app_public.dismiss_rebooking to app_staff;
