create or replace function app_private.read_roster_clinic(
  lines app_private.roster_line[], out clinic app_private.roster_clinic, out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  clinic_line app_private.roster_line;
  dates record;
  times record;
  existing bigint;
begin
  select l.* into clinic_line from unnest(lines) l where l.file = 'clinic.csv' order by l.line limit 1;
  dates := app_private.parse_roster_date_format(clinic_line.cells ->> 'date format');
  times := app_private.parse_roster_time_format(clinic_line.cells ->> 'time format');
  clinic := (clinic_line.line, clinic_line.cells ->> 'name', clinic_line.cells ->> 'time zone',
    clinic_line.cells ->> 'address',
    clinic_line.cells ->> 'phone',
    clinic_line.cells ->> 'e-mail', dates.date_format, times.clock, upper(clinic_line.cells ->> 'country'));
  select min(c.id) into existing from app_public.clinics c where c.is_active
    and app_private.roster_key(c.name) = app_private.roster_key(clinic.name);

  faults := array(
    select row('clinic.csv', clinic.line, f."column", clinic_line.cells ->> f."column",
      f.reason)::app_private.roster_fault
    from (values
      ('name', case when existing is not null then
        format('there is a clinic "%s" already (clinic %s): '
          'change that one, deactivate it, or import under another name', clinic.name, existing) end),
      ('time zone', case when clinic.time_zone is not null and not app_private.is_time_zone(clinic.time_zone) then
        format('"%s" is no IANA time zone such as Europe/Berlin', clinic.time_zone) end),
      ('e-mail', case when not app_hidden.is_mailbox(app_hidden.canonical_address(clinic.email)) then
        format('"%s" is not an e-mail address such as desk@example.org', clinic_line.cells ->> 'e-mail') end),
      ('country', case when not exists (
          select from app_private.phone_plans p where p.country = coalesce(clinic.country, p.country)) then
        format('"%s" is not the two letters of a country, such as DE', clinic_line.cells ->> 'country') end),
      ('date format', dates.reason),
      ('time format', times.reason)
    ) as f ("column", reason)
    where f.reason is not null
  ) || array(
    select row('clinic.csv', l.line, null, null,
      'a roster is of one clinic: this line is one too many')::app_private.roster_fault
    from unnest(lines) l where l.file = 'clinic.csv' and l.line > clinic_line.line
  );
end
$$;

comment on function app_private.read_roster_clinic is
'Reads and checks a roster''s clinic.csv. Returns the clinic with the formats that it declares (null if they cannot '
'be read), and the faults.';
