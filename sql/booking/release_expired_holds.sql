create or replace function app_private.release_expired_holds(batch int default 500) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  released int;
begin
  perform set_config('medislot.reason', 'hold expired', true);
  with expired as (
    select bs.clinic_id, bs.id from app_public.booking_slots bs
    where bs.status = 'held' and bs.held_until <= now()
    order by bs.clinic_id, bs.id
    limit batch for update skip locked
  ), opened as (
    update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
    from expired e where bs.clinic_id = e.clinic_id and bs.id = e.id
    returning bs.id
  )
  select count(*) into released from opened;
  perform set_config('medislot.reason', '', true);
  return released;
end
$$;

comment on function app_private.release_expired_holds(int) is
'Tidies up to `batch` holds that have expired and returns how many. Only tidiness: an expired hold counts as free without it. Called by the job release_expired_holds.';

revoke all on function app_private.release_expired_holds(int) from public;
