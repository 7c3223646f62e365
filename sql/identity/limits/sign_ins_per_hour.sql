create or replace function app_private.sign_ins_per_hour(place text) returns float8
language sql immutable
return case split_part(place, ' ', 1) when 'elsewhere' then 30 when 'account' then 60 else 6 end;

comment on function app_private.sign_ins_per_hour is
'By how much a count in app_private.sign_in_counts decreases per hour: failures at a network or device (6), failures '
'at all places that the account does not know (elsewhere: 30), successful sign-ins (account: 60).';
