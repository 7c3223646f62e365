create or replace function app_private.begin_move(clinic_id bigint, to_shard int) returns app_private.clinic_moves
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  move app_private.clinic_moves;
begin
  if not app_private.has_clinic(begin_move.clinic_id) then
    perform app_hidden.refuse('clinic_not_movable', 'This clinic is not in this database.', '{"because": "not_here"}');
  end if;
  select cm.* into move from app_private.clinic_moves cm where cm.clinic_id = begin_move.clinic_id for update;
  if move.to_shard <> begin_move.to_shard then
    perform app_hidden.refuse('clinic_not_movable',
      format('This clinic is moving to shard %s already (0: the global database).', move.to_shard),
      jsonb_build_object('because', 'moves_elsewhere', 'shardId', move.to_shard));
  elsif move.clinic_id is null then
    insert into app_private.clinic_moves as cm (clinic_id, to_shard)
    values (begin_move.clinic_id, begin_move.to_shard) returning cm.* into move;
  elsif move.state = 'left' then
    -- An earlier attempt was interrupted before the other database had the clinic.
    update app_private.clinic_moves cm set state = 'leaving' where cm.clinic_id = begin_move.clinic_id
    returning cm.* into move;
  end if;
  return move;
end
$$;

comment on function app_private.begin_move is
'Records in the database of a clinic that it is moving to a shard, or to the global database (0), unless that is '
'recorded already, and returns what is recorded. Writes are still possible. The caller has to ensure that the other '
'database does not have the clinic. Called by npm run shards -- move. Refuses clinic_not_movable (the detail says '
'why).';
