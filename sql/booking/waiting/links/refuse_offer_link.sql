create or replace function app_private.refuse_offer_link() returns app_public.linked_offer
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  view app_public.linked_offer;
begin
  view.refusal := (app_private.refuse_link()).refusal;
  return view;
end
$$;

comment on function app_private.refuse_offer_link is
'As app_private.refuse_link, for links to offers: counts the attempt and returns the refusal link_invalid. Refuses '
'too_many_attempts.';
