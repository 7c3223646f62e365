create or replace function app_private.refuse_link() returns app_public.linked_booking
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  view app_public.linked_booking;
begin
  perform app_private.assert_network_below_limit('link');
  perform app_private.count_network_attempt('link');
  -- Not raised: an exception would roll the count back. The API turns the field into the error after the commit.
  view.refusal := 'link_invalid';
  return view;
end
$$;

comment on function app_private.refuse_link is
'Counts a token that is not valid for the request''s network, and returns the refusal link_invalid, the '
'same for tokens that are wrong, of another purpose, expired, used or revoked. Valid tokens are not counted and never '
'limited, because a network may be that of many patients. Refuses too_many_attempts.';
