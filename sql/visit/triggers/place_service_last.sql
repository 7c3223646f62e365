create or replace function app_private.place_service_last() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  NEW.position := 1 + coalesce(
    (select max(s.position) from app_public.services s where s.clinic_id = NEW.clinic_id), 0);
  return NEW;
end
$$;

comment on function app_private.place_service_last is
'Trigger: gives a new service the last place in its clinic''s list.';
