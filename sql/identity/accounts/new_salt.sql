create or replace function app_private.new_salt() returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Cost 10 takes about 60 ms on our hardware, the usual compromise between the cost of an attack and of a sign-in.
  return public.gen_salt('bf', 10);
end
$$;

comment on function app_private.new_salt is 'A new salt for bcrypt. It includes the cost of the hash (10).';
