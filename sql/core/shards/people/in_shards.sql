create or replace function app_private.in_shards(task text, asked jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  shard_ids constant text[] := array(
    select s.id::text from app_private.shards s where s.state = 'active' order by s.id);
  parts jsonb;
begin
  if shard_ids = '{}' then
    return '[]';
  end if;
  -- Also by the arguments: a document may ask about several people.
  parts := nullif(current_setting('medislot.gathered', true), '')::jsonb
    -> jsonb_build_array(in_shards.task, in_shards.asked)::text;
  if parts is null or not parts ?& shard_ids then
    raise info using message = 'medislot: to be gathered from the shards',
      detail = jsonb_build_object('task', in_shards.task, 'asked', in_shards.asked,
        'key', jsonb_build_array(in_shards.task, in_shards.asked)::text, 'shards', to_jsonb(shard_ids))::text;
    perform app_hidden.refuse('shards_first', 'The shards have to be asked for their parts first.',
      jsonb_build_object('task', in_shards.task));
  end if;
  return (select jsonb_agg(parts -> s.id order by s.n) from unnest(shard_ids) with ordinality s (id, n));
end
$$;

comment on function app_private.in_shards is
'In the global database: has the server ask all shards for their parts of an answer. At the first call in a '
'transaction it refuses, and tells the server what to ask (INFO). The server asks each shard as the same caller and '
'repeats the transaction with the parts; then this function returns them, with the number of the shard. Without '
'shards there are no parts. Refuses shards_first.';
