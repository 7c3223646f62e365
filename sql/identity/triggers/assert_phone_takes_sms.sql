create or replace function app_private.assert_phone_takes_sms() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- A customer has no country. A number in national form is checked when a clinic records it.
  if btrim(NEW.phone) ~ '^[(＋+]' and not (app_hidden.read_phone(NEW.phone, null)).takes_sms then
    perform app_hidden.refuse('phone_takes_no_sms', 'SMS cannot be sent to this number.', '{"argument": "phone"}');
  end if;
  return NEW;
end
$$;

comment on function app_private.assert_phone_takes_sms is
'Trigger: refuses (phone_takes_no_sms) a number in international form that is not a mobile number, if the customer '
'wants SMS.';
