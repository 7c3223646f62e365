create or replace function app_private.begin_as_link_holder(customer_id bigint) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  own_claims jsonb;
begin
  select jsonb_object_agg(name, coalesce(current_setting('medislot.' || name, true), '')) into own_claims
  from unnest('{account_id,session_id,customer_id,customer_ids,staff_clinic_ids,desk_clinic_ids,manager_clinic_ids,
    own_doctor_ids,unconfirmed,by_link}'::text[]) name;
  perform app_private.set_claims(
    (select jsonb_object_agg(key, '') from jsonb_each(own_claims))
    || jsonb_build_object('customer_id', begin_as_link_holder.customer_id,
      'customer_ids', array[begin_as_link_holder.customer_id]::text, 'by_link', 'on'));
  return own_claims;
end
$$;

comment on function app_private.begin_as_link_holder is
'Makes the caller the customer whose link was opened, with no other rights, and returns the claims that the caller '
'had. Pass them to set_claims afterwards. Without it a member of staff who opens a patient''s link would act as the '
'desk. If the call is refused, the claims are rolled back.';
