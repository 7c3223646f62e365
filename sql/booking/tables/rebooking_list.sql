create table app_public.rebooking_list (
  clinic_id bigint not null,
  id bigint generated always as identity,
  booking_id bigint not null,
  booking_slot_id bigint not null,
  reason text not null,
  listed_at timestamptz not null default now(),
  resolved_at timestamptz,
  resolution text,
  open_booking_id bigint generated always as (case when resolution is null then booking_id end) stored,
  constraint rebooking_entries_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint a_booking_is_listed_once_at_a_time unique (clinic_id, open_booking_id),
  constraint rebooking_entries_are_of_a_booking foreign key (clinic_id, booking_id)
    references app_public.bookings (clinic_id, id) on delete cascade,
  constraint rebooking_resolutions_are_known check (resolution in ('rebooked', 'ended', 'fits_again', 'dismissed')),
  constraint resolved_entries_say_how check ((resolution is null) = (resolved_at is null)),
  constraint rebooking_reasons_are_known
    check (reason in ('template_gone', 'time_moved', 'slot_withdrawn', 'doctor_absent'))
);

comment on table app_public.rebooking_list is
$c$Bookings whose patients the desk has to offer another time: those that no longer match the clinic's templates, those
that lie in an absence of their doctor, and those that the clinic cancelled by withdrawing their slots. An entry of the
first two kinds is resolved when its booking is moved or ended, or matches again; one of the last kind when the patient
books here again.
@foreignKey (clinic_id, booking_slot_id) references app_public.booking_slots (clinic_id, id)$c$;
comment on column app_public.rebooking_list.reason is
'template_gone: no template matches the slot any more. time_moved: its time slot has another time now. '
'slot_withdrawn: the clinic withdrew the slot or the whole day, or its doctor left; the booking is cancelled. '
'doctor_absent: it lies in an absence; the booking stays until it is moved or cancelled.';
comment on column app_public.rebooking_list.resolution is
'Null while the entry is open; then rebooked, ended, fits_again, or dismissed (by the desk).';

create index rebooking_entries_of_a_booking on app_public.rebooking_list (clinic_id, booking_id);
-- open entries first; not partial, because PostGraphile offers clients only columns of complete indexes
create index rebooking_entries_by_resolution on app_public.rebooking_list (clinic_id, resolution, listed_at);

alter table app_public.rebooking_list enable row level security;
create policy staff_see_their_rebooking_list on app_public.rebooking_list
  for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_see_everything on app_public.rebooking_list for select to app_admin using (true);
grant select on app_public.rebooking_list to app_staff;

create trigger rebooking_entries_stay_what_they_are before update on app_public.rebooking_list
  for each row
  execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'booking_id', 'booking_slot_id');
