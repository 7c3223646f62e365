create type app_public.visit_mode as enum ('in_person', 'online', 'either');
comment on type app_public.visit_mode is 'Where a visit takes place: at the clinic, online, or as the patient chooses.';

create type app_public.service_booker as enum ('everyone', 'known_patients', 'desk');
comment on type app_public.service_booker is
'Who may book a service: everyone, patients of whom the clinic has a record, or only the desk.';

create type app_public.service_patients as enum ('all', 'new', 'returning');
comment on type app_public.service_patients is
'Whom a service is for: all patients, those who have not had a visit in the clinic yet, or those who have.';

create type app_public.question_kind as enum ('text', 'choice', 'yes_no');
comment on type app_public.question_kind is
'How a question is answered: by a text, by one of its choices, or by yes or no.';
