create or replace function app_public.remove_doctor_slot_template(
  clinic_id bigint, template_id bigint, row_version int default null)
returns app_public.doctor_slot_templates
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  template app_public.doctor_slot_templates;
begin
  perform app_private.require_clinic_role(remove_doctor_slot_template.clinic_id, 'manage');
  select t.* into template from app_public.doctor_slot_templates t
  where t.clinic_id = remove_doctor_slot_template.clinic_id
    and t.id = remove_doctor_slot_template.template_id for update;
  if template.id is null then
    perform app_hidden.refuse('template_not_found', 'No such template in this clinic.',
      jsonb_build_object('templateId', remove_doctor_slot_template.template_id::text));
  end if;
  perform app_private.require_version('doctor_slot_templates', remove_doctor_slot_template.row_version,
    template.row_version);
  delete from app_public.doctor_slot_templates t where t.clinic_id = template.clinic_id and t.id = template.id;
  return template;
end
$$;

comment on function app_public.remove_doctor_slot_template is
'Removes a template and returns it; slots made from it stay. For managers. Refuses forbidden, unauthenticated, '
'template_not_found, stale_row_version.';

grant execute on function app_public.remove_doctor_slot_template to app_staff;
