create or replace function app_private.roster_columns()
returns table (file text, "position" int, "column" text, is_required boolean, max_length int, is_prose boolean)
language sql immutable parallel safe
begin atomic
  values
    ('clinic.csv', 1, 'name', true, 200, false),
    ('clinic.csv', 2, 'time zone', true, null, false),
    ('clinic.csv', 3, 'address', false, 500, false),
    ('clinic.csv', 4, 'phone', false, 50, false),
    ('clinic.csv', 5, 'e-mail', false, 254, false),
    ('clinic.csv', 6, 'date format', true, null, false),
    ('clinic.csv', 7, 'time format', true, null, false),
    ('doctors.csv', 1, 'name', true, 200, false),
    ('doctors.csv', 2, 'specializations', true, null, false),
    ('doctors.csv', 3, 'about', false, 5000, true),
    ('time_slots.csv', 1, 'name', true, 100, false),
    ('time_slots.csv', 2, 'start', true, null, false),
    ('time_slots.csv', 3, 'end', true, null, false),
    ('templates.csv', 1, 'doctor', true, null, false),
    ('templates.csv', 2, 'weekdays', true, null, false),
    ('templates.csv', 3, 'time slots', true, null, false),
    ('templates.csv', 4, 'valid from', false, null, false),
    ('templates.csv', 5, 'valid until', false, null, false);
end;

comment on function app_private.roster_columns() is
'The files and columns of a roster. A required column has to be there, with a value in every line; lengths are in characters; prose keeps its line breaks.';

revoke all on function app_private.roster_columns() from public;
