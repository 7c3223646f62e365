create or replace function app_private.load_demo(rosters jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  password constant text := 'medislot-demo';
  roster record;
  clinic app_private.imported_roster;
  today date;
begin
  -- Two programs that start at once on an empty database: the second finds the first one's clinics. import_roster takes the lock too.
  perform pg_advisory_xact_lock(hashtextextended('medislot import', 0));
  if exists (select from app_public.clinics) then
    return false;
  end if;

  for roster in
    select r.item ->> 'name' as name, r.item -> 'roster' as files from jsonb_array_elements(rosters) with ordinality as r (item, n) order by r.n
  loop
    clinic := app_private.import_roster(roster.files);
    insert into app_public.employees (clinic_id, account_id, role, full_name, email)
    select clinic.clinic_id, app_private.create_account(address, password), 'manager', 'Manager of ' || clinic.clinic_name, address
    from (values (roster.name || '@medislot.example')) as m (address);
    select (now() at time zone c.time_zone)::date into today from app_public.clinics c where c.id = clinic.clinic_id;
    perform app_public.generate_booking_slots(clinic.clinic_id, today, today + 13);
  end loop;

  update app_public.specializations s set names = jsonb_build_object('de', german.name)
  from (values
    ('Allergology', 'Allergologie'), ('Cardiology', 'Kardiologie'), ('Dermatology', 'Dermatologie'),
    ('Diving Medicine', 'Tauchmedizin'), ('Ear, Nose and Throat', 'Hals-Nasen-Ohren-Heilkunde'),
    ('Emergency Medicine', 'Notfallmedizin'), ('Endocrinology', 'Endokrinologie'),
    ('General Practice', 'Allgemeinmedizin'), ('Gynecology', 'Gynäkologie'), ('Neurology', 'Neurologie'),
    ('Obstetrics', 'Geburtshilfe'), ('Ophthalmology', 'Augenheilkunde'), ('Orthopedics', 'Orthopädie'),
    ('Pediatrics', 'Kinder- und Jugendmedizin'), ('Psychiatry', 'Psychiatrie'), ('Sports Medicine', 'Sportmedizin')
  ) as german (specialization, name)
  where s.name = german.specialization::public.citext;

  insert into app_public.customers (account_id, full_name, email)
  select app_private.create_account(c.address, password), c.full_name, c.address
  from (values ('ann@medislot.example', 'Ann Miller'), ('bob@medislot.example', 'Bob Fischer')) as c (address, full_name);
  perform app_private.make_admin('admin@medislot.example', password);
  return true;
end
$$;

comment on function app_private.load_demo(jsonb) is
$c$Loads the demo into a database without clinics: rosters as [{"name", "roster": as app_private.import_roster takes it}, …], a manager <name>@medislot.example of each, customers ann@ and bob@medislot.example, admin@medislot.example (password of all: medislot-demo), and slots for two weeks from today.
False, and nothing done, when there is a clinic. Refuses import_refused.$c$;

revoke all on function app_private.load_demo(jsonb) from public;
