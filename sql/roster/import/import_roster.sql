create or replace function app_private.import_roster(roster jsonb) returns app_private.imported_roster
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  lines app_private.roster_line[];
  clinic record;
  doctors record;
  time_slots record;
  rooms record;
  services record;
  questions record;
  templates record;
  absences record;
  faults app_private.roster_fault[];
begin
  -- One import at a time, so that two imports of the same folder cannot both find that the clinic does not exist.
  perform pg_advisory_xact_lock(hashtextextended('medislot import', 0));

  lines := array(select l from app_private.roster_lines(roster) l);
  clinic := app_private.read_roster_clinic(lines);
  doctors := app_private.read_roster_doctors(lines);
  time_slots := app_private.read_roster_time_slots(lines, (clinic.clinic).clock);
  rooms := app_private.read_roster_rooms(lines);
  services := app_private.read_roster_services(roster, lines, doctors.doctors, rooms.rooms);
  questions := app_private.read_roster_questions(roster, lines, services.services);
  templates := app_private.read_roster_templates(roster, lines, clinic.clinic, doctors.doctors, time_slots.time_slots,
    services.services);
  absences := app_private.read_roster_absences(roster, lines, clinic.clinic, doctors.doctors);
  faults := array(select f from app_private.roster_shape_faults(roster) f)
    || array(select f from app_private.roster_value_faults(lines) f)
    || clinic.faults || doctors.faults || time_slots.faults || rooms.faults || services.faults
    || questions.faults || templates.faults || absences.faults
    || array(select f from app_private.overlapping_roster_templates(templates.templates, time_slots.time_slots) f);

  if cardinality(faults) > 0 then
    perform app_private.refuse_roster(roster, faults);
  end if;
  return app_private.store_roster(clinic.clinic, doctors.doctors, time_slots.time_slots, services.services,
    questions.questions, templates.templates, absences.absences, rooms.rooms);
end
$$;

comment on function app_private.import_roster is
$c$For operators: stores a clinic's roster, all or nothing. Takes the files as npm run import reads them:
{"clinic.csv": {"records": [{"line": 1, "fields": ["name", …]}, …], "faults": [{"line", "field", "reason",
"text"}]}, "doctors.csv": …, "time_slots.csv": …, "templates.csv": …} and, of a clinic that has
them, "rooms.csv", "services.csv", "questions.csv" and "absences.csv"; formats are in docs/import.md.
Returns the clinic's id, the numbers of rows stored, and the specializations that no clinic had before, among which a
mistyped one can be found. Refuses import_refused, with every fault of every line: {"faults": [{"file", "line",
"column", "reason", "value"}]}.$c$;
