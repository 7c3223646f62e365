create or replace function app_private.record_consultation(
  clinic_id bigint, booking_id bigint, booking_sequence int, is_wanted boolean, reference text default null,
  error text default null) returns app_public.consultation_state
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  consultation app_public.consultations;
  failures_shown constant int := 3;
begin
  select c.* into consultation from app_public.consultations c
  where c.clinic_id = record_consultation.clinic_id and c.booking_id = record_consultation.booking_id
  for no key update;
  if not found then
    return null;
  end if;
  consultation.last_error := left(record_consultation.error, 1000);
  if record_consultation.error is not null then
    if consultation.state = 'wanted' and consultation.attempts >= failures_shown then
      consultation.state := 'failed';
    elsif consultation.state = 'unwanted' and consultation.closes_at < now() - interval '1 day' then
      -- Rooms end by themselves at their time.
      consultation.state := 'over';
      consultation.retry_at := null;
    end if;
  elsif record_consultation.is_wanted then
    consultation.provider_reference := record_consultation.reference;
    consultation.attempts := 0;
    if consultation.state in ('wanted', 'failed')
       and consultation.booking_sequence = record_consultation.booking_sequence then
      consultation.state := 'ready';
      consultation.retry_at := consultation.closes_at;
    else
      -- The visit was moved or cancelled meanwhile.
      consultation.retry_at := now();
    end if;
  elsif consultation.state = 'unwanted' then
    consultation.state := 'over';
    consultation.retry_at := null;
    consultation.provider_reference := null;
  else
    -- Dropped, and wanted again meanwhile.
    consultation.provider_reference := null;
    consultation.retry_at := now();
  end if;
  update app_public.consultations c
  set state = consultation.state, retry_at = consultation.retry_at, attempts = consultation.attempts,
    provider_reference = consultation.provider_reference, last_error = consultation.last_error
  where c.clinic_id = consultation.clinic_id and c.booking_id = consultation.booking_id;
  return consultation.state;
end
$$;

comment on function app_private.record_consultation is
'Records the outcome of an attempt on a claimed consultation: `reference` is what the provider returned for a room '
'that was prepared, `error` is the reason if the attempt failed. The other arguments are those that '
'claim_consultations returned: a room that was prepared for an earlier time of the visit is prepared again. After '
'three failures the state is failed, which the desk sees; attempts go on until the room would close. Returns the '
'state; null if the booking no longer exists.';
