create or replace function app_private.remove_part_of_moved_clinic(clinic_id bigint, table_name text, most int)
returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  of_clinic constant text := app_private.clinic_column(table_name);
  has_more boolean;
begin
  perform app_private.wait_for_moving_rows();
  perform from app_private.clinic_moves cm
  where cm.clinic_id = remove_part_of_moved_clinic.clinic_id and cm.state = 'left' for update;
  -- These tables refer to checkouts and show which checkouts are to be removed.
  if not found or exists (
      select from pg_attribute a
      where a.attrelid = table_name::regclass and a.attname = 'checkout_id') then
    return false;
  end if;
  execute format('select count(*) > $2 from (select from %s t where t.%I = $1 limit $2 + 1) r', table_name, of_clinic)
  into has_more using remove_part_of_moved_clinic.clinic_id, most;
  if has_more then
    perform set_config('session_replication_role', 'replica', true);
    execute format(
      'delete from %1$s d where d.ctid = any (array(select t.ctid from %1$s t where t.%2$I = $1 limit $2))',
      table_name, of_clinic)
    using remove_part_of_moved_clinic.clinic_id, most;
    perform set_config('session_replication_role', 'origin', true);
  end if;
  return has_more;
end
$$;

comment on function app_private.remove_part_of_moved_clinic is
'Before the last step of a move, in the database that the clinic has left, where its rows are not published any more: '
'removes so many rows from a table, if that has more, so that the last transaction of the move is short. False if '
'nothing was removed.';
