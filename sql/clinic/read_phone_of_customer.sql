create or replace function app_private.read_phone_of_customer() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  select rp.e164, rp.takes_sms into NEW.phone_e164, NEW.phone_takes_sms
  from app_hidden.read_phone(NEW.phone, (select c.country from app_public.clinics c where c.id = NEW.clinic_id)) rp;
  if NEW.preferred_channel = 'sms' and NEW.phone is not null and not NEW.phone_takes_sms then
    perform app_hidden.refuse('phone_takes_no_sms', 'SMS cannot be sent to this number.', '{"argument": "phone"}');
  end if;
  return NEW;
end
$$;

comment on function app_private.read_phone_of_customer() is
'Trigger: reads a customer''s number by the clinic''s country (app_hidden.read_phone). Refuses phone_takes_no_sms: the customer is to be reached by SMS, and this is no mobile number.';

revoke all on function app_private.read_phone_of_customer() from public;
