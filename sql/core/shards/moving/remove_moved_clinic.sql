create or replace function app_private.remove_moved_clinic(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  in_shard constant boolean := app_private.is_shard();
  checkout_ids constant bigint[] := (
    select array_agg((c ->> 'id')::bigint)
    from jsonb_array_elements(app_private.companions_of_clinic(remove_moved_clinic.clinic_id) -> 'checkouts') c);
  one record;
begin
  perform app_private.wait_for_moving_rows();
  perform from app_private.clinic_moves cm
  where cm.clinic_id = remove_moved_clinic.clinic_id and cm.state = 'left' for update;
  if not found then
    return;
  end if;
  if in_shard then
    -- The global database keeps its copies, which the other shard changes from now on.
    perform app_private.publish_copies(without_clinic => remove_moved_clinic.clinic_id);
  end if;
  perform set_config('session_replication_role', 'replica', true);
  -- Money may still arrive in the database with the page. It is then reported to the other database.
  insert into billing_private.checkout_shares (checkout_id, shard_id, share_id, clinics, clinic_names, amount, recorded)
  select us.checkout_id, cm.to_shard, (cm.shares ->> us.checkout_id::text)::bigint, 1, array[c.name],
    us.amount, ch.state
  from app_private.unpaid_shares(remove_moved_clinic.clinic_id) us
  join billing.checkouts ch on ch.id = us.checkout_id
  join app_private.clinic_moves cm on cm.clinic_id = remove_moved_clinic.clinic_id
  join app_public.clinics c on c.id = cm.clinic_id;
  for one in
    select th.table_name from app_private.table_homes th
    where th.home = 'clinic' and (in_shard or th.copied_columns is null) order by th.table_name
  loop
    perform app_private.remove_rows_of_clinic(remove_moved_clinic.clinic_id, one.table_name);
  end loop;
  if not in_shard then
    perform app_private.become_copies(remove_moved_clinic.clinic_id);
  end if;
  delete from billing.checkouts ch
  -- A share is kept, because its outcome may be asked for again.
  where ch.id = any (checkout_ids) and not ch.is_share
    and not exists (select from billing.checkout_parts cp where cp.checkout_id = ch.id)
    and not exists (select from billing.payments p where p.checkout_id = ch.id)
    and not exists (select from billing_private.checkout_shares s where s.checkout_id = ch.id)
    and not exists (select from billing_private.provider_calls pc where pc.checkout_id = ch.id);
  perform set_config('session_replication_role', 'origin', true);
  if in_shard then
    perform app_private.publish_copies();
  end if;
  update app_private.clinic_moves cm set state = 'gone' where cm.clinic_id = remove_moved_clinic.clinic_id;
  insert into app_private.catalogue_changes default values;
end
$$;

comment on function app_private.remove_moved_clinic is
'The last step of a move in the database that the clinic has left: removes its rows with their history, but not the '
'copies in the global database. Does nothing if they were removed before.';
