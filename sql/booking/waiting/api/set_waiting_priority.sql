create or replace function app_public.set_waiting_priority(
  clinic_id bigint, waiting_id bigint, priority int, row_version int default null)
returns app_public.waiting_list
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  entry app_public.waiting_list;
begin
  perform app_private.require_clinic_role(set_waiting_priority.clinic_id, 'desk');
  select w.* into entry from app_public.waiting_list w
  where w.clinic_id = set_waiting_priority.clinic_id and w.id = set_waiting_priority.waiting_id for no key update;
  if entry.id is null then
    perform app_hidden.refuse('waiting_entry_not_found', 'No such entry on the waiting list of this clinic.',
      jsonb_build_object('waitingId', set_waiting_priority.waiting_id::text));
  elsif set_waiting_priority.priority is null or set_waiting_priority.priority not between -100 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A priority lies between -100 and 100.', '{"argument": "priority"}');
  end if;
  perform app_private.require_version('waiting_list', set_waiting_priority.row_version, entry.row_version);
  update app_public.waiting_list w set priority = set_waiting_priority.priority
  where w.clinic_id = entry.clinic_id and w.id = entry.id
  returning w.* into entry;
  return entry;
end
$$;

comment on function app_public.set_waiting_priority is
'Sets the priority of an entry of the waiting list, -100 to 100. Freed times are offered to entries with a higher '
'priority first. Existing offers do not change. For the desk. Refuses waiting_entry_not_found, invalid_argument, '
'stale_row_version, forbidden, unauthenticated.';

grant execute on function app_public.set_waiting_priority to app_staff;
