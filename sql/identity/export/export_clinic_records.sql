create or replace function app_private.export_clinic_records(customer_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object(
        'clinicId', cc.clinic_id::text, 'clinicName', c.name, 'fullName', cc.full_name, 'email', cc.email,
        'phone', cc.phone, 'phoneE164', cc.phone_e164, 'notes', cc.notes,
        'preferredLanguage', cc.preferred_language, 'preferredChannel', cc.preferred_channel,
        'wantsReminders', cc.wants_reminders, 'createdAt', cc.created_at)
      order by cc.clinic_id), '[]')
    from app_public.clinic_customers cc
    join app_public.clinics c on c.id = cc.clinic_id
    where cc.customer_id = export_clinic_records.customer_id);
end
$$;

comment on function app_private.export_clinic_records is
'The records that clinics have of a customer, as export_customer returns them.';
