create or replace function app_private.require_feed(clinic_id bigint, doctor_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if require_feed.clinic_id is null then
    if require_feed.doctor_id is not null or app_hidden.current_customer_id() is null then
      perform app_hidden.refuse('invalid_argument', 'Name the clinic: the caller has no appointments of their own.',
        '{"argument": "clinicId"}');
    end if;
    return;
  end if;
  if require_feed.doctor_id is null then
    perform app_private.require_clinic_role(require_feed.clinic_id, 'desk');
  else
    perform app_private.require_desk_or_own_doctor(require_feed.clinic_id, require_feed.doctor_id);
  end if;
  -- A link ends with an employment, so operators, who have none, get no link.
  if require_feed.clinic_id <> all (app_hidden.staff_clinic_ids()) then
    perform app_hidden.refuse('forbidden', 'Only the clinic''s staff has links to its calendars.',
      jsonb_build_object('clinicId', require_feed.clinic_id::text));
  end if;
  if require_feed.doctor_id is not null and not exists (
       select from app_public.doctors d
       where d.clinic_id = require_feed.clinic_id and d.id = require_feed.doctor_id) then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.',
      jsonb_build_object('doctorId', require_feed.doctor_id::text));
  end if;
end
$$;

comment on function app_private.require_feed is
'Refuses (unauthenticated, forbidden, doctor_not_found, invalid_argument) unless the caller may have a link to this '
'calendar: of a clinic, of a doctor, or without both the caller''s own.';
