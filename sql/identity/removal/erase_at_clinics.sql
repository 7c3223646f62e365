create or replace function app_private.erase_at_clinics(customer_id bigint, addresses text[]) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target constant bigint := erase_at_clinics.customer_id;
  -- Those that clinics have entered, too.
  known text[] := addresses || array(
    select lower(t.address)
    from app_public.clinic_customers cc, unnest(array[cc.email::text, cc.phone, cc.phone_e164]) t (address)
    where cc.customer_id = target and t.address is not null);
begin
  update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
  where bs.customer_id = target and bs.status = 'held'
    and not exists (select from app_private.clinic_shards cs where cs.clinic_id = bs.clinic_id);
  perform app_private.erase_reasons(target);
  perform billing_private.erase_reasons_of_money(target);
  update app_public.bookings b set note = null, cancellation_reason = null
  where b.customer_id = target and (b.note is not null or b.cancellation_reason is not null);
  update app_public.archived_bookings b set note = null, cancellation_reason = null, answers = null
  where b.customer_id = target and num_nonnulls(b.note, b.cancellation_reason, b.answers) > 0;
  update app_public.consultations c set patient_came_at = null, doctor_came_at = null, last_error = null
  where c.customer_id = target;
  -- In this order: an upload that begins meanwhile waits for the consent, or is found among the recordings.
  delete from app_public.recording_consents c where c.customer_id = target;
  update app_public.recordings r set state = 'removing', state_since = now(), retry_at = now()
  where r.customer_id = target and r.state <> 'removing';
  delete from app_public.booking_answers a where a.customer_id = target;
  delete from app_private.account_messages am using app_private.guest_bookings gb
  where gb.customer_id = target and am.guest_clinic_id = gb.clinic_id and am.guest_booking_id = gb.id;
  delete from app_private.account_messages am where am.record_customer_id = target;
  delete from app_private.guest_bookings gb where gb.customer_id = target;
  perform app_private.erase_messages(target, known);
  delete from app_public.waiting_list w where w.customer_id = target
    and not exists (select from app_private.clinic_shards cs where cs.clinic_id = w.clinic_id);
  -- The rows stay, because bookings refer to them and statistics count them.
  update app_public.clinic_customers cc
  set full_name = 'erased', email = null, phone = null, notes = null, preferred_language = null,
      preferred_channel = null
  where cc.customer_id = target;
end
$$;

comment on function app_private.erase_at_clinics is
'A step of erasing a person, which is recorded already: erases what the clinics of this database have about them. '
'`addresses` are those of the person, in lower case; those that clinics have entered are added. The bookings ahead '
'have been cancelled.';
