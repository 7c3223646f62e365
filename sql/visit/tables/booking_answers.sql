create table app_public.booking_answers (
  clinic_id bigint not null,
  booking_id bigint not null,
  question_id bigint not null,
  -- Set by a trigger: whom the policies let read it, and the question as it was asked.
  customer_id bigint not null,
  wording text not null,
  answer text not null,
  constraint a_booking_answers_a_question_once primary key (clinic_id, booking_id, question_id),
  constraint answers_belong_to_a_booking foreign key (clinic_id, booking_id)
    references app_public.bookings (clinic_id, id) on delete cascade,
  constraint answers_are_to_a_question foreign key (clinic_id, question_id)
    references app_public.service_questions (clinic_id, id)
);

comment on table app_public.booking_answers is
'What a patient answered to the questions of the service of a booking. Written by book_slot, and by reschedule_booking '
'when a booking gets another service: the earlier answers stay, because the clinic has seen them.';
comment on column app_public.booking_answers.wording is 'The question as it was asked, in the clinic''s own language.';
comment on column app_public.booking_answers.answer is
'The text, one of the choices in the clinic''s own language, or yes or no.';

create index answers_to_a_question on app_public.booking_answers (clinic_id, question_id);
create index answers_of_a_customer on app_public.booking_answers (customer_id);

alter table app_public.booking_answers enable row level security;
create policy customers_see_their_answers on app_public.booking_answers
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_the_answers_of_their_patients on app_public.booking_answers
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.booking_answers for select to app_admin using (true);
grant select on app_public.booking_answers to app_customer;

create trigger answers_are_to_the_service_of_their_booking before insert on app_public.booking_answers
  for each row execute function app_private.require_question_of_service();
create trigger answers_fit_their_question before insert on app_public.booking_answers
  for each row execute function app_private.check_answer();
create trigger answers_never_change before update on app_public.booking_answers
  for each row
  execute function app_hidden.refuse_new_identity(
    'clinic_id', 'booking_id', 'question_id', 'customer_id', 'wording', 'answer');
