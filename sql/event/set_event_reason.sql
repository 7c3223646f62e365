create or replace function app_private.set_event_reason(reason text) returns text
language sql volatile
return set_config('medislot.reason', coalesce(reason, ''), true);

comment on function app_private.set_event_reason is
'Sets the reason of the events that this transaction records from now on; null for none. The row triggers that record '
'events read it from the setting medislot.reason, because slots have no column for it. Returns the setting.';
