--! Previous: sha1:ee12bdde57fd33c5c7c29342194f95346ec59c07
--! Hash: sha1:d69a8e65f24af326c589d28c4c92a3608d75d666
--! Message: lost answers of refreshes, names of specializations

-- Of a refresh whose answer was lost there are two next tokens; the count tells them from those that came after.
alter table app_private.refresh_tokens add column generation int not null default 1;
comment on column app_private.refresh_tokens.generation is
'How many uses of the session''s tokens, one following from the other, came before this one, plus one. Tokens of one generation are answers to the same token: whichever is used first is the session''s, the others then count as copies.';
update app_private.refresh_tokens rt set generation = t.generation
from (select o.token_hash, row_number() over (partition by o.session_id order by o.issued_at) as generation
      from app_private.refresh_tokens o) t
where t.token_hash = rt.token_hash;
comment on table app_private.refresh_tokens is
'The refresh tokens of a session, by SHA-256. Each works once, save for a lost answer (refresh_session); the used ones are kept to notice a copy.';
--! Included identity/issue_refresh_token.sql
create or replace function app_private.issue_refresh_token(session app_private.sessions) returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  -- 32 random bytes need no salt and no slow hash: nobody guesses them from their digest.
  token text := translate(encode(public.gen_random_bytes(32), 'base64'), '+/=', '-_');
  tokens app_public.auth_tokens;
begin
  insert into app_private.refresh_tokens (token_hash, session_id, expires_at, generation)
  values (sha256(convert_to(token, 'utf8')), session.id, least(now() + interval '30 days', session.expires_at),
    coalesce((select max(rt.generation) from app_private.refresh_tokens rt
              where rt.session_id = session.id and rt.used_at is not null), 0) + 1)
  returning expires_at into tokens.refresh_expires_at;
  select c.id into tokens.customer_id from app_public.customers c where c.account_id = session.account_id;
  tokens.account_id := session.account_id;
  tokens.session_id := session.id;
  tokens.refresh_token := token;
  return tokens;
end
$$;

comment on function app_private.issue_refresh_token(app_private.sessions) is
'A new refresh token of a session, valid 30 days but no longer than the session; only its SHA-256 is stored. Call it with the session locked.';

revoke all on function app_private.issue_refresh_token(app_private.sessions) from public;
--! EndIncluded identity/issue_refresh_token.sql
--! Included identity/refresh_session.sql
create or replace function app_public.refresh_session(refresh_token text) returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  -- As long as a client needs to notice that an answer is not coming, and to ask again.
  grace constant interval := '30 seconds';
  presented app_private.refresh_tokens;
  session app_private.sessions;
  used_generation int;
  tokens app_public.auth_tokens;
begin
  -- The session is locked before its token is judged, so that of two who present the same token one finds it used.
  select s.* into session from app_private.refresh_tokens rt join app_private.sessions s on s.id = rt.session_id
  where rt.token_hash = sha256(convert_to(refresh_session.refresh_token, 'utf8')) for no key update of s;
  select rt.* into presented from app_private.refresh_tokens rt
  where rt.token_hash = sha256(convert_to(refresh_session.refresh_token, 'utf8')) and rt.session_id = session.id;
  if session.id is null or session.revoked_at is not null or session.expires_at <= now() or presented.expires_at <= now()
     or not exists (select from app_private.accounts a where a.id = session.account_id and a.is_active) then
    perform app_hidden.refuse('refresh_token_invalid', 'The session has ended. Sign in again.');
  end if;

  -- A page reloaded, or a connection lost, while the answer was on its way: the client never saw the next token and comes
  -- with the old one again. That alone is no theft, as long as nobody has used a next one. Whoever does use one of the
  -- two then given makes the other a token used before; so a copy that was used in this time is noticed all the same, by
  -- the second of the two who come back. To give out the same next token again was rejected: only its digest is kept.
  select max(rt.generation) into used_generation from app_private.refresh_tokens rt
  where rt.session_id = session.id and rt.used_at is not null;
  if presented.generation < used_generation
     or presented.generation = used_generation and (presented.used_at > now() - grace) is not true then
    -- Used twice: one of the two is a thief, and nobody can tell which. Returned, not raised, so that the revocation stays.
    update app_private.sessions s set revoked_at = now() where s.id = session.id;
    tokens.refusal := 'refresh_token_reused';
    return tokens;
  end if;

  update app_private.refresh_tokens rt set used_at = now()
  where rt.token_hash = presented.token_hash and rt.used_at is null;
  return app_private.issue_refresh_token(session);
end
$$;

comment on function app_public.refresh_session(text) is
'Exchanges a refresh token, which works once, for the next one of its session. Who lost the answer may ask again with the same token for 30 seconds, unless the next one was used meanwhile. Any other token used before ends the session: field refusal = refresh_token_reused. Refuses refresh_token_invalid.';

