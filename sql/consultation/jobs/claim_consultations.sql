create or replace function app_private.claim_consultations(batch int default 20, at timestamptz default now())
returns table (
  clinic_id bigint, booking_id bigint, booking_sequence int, is_wanted boolean, provider text, former_provider text,
  room text, provider_reference text, opens_at timestamptz, closes_at timestamptz)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with due as materialized (
      select c.clinic_id, c.booking_id, c.provider as former_provider,
        c.state in ('wanted', 'failed') and c.closes_at > claim_consultations.at as is_wanted
      from app_public.consultations c
      where c.retry_at <= claim_consultations.at
      order by c.retry_at limit claim_consultations.batch for update skip locked
    )
    update app_public.consultations c
    set state = (case when d.is_wanted then c.state::text else 'unwanted' end)::app_public.consultation_state,
      provider = case when d.is_wanted then p.consultation_provider else c.provider end,
      attempts = c.attempts + 1,
      -- Counted, and the next attempt scheduled, before the provider is called: if a worker dies, another one goes on.
      retry_at = claim_consultations.at + least(interval '30 seconds' * 2 ^ least(c.attempts, 10), interval '5 minutes')
    from due d join app_public.policies p on p.clinic_id = d.clinic_id
    where c.clinic_id = d.clinic_id and c.booking_id = d.booking_id
    returning c.clinic_id, c.booking_id, c.booking_sequence, d.is_wanted, c.provider,
      case when c.provider_reference is not null and d.former_provider <> c.provider then d.former_provider end,
      c.room, case when c.provider = 'link' then (
          select dr.url from app_public.doctor_rooms dr join app_public.bookings b
            on b.clinic_id = dr.clinic_id and b.doctor_id = dr.doctor_id
          where b.clinic_id = c.clinic_id and b.id = c.booking_id)
        else c.provider_reference end,
      c.opens_at, c.closes_at;
end
$$;

comment on function app_private.claim_consultations is
'Claims up to `batch` consultations whose rooms are to be prepared (is_wanted) or dropped at `at`, skipping those that '
'another worker has claimed. `former_provider` has a room that is to be dropped as well, after the clinic chose '
'another provider. Each is due again after 30 s, doubling up to five minutes, unless record_consultation records its '
'outcome. Called by the job prepare_consultations.';
