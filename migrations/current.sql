-- Persisted queries are refused as their clients expect.
--! include core/error_codes.sql













-- The search prefers what is near the caller; calendars ask for the days with free slots, pages whether a slot can still be booked.
create index if not exists clinics_by_time_zone on app_public.clinics (time_zone);
comment on index app_public.clinics_by_time_zone is 'For app_private.zones_at_distance, which goes from one zone to the next, and for the clinics of some zones.';
drop function if exists app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date);
alter type app_public.available_slot drop attribute if exists zone_distance;
alter type app_public.available_slot add attribute zone_distance int;
do $$ begin
  create type app_public.day_with_free_slots as (slot_date date);
exception when duplicate_object then null;
end $$;
comment on type app_public.day_with_free_slots is 'A local date of clinics on which something can be booked now.';
do $$ begin
  create type app_public.slot_bookability as (is_bookable boolean, refused_as text);
exception when duplicate_object then null;
end $$;
comment on type app_public.slot_bookability is 'Whether a slot can be booked now, and if not, the name of the refusal.';
--! include booking/zones_at_distance.sql
--! include booking/available_slots.sql
--! include booking/days_with_free_slots.sql
--! include booking/slot_bookability.sql
-- Patients who register say the language of their messages; a preferred channel has an address.
drop function if exists app_public.register_customer(text, text, text, text);
--! include core/error_codes.sql
--! include identity/register_customer.sql
--! include identity/require_address_for.sql
--! include identity/follow_profile.sql
update app_public.customers set preferred_channel = null
where preferred_channel = 'sms' and phone is null or preferred_channel = 'email' and email is null;
update app_public.clinic_customers set preferred_channel = null
where preferred_channel = 'sms' and phone is null or preferred_channel = 'email' and email is null;
alter table app_public.customers
  drop constraint if exists preferred_channels_have_an_address,
  add constraint preferred_channels_have_an_address check (
    app_hidden.require_address_for(preferred_channel, 'sms', phone, 'phone')
    and app_hidden.require_address_for(preferred_channel, 'email', email, 'email'));
alter table app_public.clinic_customers
  drop constraint if exists preferred_channels_of_records_have_an_address,
  add constraint preferred_channels_of_records_have_an_address check (
    app_hidden.require_address_for(preferred_channel, 'sms', phone, 'phone')
    and app_hidden.require_address_for(preferred_channel, 'email', email, 'email'));
