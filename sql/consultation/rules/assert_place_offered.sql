create or replace function app_private.assert_place_offered(service app_public.services, online boolean) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if assert_place_offered.online
     is distinct from (case coalesce(service.mode, 'in_person') when 'in_person' then false when 'online' then true
       else assert_place_offered.online end) then
    perform app_hidden.refuse('place_not_offered', 'The visit does not take place there.',
      jsonb_build_object('mode', coalesce(service.mode, 'in_person')));
  end if;
end
$$;

comment on function app_private.assert_place_offered is
'Refuses (place_not_offered) an online visit for a service that takes place at the clinic, a visit at the clinic for '
'one that takes place online, and an online visit without a service. `online` is not null.';
