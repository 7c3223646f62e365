create or replace function app_private.assert_series(clinic_id bigint, series_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
    select from app_public.booking_series s
    where s.clinic_id = assert_series.clinic_id and s.id = assert_series.series_id)
  then
    perform app_hidden.refuse('series_not_found', 'No such series in this clinic.',
      jsonb_build_object('seriesId', assert_series.series_id::text));
  end if;
end
$$;

comment on function app_private.assert_series is 'Refuses series_not_found if the clinic has no such series.';
