create or replace function app_hidden.are_choices(choices text[]) returns boolean
language sql immutable strict parallel safe
return array_ndims(choices) is null
  or array_ndims(choices) = 1 and array_position(choices, null) is null and cardinality(choices) between 2 and 20
    and cardinality(choices) = (select count(distinct choice) from unnest(choices) choice);

comment on function app_hidden.are_choices is
'For check constraints: whether a list is empty or holds 2 to 20 different choices.';

grant execute on function app_hidden.are_choices to app_anonymous;
