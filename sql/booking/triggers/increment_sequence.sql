create or replace function app_private.increment_sequence() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  NEW.sequence := OLD.sequence + 1;
  return NEW;
end
$$;

comment on function app_private.increment_sequence is
'Trigger: a cancellation raises a booking''s sequence, as a move does. Calendars ignore a change whose SEQUENCE is '
'not higher than that of the entry they have (RFC 5546).';
