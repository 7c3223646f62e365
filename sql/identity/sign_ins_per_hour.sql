create or replace function app_private.sign_ins_per_hour(place text) returns float8
language sql immutable
return case split_part(place, ' ', 1) when 'elsewhere' then 30 when 'account' then 60 else 6 end;

comment on function app_private.sign_ins_per_hour(text) is
'How many of the sign-ins that app_private.sign_in_counts counts at a place are forgiven in an hour: failures at a network or device, failures at all places that the account does not know (elsewhere), successes (account).';

revoke all on function app_private.sign_ins_per_hour(text) from public;
