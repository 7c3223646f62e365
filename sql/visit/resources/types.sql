create type app_public.resource_type as enum ('room', 'equipment');
comment on type app_public.resource_type is
'What a resource is: a room, whose name patients see, or equipment, such as an ultrasound machine.';

create type app_private.resource_wish as (
  clinic_id bigint,
  service_id bigint,
  starts_at timestamptz,
  ends_at timestamptz
);
comment on type app_private.resource_wish is
'A visit for which resources are wanted: the service, and the time of the visit without buffers.';
