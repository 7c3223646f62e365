--! Previous: sha1:cba5f538d89f36168f1ec92eb5aa8f9ccdb2fbe6
--! Hash: sha1:a4f6698728298dd01dd918a7765fcb6c5dfdcc1c
--! Message: the next generation, faults of texts in previews

-- Enter migration here

create type app_public.next_generation as (clinic_id bigint, due_at timestamptz, from_date date, to_date date);
comment on type app_public.next_generation is 'A generation of slots that the schedule has ahead.';
comment on column app_public.next_generation.to_date is 'Inclusive.';
--! Included schedule/dates_to_generate.sql
create or replace function app_private.dates_to_generate(clinic_id bigint, due_at timestamptz, out from_date date, out to_date date)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  zone text;
  weeks int;
  monday date;
  covered date;
begin
  select c.time_zone, p.generation_weeks into zone, weeks
  from app_public.clinics c
  join app_public.policies p on p.clinic_id = c.id
  where c.id = dates_to_generate.clinic_id;
  monday := date_trunc('week', due_at at time zone zone)::date + 7;
  -- Weeks that were missed while no worker ran are made up for, from the day after the last scheduled run's end.
  select max(r.to_date) into covered from app_public.slot_generation_runs r
  where r.clinic_id = dates_to_generate.clinic_id and r.due_at is not null;
  from_date := greatest(least(monday, covered + 1), (now() at time zone zone)::date);
  -- A year of weeks and missed ones before them would be more than one run may make; the next one goes on from there.
  to_date := least(monday + 7 * weeks - 1, from_date + 366);
end
$$;

comment on function app_private.dates_to_generate(bigint, timestamptz) is
'For which of a clinic''s local dates, inclusive, its scheduled generation due at `due_at` makes slots: the next Monday to Sunday (policies.generation_weeks of them), and weeks missed before.';

