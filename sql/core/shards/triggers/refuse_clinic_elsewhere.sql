create or replace function app_private.refuse_clinic_elsewhere() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  clinic_of_row bigint;
  move app_private.clinic_moves;
begin
  if TG_TABLE_NAME = 'clinics' then
    clinic_of_row := coalesce(NEW.id, OLD.id);
  else
    clinic_of_row := coalesce(NEW.clinic_id, OLD.clinic_id);
  end if;
  select cm.* into move from app_private.clinic_moves cm where cm.clinic_id = clinic_of_row;
  -- Seals are still added while the clinic is leaving: they follow from its events.
  if move.state = 'left'
    or move.refused_until > clock_timestamp() and TG_TABLE_NAME not in ('event_seals', 'event_heads')
    or move.payments_refused_until > clock_timestamp() and TG_TABLE_NAME = 'checkout_parts' and TG_OP = 'INSERT' then
    perform app_hidden.refuse('clinic_moving',
      'This clinic is being moved to another database. Repeat in some seconds.',
      jsonb_build_object('clinicId', clinic_of_row::text));
  elsif move.state = 'gone'
    or exists (select from app_private.clinic_shards cs where cs.clinic_id = clinic_of_row) then
    if current_setting('medislot.migrates', true) = 'on' then
      return null;
    end if;
    perform app_hidden.refuse('not_here', 'This clinic is in another database.',
      jsonb_build_object('table', TG_TABLE_NAME, 'clinicId', clinic_of_row::text));
  end if;
  return case TG_OP when 'DELETE' then OLD else NEW end;
end
$$;

comment on function app_private.refuse_clinic_elsewhere is
'Trigger on the tables of clinics in an installation with shards: refuses (not_here) every change of a clinic that is '
'in another database, so that no slot is booked in two places, and (clinic_moving), for some seconds, every change of '
'a clinic that is being moved; before that, new online payments of such a clinic. Replication does not fire it. '
'Statements of migrations skip rows of clinics in other databases, which the same migration changes there. Created by '
'app_private.refuse_clinics_elsewhere.';
