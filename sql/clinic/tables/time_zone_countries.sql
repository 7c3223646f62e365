create table app_private.time_zone_countries (
  time_zone text not null,
  country text not null,
  constraint time_zones_are_of_one_country primary key (time_zone)
);

comment on table app_private.time_zone_countries is 'The country of each IANA time zone.';

alter table app_private.time_zone_countries enable row level security;
