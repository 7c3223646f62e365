create or replace function billing_private.set_state_of_invoice() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  NEW.state := case when NEW.paid = NEW.total then 'settled' else 'open' end;
  return NEW;
end
$$;

comment on function billing_private.set_state_of_invoice is
'Trigger: an issued invoice is settled when all is paid, else open.';
