create or replace function app_private.has_free_resources(
  wish app_private.resource_wish, own_slot_id bigint default null, own_booking_id bigint default null)
returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return not exists (
    select n.need from app_public.service_needs n
    where n.clinic_id = wish.clinic_id and n.service_id = wish.service_id
    except
    select f.need from app_private.free_resources(wish, own_slot_id, own_booking_id) f);
end
$$;

comment on function app_private.has_free_resources is
'Whether each need of the service can be met for a visit. The arguments are those of app_private.free_resources.';
