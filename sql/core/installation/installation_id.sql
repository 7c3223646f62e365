create or replace function app_private.installation_id() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select i.id from app_private.installation i);
end
$$;

comment on function app_private.installation_id is
'The id of this installation, made with its database. It is part of all names that other systems store (calendar '
'UIDs, Message-IDs, providers'' idempotency keys), because several installations have clinics and bookings with the '
'same ids.';
