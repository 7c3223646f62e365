create or replace function app_private.guardian_contact(
  clinic_id bigint, dependant_id bigint, out email text, out sms_number text, out language text, out channel text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  select coalesce(cc.email, c.email)::text, case when cc.phone_takes_sms then cc.phone_e164 end,
    coalesce(c.preferred_language, cc.preferred_language), coalesce(c.preferred_channel, cc.preferred_channel)
  into guardian_contact.email, guardian_contact.sms_number, guardian_contact.language, guardian_contact.channel
  from app_public.guardianships g
  join app_public.customers c on c.id = g.guardian_customer_id and c.is_active
  left join app_public.clinic_customers cc
    on cc.clinic_id = guardian_contact.clinic_id and cc.customer_id = g.guardian_customer_id
  where g.dependant_customer_id = guardian_contact.dependant_id
    and g.ended_at is null and (g.until is null or g.until > current_date)
  order by g.created_at, g.guardian_customer_id
  limit 1;
end
$$;

comment on function app_private.guardian_contact is
'Where a clinic''s messages about a dependant go: the addresses, language and preferred channel of the guardian who '
'was entered first and still is one. The clinic''s own record of the guardian precedes the guardian''s profile. Nulls '
'when there is no guardian.';
