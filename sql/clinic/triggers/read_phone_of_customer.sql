create or replace function app_private.read_phone_of_customer() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- In a shard this trigger fires for rows that are copied from another database, too. They were read there.
  if TG_OP = 'INSERT' and current_setting('session_replication_role') = 'replica' then
    return NEW;
  end if;
  select rp.e164, rp.takes_sms into NEW.phone_e164, NEW.phone_takes_sms
  from app_hidden.read_phone(NEW.phone, (select c.country from app_public.clinics c where c.id = NEW.clinic_id)) rp;
  if NEW.preferred_channel = 'sms' and NEW.phone is not null and not NEW.phone_takes_sms then
    -- A number that follows the profile is not the desk's responsibility, and patients may change theirs.
    -- choose_channel then chooses e-mail.
    if TG_OP = 'UPDATE' and OLD.preferred_channel = 'sms' and exists (
         select from app_public.customers c where c.id = NEW.customer_id and c.phone = NEW.phone) then
      return NEW;
    end if;
    perform app_hidden.refuse('phone_takes_no_sms', 'SMS cannot be sent to this number.', '{"argument": "phone"}');
  end if;
  return NEW;
end
$$;

comment on function app_private.read_phone_of_customer is
'Trigger: reads a customer''s phone number as a number of the clinic''s country (app_hidden.read_phone). Refuses '
'phone_takes_no_sms if the customer is to be reached by SMS and the number is not a mobile number.';
