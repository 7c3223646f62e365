create or replace function app_public.series_bookings(clinic_id bigint, series_id bigint)
returns setof app_public.bookings
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(series_bookings.clinic_id, 'staff');
  return query
    select b.* from app_public.bookings b
    where b.clinic_id = series_bookings.clinic_id and b.series_id = series_bookings.series_id
    order by b.starts_at, b.id;
end
$$;

comment on function app_public.series_bookings is
'The visits of a series in order of time, cancelled ones included; those that are archived are left out. For the '
'clinic''s staff. Refuses forbidden, unauthenticated.';

grant execute on function app_public.series_bookings to app_staff;
