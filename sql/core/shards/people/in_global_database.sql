create or replace function app_private.in_global_database(task text, asked jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  answer constant jsonb := nullif(current_setting('medislot.recorded', true), '')::jsonb
    -> in_global_database.task;
begin
  if answer is null then
    -- Not in the detail of the refusal: PostgreSQL writes errors to its log, and this contains names and addresses.
    raise info using message = 'medislot: to be recorded in the global database',
      detail = jsonb_build_object('task', in_global_database.task, 'asked', in_global_database.asked)::text;
    perform app_hidden.refuse('global_database_first', 'The global database has to record a part of this first.',
      jsonb_build_object('task', in_global_database.task));
  elsif not app_private.has_arrived(in_global_database.task, answer) then
    perform app_hidden.refuse('shard_behind', 'This database has not received yet what the global one has recorded.');
  end if;
  return answer;
end
$$;

comment on function app_private.in_global_database is
'In a shard: has the server record a part of a call in the global database, at most one for each task in a '
'transaction. At the first call it refuses, and tells the server what to record (INFO). The server calls '
'app_private.record_for_clinic there, waits for the copy (app_private.has_arrived) and repeats the transaction with '
'the answer; then this function returns the answer. Refuses global_database_first, shard_behind.';
