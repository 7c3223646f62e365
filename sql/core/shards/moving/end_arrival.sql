create or replace function app_private.end_arrival(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform set_config('session_replication_role', 'origin', true);
  delete from app_private.clinic_moves cm where cm.clinic_id = end_arrival.clinic_id and cm.state = 'gone';
  -- The other database may not have carried out an erasure that was carried out here.
  perform app_private.note_erasure(er.customer_id) from app_private.erasures er
  where exists (
      select from app_public.clinic_customers cc
      where cc.clinic_id = end_arrival.clinic_id and cc.customer_id = er.customer_id)
    or exists (
      select from app_private.guest_bookings gb
      where gb.clinic_id = end_arrival.clinic_id and gb.customer_id = er.customer_id)
    or exists (
      select from app_public.waiting_list w
      where w.clinic_id = end_arrival.clinic_id and w.customer_id = er.customer_id);
  -- Nor a removal.
  perform app_private.note_removal(b.customer_id, max(r.removed_at))
  from app_private.removals r
  join app_public.bookings b on b.clinic_id = end_arrival.clinic_id and b.customer_id = r.customer_id
    and b.status in ('booked', 'checked_in') and b.created_at <= r.removed_at
  group by b.customer_id;
  if app_private.is_shard() then
    perform app_private.publish_copies();
  else
    perform app_private.map_clinic(end_arrival.clinic_id, 0);
  end if;
  insert into app_private.catalogue_changes default values;
end
$$;

comment on function app_private.end_arrival is
'Ends what begin_arrival began: from here on, changes are copied to the global database as usual, or, if this is the '
'global database, the map says that the clinic is here. People of the clinic who were erased meanwhile are erased '
'here, too (app_private.carry_out_erasure), and the visits of customers who were removed are cancelled '
'(app_private.carry_out_removal).';
