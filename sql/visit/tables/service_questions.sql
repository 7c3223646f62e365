create table app_public.service_questions (
  clinic_id bigint not null,
  id bigint generated always as identity,
  service_id bigint not null,
  -- Set by a trigger to the last place; reorder_service_questions changes it.
  position int not null,
  question text not null,
  questions jsonb not null default '{}',
  kind app_public.question_kind not null default 'text',
  choices text[] not null default '{}',
  choices_by_language jsonb not null default '{}',
  is_required boolean not null default false,
  max_length int not null default 500,
  is_active boolean not null default true,
  row_version int not null default 1,
  constraint questions_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint questions_belong_to_a_service foreign key (clinic_id, service_id)
    references app_public.services (clinic_id, id),
  constraint questions_are_one_line check (app_hidden.require_line(question, 'question', 300)),
  constraint questions_are_texts_by_language check (app_hidden.are_texts_by_language(questions)),
  constraint questions_are_one_line_in_every_language check (app_hidden.require_names(questions, 'questions', 300)),
  constraint choices_are_two_to_twenty_different_ones check (app_hidden.are_choices(choices)),
  constraint questions_with_choices_are_choices check ((kind = 'choice') = (cardinality(choices) > 0)),
  constraint choices_are_translated_one_by_one
    check (app_hidden.are_choices_by_language(choices_by_language, choices)),
  constraint choices_are_short_lines check (app_hidden.require_choices(choices, 'choices')),
  constraint choices_are_short_lines_in_every_language
    check (app_hidden.require_choices_by_language(choices_by_language, 'choicesByLanguage')),
  constraint answers_have_up_to_2000_characters check (max_length between 1 and 2000)
);

comment on table app_public.service_questions is 'What patients are asked when they book a service.';
comment on column app_public.service_questions.position is 'The place among the questions of the service.';
comment on column app_public.service_questions.questions is
'The question in other languages, by two-letter code. For other languages `question` is shown.';
comment on column app_public.service_questions.choices is 'The possible answers; empty unless the kind is choice.';
comment on column app_public.service_questions.choices_by_language is
'The choices in other languages, each list in the order of `choices`: {"de": ["Vorsorge", "Beschwerden"]}.';
comment on column app_public.service_questions.is_required is
'Whether patients have to answer it when they book. The desk is not bound.';
comment on column app_public.service_questions.max_length is
'The number of characters that an answer by text may have.';
comment on column app_public.service_questions.is_active is 'False: it is not asked any more. Answers to it stay.';

create index questions_of_a_service_in_order on app_public.service_questions
  (clinic_id, service_id, position, is_active);
create index questions_by_id on app_public.service_questions (id);

alter table app_public.service_questions enable row level security;
create policy everybody_sees_questions on app_public.service_questions for select to app_anonymous using (true);
create policy managers_add_questions on app_public.service_questions
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_questions on app_public.service_questions
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.service_questions for all to app_admin using (true);
grant select on app_public.service_questions to app_anonymous;
grant insert (clinic_id, service_id, question, questions, kind, choices, choices_by_language, is_required, max_length),
    update (question, questions, kind, choices, choices_by_language, is_required, max_length, is_active, row_version)
    on app_public.service_questions to app_staff;

create trigger new_questions_come_last before insert on app_public.service_questions
  for each row when (NEW.position is null) execute function app_private.place_question_last();
create trigger questions_count_their_versions before update on app_public.service_questions
  for each row execute function app_hidden.bump_row_version();
create trigger questions_stay_with_their_service before update on app_public.service_questions
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'service_id');