revoke all on function app_public.refresh_session(text) from public;
grant execute on function app_public.refresh_session(text) to app_anonymous;
--! EndIncluded identity/refresh_session.sql

-- Names by language in the row itself: there are few, they are always read together, and a table of them would be one
-- more join in every list of doctors.
alter table app_public.specializations
  add column names jsonb not null default '{}',
  add constraint names_of_specializations_are_texts_by_language check (
    jsonb_typeof(names) = 'object'
    and not names @? '$.keyvalue() ? (!(@.key like_regex "^[a-z]{2}$"))'
    and not names @? 'strict $.* ? (@.type() != "string")'
    and not names @? '$.* ? (!(@ like_regex "^\\S(.{0,98}\\S)?$"))');
comment on column app_public.specializations.names is
'The name in other languages, by their two letters: {"de": "Kardiologie"}. Where a language is missing, name is shown.';
grant insert (names), update (names) on app_public.specializations to app_admin;
--! Included roster/store_roster.sql
create or replace function app_private.store_roster(
  clinic app_private.roster_clinic, doctors app_private.roster_doctor[], time_slots app_private.roster_time_slot[],
  templates app_private.roster_template[]) returns app_private.imported_roster
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  stored app_private.imported_roster;
begin
  insert into app_public.clinics as c (name, time_zone, address, phone, email)
  values (clinic.name, clinic.time_zone, clinic.address, clinic.phone, clinic.email::public.citext)
  returning c.id, c.name into stored.clinic_id, stored.clinic_name;

  insert into app_public.specializations (name)
  select distinct on (s::public.citext) s::public.citext from unnest(doctors) d cross join lateral unnest(d.specializations) s
  -- "Kardiologie" is Cardiology where that has this German name: no twin that half of the patients would not find.
  where not exists (
    select from app_public.specializations known cross join lateral jsonb_each_text(known.names) n
    where n.value::public.citext = s::public.citext)
  on conflict on constraint specializations_are_unique_by_name do nothing;

  with made as (
    insert into app_public.doctors as d (clinic_id, full_name, about)
    select stored.clinic_id, given.name, given.about from unnest(doctors) given order by given.line
    returning d.clinic_id, d.id, d.full_name
  ), specialized as (
    insert into app_public.doctor_specializations (clinic_id, doctor_id, specialization_id)
    select distinct made.clinic_id, made.id, s.id
    from made
    join unnest(doctors) given on given.name = made.full_name
    join app_public.specializations s
      on s.name = any (given.specializations::public.citext[])
      or exists (select from jsonb_each_text(s.names) n where n.value::public.citext = any (given.specializations::public.citext[]))
  )
  select count(*) into stored.doctors from made;

  with made as (
    insert into app_public.time_slots as ts (clinic_id, name, start_time, end_time)
    select stored.clinic_id, given.name, given.start_time, given.end_time from unnest(time_slots) given order by given.line
    returning ts.id
  )
  select count(*) into stored.time_slots from made;

  with made as (
    insert into app_public.doctor_slot_templates as t (clinic_id, doctor_id, time_slot_id, weekday, valid_from, valid_until)
    select stored.clinic_id, d.id, ts.id, given.weekday, given.valid_from, given.valid_until
    from unnest(templates) given
    join app_public.doctors d on d.clinic_id = stored.clinic_id and d.full_name = given.doctor
    join app_public.time_slots ts on ts.clinic_id = stored.clinic_id and ts.name = given.time_slot
    order by given.line, given.weekday, ts.start_time
    returning t.id
  )
  select count(*) into stored.templates from made;
  return stored;
end
$$;

comment on function app_private.store_roster(
  app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[], app_private.roster_template[]) is
'Stores a roster that was judged: the clinic, its doctors with their specializations (new ones are added to the platform''s), time slots and templates.';

revoke all on function app_private.store_roster(
  app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[], app_private.roster_template[]) from public;
--! EndIncluded roster/store_roster.sql
--! Included roster/load_demo.sql
create or replace function app_private.load_demo(rosters jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
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
    select clinic.clinic_id, app_private.create_account(address, password), 'manager', 'Manager of ' || clinic.clinic_name, address::public.citext
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
  select app_private.create_account(c.address, password), c.full_name, c.address::public.citext
  from (values ('ann@medislot.example', 'Ann Miller'), ('bob@medislot.example', 'Bob Fischer')) as c (address, full_name);
  perform app_private.make_admin('admin@medislot.example', password);
  return true;
end
$$;

comment on function app_private.load_demo(jsonb) is
$c$Loads the demo into a database without clinics: rosters as [{"name", "roster": as app_private.import_roster takes it}, …], a manager <name>@medislot.example of each, customers ann@ and bob@medislot.example, admin@medislot.example (password of all: medislot-demo), and slots for two weeks from today.
False, and nothing done, when there is a clinic. Refuses import_refused.$c$;

revoke all on function app_private.load_demo(jsonb) from public;
--! EndIncluded roster/load_demo.sql
