-- Loads the demo; run by src/roster/demo.ts. Temporary functions end with their connection, so a production database has
-- nothing that makes accounts with a published password, and the container has no examples/ at all.
--
-- load_demo takes the rosters as [{"name", "roster": as app_private.import_roster takes it}, …]. Makes a manager
-- <name>@medislot.example of each, customers ann@, bob@ and mia@medislot.example, admin@medislot.example (password of
-- all: medislot-demo), and slots for two weeks from today. False, and nothing done, when there is a clinic. Refuses
-- import_refused, and forbidden in a database that is declared to be in production.
--
-- In an installation with shards, load_demo_people makes the people in the global database, and load_demo_clinics some of
-- the clinics in each shard when it has copies of them; without payments, and without patients whom a desk recorded.
create or replace function pg_temp.load_demo(rosters jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  if not pg_temp.demo_is_missing() then
    return false;
  end if;
  perform pg_temp.add_demo_people(rosters);
  perform pg_temp.add_demo_clinics(rosters);
  perform pg_temp.add_demo_prices();
  perform pg_temp.charge_demo_patient(c.id) from app_public.clinics c where c.name like 'Harbour%';
  perform pg_temp.book_demo_series(c.id) from app_public.clinics c where c.name like 'Lagoon%';
  return true;
end
$$;

create or replace function pg_temp.load_demo_people(rosters jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  if not pg_temp.demo_is_missing() or exists (select from app_private.accounts) then
    return false;
  end if;
  perform pg_temp.add_demo_people(rosters);
  return true;
end
$$;

create or replace function pg_temp.load_demo_clinics(rosters jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  if not pg_temp.demo_is_missing() then
    return false;
  end if;
  perform pg_temp.add_demo_clinics(rosters);
  perform pg_temp.add_demo_prices();
  return true;
end
$$;

-- Whether there is no clinic. When two programs start at once on an empty database, the second waits and finds the
-- clinics of the first.
create or replace function pg_temp.demo_is_missing() returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if (select i.is_production from app_private.installation i) then
    perform app_hidden.refuse('forbidden',
      'This is a production database: the demo, whose passwords are published, is not loaded here.');
  end if;
  -- import_roster takes the same lock.
  perform pg_advisory_xact_lock(hashtextextended('medislot import', 0));
  return not exists (select from app_public.clinics);
end
$$;

-- The specializations of the rosters, the managers' accounts, patients, and an administrator.
create or replace function pg_temp.add_demo_people(rosters jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  password constant text := 'medislot-demo';
begin
  insert into app_public.specializations (name, names)
  select german.specialization, jsonb_build_object('de', german.name)
  from (values
    ('Allergology', 'Allergologie'), ('Cardiology', 'Kardiologie'), ('Dermatology', 'Dermatologie'),
    ('Diving Medicine', 'Tauchmedizin'), ('Ear, Nose and Throat', 'Hals-Nasen-Ohren-Heilkunde'),
    ('Emergency Medicine', 'Notfallmedizin'), ('Endocrinology', 'Endokrinologie'),
    ('General Practice', 'Allgemeinmedizin'), ('Gynecology', 'Gynäkologie'), ('Neurology', 'Neurologie'),
    ('Obstetrics', 'Geburtshilfe'), ('Ophthalmology', 'Augenheilkunde'), ('Orthopedics', 'Orthopädie'),
    ('Pediatrics', 'Kinder- und Jugendmedizin'), ('Psychiatry', 'Psychiatrie'), ('Sports Medicine', 'Sportmedizin')
  ) as german (specialization, name)
  order by german.specialization
  on conflict on constraint specializations_are_unique_by_name do update set names = excluded.names;
  perform app_private.create_account((r.item ->> 'name') || '@medislot.example', password)
  from jsonb_array_elements(rosters) with ordinality as r (item, n) order by r.n;
  insert into app_public.customers (account_id, full_name, email)
  select app_private.create_account(c.address, password), c.full_name, c.address
  from (values ('ann@medislot.example', 'Ann Miller'), ('bob@medislot.example', 'Bob Fischer'),
    ('mia@medislot.example', 'Mia Schneider')) as c (address, full_name);
  -- A family: Mia books for her two children.
  with children as (
    insert into app_public.customers (full_name, birth_date)
    values ('Lea Schneider', current_date - 3000), ('Tom Schneider', current_date - 2000) returning id, birth_date
  )
  insert into app_public.guardianships (guardian_customer_id, dependant_customer_id, relation, until)
  select mia.id, children.id, 'parent', (children.birth_date + interval '18 years')::date
  from app_public.customers mia, children where mia.full_name = 'Mia Schneider';
  perform app_private.make_admin('admin@medislot.example', password);
end
$$;

-- Clinics with their managers, slots, absences, and waiting lists.
create or replace function pg_temp.add_demo_clinics(rosters jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  roster record;
  clinic app_private.imported_roster;
  today date;
begin
  for roster in
    select r.item ->> 'name' as name, r.item -> 'roster' as files
      from jsonb_array_elements(rosters) with ordinality as r (item, n) order by r.n
  loop
    clinic := app_private.import_roster(roster.files);
    insert into app_public.employees (clinic_id, account_id, role, full_name, email)
    select clinic.clinic_id, a.id, 'manager', 'Manager of ' || clinic.clinic_name, a.email
    from app_private.accounts a where a.email = roster.name || '@medislot.example';
    select (now() at time zone c.time_zone)::date into today from app_public.clinics c where c.id = clinic.clinic_id;
    perform app_public.generate_booking_slots(clinic.clinic_id, today, today + 13);
    -- One clinic that takes guests, so that both kinds can be tried.
    update app_public.policies p set accepts_guests = true where p.clinic_id = clinic.clinic_id and roster.name = 'lagoon';
  end loop;

  -- Later than the slots that are made: they are free for trying things out.
  insert into app_public.absences (clinic_id, doctor_id, kind, first_date, last_date, note)
  select c.id, case when a.has_doctor then d.id end, a.kind, current_date + a.first_day, current_date + a.last_day, a.note
  from app_public.clinics c
  cross join lateral (select min(d.id) as id from app_public.doctors d where d.clinic_id = c.id) d
  cross join (values (true, 'vacation'::app_public.absence_kind, 40, 50, null),
    (true, 'training', 64, 64, 'Ultrasound course'), (false, 'closure', 72, 74, 'Renovation')
  ) a (has_doctor, kind, first_day, last_day, note)
  order by c.id, a.first_day;

  -- They wait at one clinic for times after the slots that are made: what somebody cancels while trying things out is free.
  perform app_public.join_waiting_list(c.id, p.id, s.id, from_date => current_date + 30,
    until_date => current_date + 90, weekdays => w.weekdays, not_before => w.not_before)
  from app_public.clinics c
  join (values ('Mia Schneider', 'First visit', '{1,3}'::int[], null), ('Lea Schneider', null, null, '14:00'::time)
    ) w (name, service, weekdays, not_before) on c.name like 'Riverside%'
  join app_public.customers p on p.full_name = w.name
  left join app_public.services s on s.clinic_id = c.id and s.name = w.service
  order by p.id;
end
$$;

-- Payments, at one clinic: two services that are paid in advance, through the provider that takes no real money.
create or replace function pg_temp.add_demo_prices() returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  update app_public.policies p set currency = 'USD' from app_public.clinics c
  where c.id = p.clinic_id and c.name like 'Harbour%';
  insert into billing.prices (clinic_id, service_id, amount, currency, payment_rule, deposit)
  select s.clinic_id, s.id, p.amount, 'USD', p.rule::billing.payment_rule, p.deposit
  from app_public.services s
  join app_public.clinics c on c.id = s.clinic_id and c.name like 'Harbour%'
  join (values ('Vaccination', 3500, 'full', null), ('Heart examination', 12000, 'deposit', 3000)
    ) p (service, amount, rule, deposit) on p.service = s.name;
  insert into billing.coupons (clinic_id, code, percent, currency)
  select c.id, 'WELCOME', 10, 'USD' from app_public.clinics c where c.name like 'Harbour%';
  perform billing.set_provider_account(c.id, 'development') from app_public.clinics c where c.name like 'Harbour%';
end
$$;

-- A patient of a clinic with an invoice that is paid, one that is partly paid, a draft, and credit.
create or replace function pg_temp.charge_demo_patient(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  patient constant app_public.clinic_customers := app_public.add_clinic_customer(charge_demo_patient.clinic_id,
    'Paula Brown', null, '+1 212 555 0147');
  invoice billing.invoices;
  charge record;
begin
  for charge in
    select c.* from (values ('Travel vaccination', 8500, 8500), ('Certificate', 4000, 1500), ('Blood test', 6200, null)
      ) c (text, amount, paid)
  loop
    invoice := billing.create_invoice(patient.clinic_id, patient.customer_id);
    perform billing.add_charge(invoice.clinic_id, invoice.id, charge.amount, charge.text);
    if charge.paid is not null then
      perform billing.record_payment(invoice.clinic_id, invoice.customer_id, 'card_terminal', charge.paid,
        array[invoice.id]);
    end if;
  end loop;
  perform billing.record_payment(patient.clinic_id, patient.customer_id, 'cash', 2000);
end
$$;

-- A patient of a clinic with a series of weekly visits, later than the slots that are made, and before the doctor's
-- vacation.
create or replace function pg_temp.book_demo_series(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  patient constant app_public.clinic_customers := app_public.add_clinic_customer(book_demo_series.clinic_id,
    'Frank Taylor', 'frank@medislot.example', '+61 491 570 156');
  first_day date;
  template app_public.doctor_slot_templates;
  slot_ids bigint[];
begin
  select (now() at time zone c.time_zone)::date + 15 into first_day
  from app_public.clinics c where c.id = book_demo_series.clinic_id;
  select t.* into template from app_public.doctor_slot_templates t
  where t.clinic_id = book_demo_series.clinic_id and t.weekday <= 5
    and t.doctor_id = (select min(d.id) from app_public.doctors d where d.clinic_id = book_demo_series.clinic_id)
  order by t.weekday, t.id limit 1;
  select array_agg(
      (app_public.create_booking_slot(template.clinic_id, template.doctor_id, template.time_slot_id, d.day)).id
      order by d.day) into slot_ids
  from (select first_day + n as day from generate_series(0, 20) n) d
  where extract(isodow from d.day) = template.weekday;
  perform app_public.book_series(patient.clinic_id, patient.customer_id, slot_ids,
    note => 'Physiotherapy, once a week');
end
$$;
