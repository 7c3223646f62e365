-- IANA's special-purpose address registries (RFC 6890 and its updates), and addresses that cloud providers use. For
-- IPv6, only networks within 2000::/3 are listed, because all other addresses are refused.
insert into app_private.special_networks (network, meaning) values
  ('0.0.0.0/8', 'this network'),
  ('10.0.0.0/8', 'private'),
  ('100.64.0.0/10', 'shared by a carrier'),
  ('127.0.0.0/8', 'this machine'),
  ('168.63.129.16/32', 'the host of an Azure machine'),
  ('169.254.0.0/16', 'link-local; clouds'' metadata'),
  ('172.16.0.0/12', 'private'),
  ('192.0.0.0/24', 'protocol assignments'),
  ('192.0.2.0/24', 'documentation'),
  ('192.31.196.0/24', 'AS112'),
  ('192.52.193.0/24', 'automatic multicast tunnelling'),
  ('192.88.99.0/24', '6to4 relays'),
  ('192.168.0.0/16', 'private'),
  ('192.175.48.0/24', 'AS112'),
  ('198.18.0.0/15', 'benchmarks'),
  ('198.51.100.0/24', 'documentation'),
  ('203.0.113.0/24', 'documentation'),
  ('224.0.0.0/4', 'multicast'),
  ('240.0.0.0/4', 'reserved; broadcast'),
  ('2001::/23', 'protocol assignments: Teredo, benchmarks, ORCHID and others'),
  ('2001:db8::/32', 'documentation'),
  ('2002::/16', '6to4'),
  ('2620:4f:8000::/48', 'AS112'),
  ('3fff::/20', 'documentation')
on conflict (network) do update set meaning = excluded.meaning;
