create or replace function app_private.release_expired_holds(batch int default 500) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  released int;
begin
  perform app_private.set_event_reason('hold expired');
  with expired as (
    select bs.clinic_id, bs.id from app_public.booking_slots bs
    where bs.status = 'held' and bs.held_until <= now()
      -- Not copies of what is in a shard.
      and not exists (select from app_private.clinic_shards cs where cs.clinic_id = bs.clinic_id)
    order by bs.clinic_id, bs.id
    limit batch for update skip locked
  ), opened as (
    update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
    from expired e where bs.clinic_id = e.clinic_id and bs.id = e.id
    returning bs.id
  )
  select count(*) into released from opened;
  perform app_private.set_event_reason(null);
  return released;
end
$$;

comment on function app_private.release_expired_holds is
'Releases up to `batch` expired holds and returns how many. Nothing depends on this, because an expired hold counts '
'as free. Called by the job release_expired_holds.';
