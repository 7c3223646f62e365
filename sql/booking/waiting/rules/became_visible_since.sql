create or replace function app_private.became_visible_since(
  moment timestamptz, transaction xid, written_at timestamptz)
returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if written_at >= moment then
    return true;
  -- No transaction takes a minute.
  elsif moment - written_at >= '1 minute' or transaction = pg_current_xact_id_if_assigned()::xid then
    return false;
  elsif current_setting('track_commit_timestamp')::boolean then
    -- PostgreSQL takes this time before it flushes the commit. Others see its rows only after that.
    return coalesce(moment - pg_xact_commit_timestamp(transaction) <= '1 second', false);
  end if;
  return moment - written_at <= '5 seconds';
end
$$;

comment on function app_private.became_visible_since is
'Whether a row that `transaction` wrote at `written_at` may have become visible to others only at `moment` or later. '
'With the setting track_commit_timestamp, which the embedded database has, this is true until a second after the time '
'of the commit. Without it, it is true if the row was written up to 5 seconds before `moment`, since the commit may '
'have been later.';