revoke all on function app_private.dates_to_generate(bigint, timestamptz) from public;
--! EndIncluded schedule/dates_to_generate.sql
--! Included schedule/generate_due_slots.sql
create or replace function app_private.generate_due_slots(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  due timestamptz;
  dates record;
begin
  select d.due_at into due from app_private.clinics_due_for_generation() d where d.clinic_id = generate_due_slots.clinic_id;
  if due is null then
    return null;
  end if;
  dates := app_private.dates_to_generate(generate_due_slots.clinic_id, due);
  return app_private.make_booking_slots(generate_due_slots.clinic_id, dates.from_date, dates.to_date, due);
end
$$;

comment on function app_private.generate_due_slots(bigint) is
'Makes the slots that the clinic''s schedule is due to make (dates_to_generate). Returns the run, or null when none is due. Called by the job generate_due_slots, one clinic a transaction.';

revoke all on function app_private.generate_due_slots(bigint) from public;
--! EndIncluded schedule/generate_due_slots.sql
--! Included schedule/next_generation.sql
create or replace function app_public.next_generation(clinic_id bigint) returns app_public.next_generation
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  last_due timestamptz;
  coming app_public.next_generation;
  dates record;
begin
  perform app_private.require_clinic_role(next_generation.clinic_id, 'staff');
  select c.* into clinic from app_public.clinics c where c.id = next_generation.clinic_id;
  if clinic.id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.', jsonb_build_object('clinicId', next_generation.clinic_id::text));
  elsif not clinic.is_active then
    return null;
  end if;
  select p.* into policy from app_public.policies p where p.clinic_id = clinic.id;
  coming.clinic_id := clinic.id;
  -- One that is due and has not run comes first.
  select d.due_at into coming.due_at from app_private.clinics_due_for_generation() d where d.clinic_id = clinic.id;
  if coming.due_at is null then
    last_due := app_private.last_generation_time(now(), clinic.time_zone, policy.generation_weekday, policy.generation_time);
    -- By the clinic's clock: seven days of it are not always 168 hours.
    coming.due_at := ((last_due at time zone clinic.time_zone)::date + 7 + policy.generation_time) at time zone clinic.time_zone;
  end if;
  dates := app_private.dates_to_generate(clinic.id, coming.due_at);
  coming.from_date := dates.from_date;
  coming.to_date := dates.to_date;
  return coming;
end
$$;

comment on function app_public.next_generation(bigint) is
'When a clinic''s slots are made next by its schedule, and for which local dates, inclusive. In the past while a run is due and no worker has come to it. Null for an inactive clinic. For staff. Refuses forbidden, unauthenticated, clinic_not_found.';

revoke all on function app_public.next_generation(bigint) from public;
grant execute on function app_public.next_generation(bigint) to app_staff;
--! EndIncluded schedule/next_generation.sql
--! Included notification/understand_text.sql
create or replace function app_private.understand_text(argument text, text text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  mark text[];
  open_sections text[] := '{}';
begin
  if regexp_replace(text, '\{\{[#/]?[a-z_]+\}\}', '', 'g') ~ '\{\{|\}\}' then
    perform app_hidden.refuse('text_not_understood', 'Braces that are no {{word}}.', jsonb_build_object('argument', argument, 'text', text));
  end if;
  for mark in select m from regexp_matches(text, '\{\{([#/]?)([a-z_]+)\}\}', 'g') m loop
    if not mark[2] = any ('{clinic,address,phone,doctor,customer,when,date,time,booking,reason,by_customer,by_clinic}') then
      perform app_hidden.refuse('text_not_understood', format('There is no word {{%s}}.', mark[2]),
        jsonb_build_object('argument', argument, 'word', mark[2]));
    elsif mark[1] = '#' then
      open_sections := mark[2] || open_sections;
    elsif mark[1] = '/' then
      if open_sections[1] is distinct from mark[2] then
        perform app_hidden.refuse('text_not_understood', format('{{/%s}} closes nothing.', mark[2]),
          jsonb_build_object('argument', argument, 'word', mark[2]));
      end if;
      open_sections := open_sections[2:];
    end if;
  end loop;
  if open_sections <> '{}' then
    perform app_hidden.refuse('text_not_understood', format('{{#%s}} is not closed.', open_sections[1]),
      jsonb_build_object('argument', argument, 'word', open_sections[1]));
  end if;
end
$$;

comment on function app_private.understand_text(text, text) is
'Refuses (text_not_understood) a message text with unknown {{words}}, stray braces or sections that are not closed. `argument` (subject, body) is told in the detail. text_values knows the same words.';

revoke all on function app_private.understand_text(text, text) from public;
--! EndIncluded notification/understand_text.sql
--! Included notification/check_notification_text.sql
create or replace function app_private.check_notification_text() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.understand_text('subject', NEW.subject);
  perform app_private.understand_text('body', NEW.body);
  return NEW;
end
$$;

comment on function app_private.check_notification_text() is
'Trigger: refuses (text_not_understood) a clinic''s text that cannot be filled in, so that it is told to who writes it and not to patients.';

revoke all on function app_private.check_notification_text() from public;
--! EndIncluded notification/check_notification_text.sql
--! Included notification/preview_notification.sql
create or replace function app_public.preview_notification(
  clinic_id bigint, kind app_public.notification_kind, channel text, language text, subject text default null, body text default null)
returns app_public.notification_preview
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  doctor_name text;
  stored record;
  the_values jsonb;
  preview app_public.notification_preview;
begin
  perform app_private.require_clinic_role(preview_notification.clinic_id, 'manage');
  select c.* into clinic from app_public.clinics c where c.id = preview_notification.clinic_id;
  if clinic.id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.', jsonb_build_object('clinicId', preview_notification.clinic_id::text));
  end if;
  select t.subject, t.body into stored
  from app_private.notification_text(clinic.id, preview_notification.kind, preview_notification.channel, preview_notification.language) t;
  if stored.body is null then
    perform app_hidden.refuse('invalid_argument', 'Channels are email and sms, languages en and de.', '{"argument": "channel"}');
  end if;
  perform app_private.understand_text('subject', preview_notification.subject);
  perform app_private.understand_text('body', preview_notification.body);
  select d.full_name into doctor_name from app_public.doctors d where d.clinic_id = clinic.id and d.is_active order by d.id limit 1;
  the_values := app_private.text_values(clinic, 'Ann Example', coalesce(doctor_name, 'Dr. Example'),
    -- The next full hour tomorrow, by the clinic's clock.
    (date_trunc('hour', now() at time zone clinic.time_zone) + interval '25 hours') at time zone clinic.time_zone,
    preview_notification.language, 12345,
    case preview_notification.kind when 'booking_cancelled' then 'customer' when 'slot_withdrawn' then 'clinic' end::app_public.booking_party, null);
  preview.subject := app_private.fill_in(coalesce(preview_notification.subject, stored.subject), the_values);
  preview.body := app_private.fill_in(coalesce(preview_notification.body, stored.body), the_values);
  return preview;
end
$$;

comment on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) is
'A message as an invented patient would get it, in the clinic''s text or, with subject and body, in one not stored yet. For managers. Refuses forbidden, clinic_not_found, invalid_argument, text_not_understood.';

revoke all on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) from public;
grant execute on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) to app_staff;
--! EndIncluded notification/preview_notification.sql
