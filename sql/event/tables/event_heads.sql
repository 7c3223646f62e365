create table app_private.event_heads (
  clinic_id bigint not null,
  position bigint not null,
  hash bytea not null,
  sealed_at timestamptz not null,
  constraint a_clinic_has_one_head primary key (clinic_id)
);

comment on table app_private.event_heads is
'The end of each clinic''s chain of seals. Stored apart from the chain, so that a truncated chain is detected.';

alter table app_private.event_heads enable row level security;

create trigger heads_only_move_on before update on app_private.event_heads
  for each row when (NEW.clinic_id <> OLD.clinic_id or NEW.position <= OLD.position)
  execute function app_private.refuse_change_of_history();
create trigger heads_are_never_removed before delete on app_private.event_heads
  for each row execute function app_private.refuse_change_of_history();
create trigger heads_are_never_emptied before truncate on app_private.event_heads
  for each statement execute function app_private.refuse_change_of_history();
