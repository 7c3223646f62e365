create or replace function app_private.fill_resource_claim() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  select b.customer_id, tstzrange(b.visit_starts_at, b.visit_ends_at + r.turnover), n.need
  into NEW.customer_id, NEW.during, NEW.need
  from app_public.bookings b
  join app_public.service_needs n on n.clinic_id = b.clinic_id and n.service_id = b.service_id
    and n.resource_id = NEW.resource_id
  join app_public.resources r on r.clinic_id = n.clinic_id and r.id = n.resource_id
  where b.clinic_id = NEW.clinic_id and b.id = NEW.booking_id and b.takes_resources and b.status <> 'cancelled'
    and (r.is_active or TG_OP = 'UPDATE' and OLD.resource_id = r.id);
  if not found then
    perform app_hidden.refuse('resource_not_suitable', 'Visits of this kind do not take this room or equipment.',
      jsonb_build_object('resourceId', NEW.resource_id::text, 'bookingId', NEW.booking_id::text));
  end if;
  return NEW;
end
$$;

comment on function app_private.fill_resource_claim is
'Trigger: takes customer, time and need of a claim from its booking, whatever the statement said. Refuses '
'resource_not_suitable if the service of the booking does not need the resource, or it is no longer active, or the '
'visit takes none: it is cancelled or online.';
