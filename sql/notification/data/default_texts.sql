-- The texts that are used when a clinic has none of its own. sql/notification/text/word_values.sql lists the words in
-- braces, sql/billing/reports/words_of_invoice.sql those of payment_due.
-- E-mails name the service on a line of its own; SMS do not, because each of them costs by its length.
insert into app_public.default_notification_texts (kind, channel, language, subject, body) values
  ('booking_confirmed', 'email', 'en', 'Your appointment at {{clinic}}',
   E'Dear {{customer}},\n\nyour appointment is booked:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n'
    '{{#room}}Room: {{room}}\n{{/room}}{{#service}}{{service}}\n{{/service}}'
    '{{when}}\nwith {{doctor}}\n\nIf you cannot come, please cancel in time.{{#phone}} Phone: {{phone}}{{/phone}}'
    '\n\n{{#join}}It takes place online. Join it here: {{join}}\n\n{{/join}}'
    '{{#link}}See, move or cancel it: {{link}}\n\n{{/link}}Booking {{booking}}'),
  ('booking_reminder', 'email', 'en', 'Reminder: your appointment at {{clinic}}',
   E'Dear {{customer}},\n\nwe expect you:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n'
    '{{#room}}Room: {{room}}\n{{/room}}{{#service}}{{service}}\n{{/service}}'
    '{{when}}\nwith {{doctor}}\n\nIf you cannot come, please tell us.{{#phone}} Phone: {{phone}}{{/phone}}\n\n'
    '{{#join}}It takes place online. Join it here: {{join}}\n\n{{/join}}'
    '{{#link}}See, move or cancel it: {{link}}\n\n{{/link}}Booking {{booking}}'),
  ('booking_rescheduled', 'email', 'en', 'Your appointment at {{clinic}} has moved',
   E'Dear {{customer}},\n\nyour appointment is now:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n'
    '{{#room}}Room: {{room}}\n{{/room}}'
    '{{#service}}{{service}}\n{{/service}}{{when}}\nwith {{doctor}}\n\nThe earlier time no longer holds.\n\n'
    '{{#join}}It takes place online. Join it here: {{join}}\n\n{{/join}}'
    '{{#link}}See, move or cancel it: {{link}}\n\n{{/link}}Booking {{booking}}'),
  ('booking_cancelled', 'email', 'en', 'Your appointment at {{clinic}} is cancelled',
   E'Dear {{customer}},\n\n{{#by_customer}}as you wished, this appointment is '
    'cancelled:{{/by_customer}}{{#by_clinic}}we are sorry, we had to cancel this appointment:{{/by_clinic}}\n\n'
    '{{clinic}}\n{{#service}}{{service}}\n{{/service}}'
    '{{when}}\nwith {{doctor}}{{#reason}}\n\nReason: {{reason}}{{/reason}}{{#by_clinic}}\n\n'
    'Please book another time.{{#phone}} Phone: {{phone}}{{/phone}}{{/by_clinic}}\n\n'
    '{{#link}}See this appointment: {{link}}\n\n{{/link}}Booking {{booking}}'),
  ('slot_withdrawn', 'email', 'en', 'Your appointment at {{clinic}} cannot take place',
   E'Dear {{customer}},\n\nwe are sorry: this time is no longer available, so your appointment cannot take place:'
    '\n\n{{clinic}}\n{{#service}}{{service}}\n{{/service}}'
    '{{when}}\nwith {{doctor}}{{#reason}}\n\nReason: {{reason}}{{/reason}}\n\n'
    'Please book another time.{{#phone}} Phone: {{phone}}{{/phone}}\n\n'
    '{{#link}}See this appointment: {{link}}\n\n{{/link}}Booking {{booking}}'),
  ('slot_offered', 'email', 'en', 'An earlier time at {{clinic}}',
   E'Dear {{customer}},\n\na time is free that you wait for:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n'
    '{{when}}\nwith {{doctor}}\n\n{{#link}}Take it or decline it: {{link}}\n\n{{/link}}'
    'You are among the first to know. If you do not answer, others can take it.{{#phone}} Phone: {{phone}}{{/phone}}'),
  ('payment_due', 'email', 'en', 'Invoice {{invoice}} from {{clinic}} is due',
   E'Dear {{customer}},\n\ninvoice {{invoice}} from {{clinic}} was due on {{due_date}}. Still to be paid: {{due}}\n\n'
    'If you have paid in the meantime, please ignore this message.{{#phone}} Phone: {{phone}}{{/phone}}'
    '{{#link}}\n\nSee the invoice: {{link}}{{/link}}'),
  ('booking_confirmed', 'email', 'de', 'Ihr Termin: {{clinic}}',
   E'Guten Tag {{customer}},\n\nIhr Termin ist gebucht:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n'
    '{{#room}}Raum: {{room}}\n{{/room}}{{#service}}{{service}}\n{{/service}}'
    '{{when}}\nbei {{doctor}}\n\nWenn Sie nicht kommen können, sagen Sie bitte rechtzeitig ab.{{#phone}} Telefon: '
    '{{phone}}{{/phone}}\n\n'
    '{{#join}}Er findet online statt. Teilnehmen: {{join}}\n\n{{/join}}'
    '{{#link}}Termin ansehen, verschieben oder absagen: {{link}}\n\n{{/link}}Buchung {{booking}}'),
  ('booking_reminder', 'email', 'de', 'Erinnerung: Ihr Termin, {{clinic}}',
   E'Guten Tag {{customer}},\n\nwir erwarten Sie:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n'
    '{{#room}}Raum: {{room}}\n{{/room}}{{#service}}{{service}}\n{{/service}}'
    '{{when}}\nbei {{doctor}}\n\nWenn Sie nicht kommen können, sagen Sie uns bitte Bescheid.{{#phone}} Telefon: '
    '{{phone}}{{/phone}}\n\n'
    '{{#join}}Er findet online statt. Teilnehmen: {{join}}\n\n{{/join}}'
    '{{#link}}Termin ansehen, verschieben oder absagen: {{link}}\n\n{{/link}}Buchung {{booking}}'),
  ('booking_rescheduled', 'email', 'de', 'Ihr Termin wurde verlegt: {{clinic}}',
   E'Guten Tag {{customer}},\n\nIhr Termin ist jetzt:\n\n{{clinic}}{{#address}}, {{address}}{{/address}}\n'
    '{{#room}}Raum: {{room}}\n{{/room}}'
    '{{#service}}{{service}}\n{{/service}}{{when}}\nbei {{doctor}}\n\nDie frühere Zeit gilt nicht mehr.\n\n'
    '{{#join}}Er findet online statt. Teilnehmen: {{join}}\n\n{{/join}}'
    '{{#link}}Termin ansehen, verschieben oder absagen: {{link}}\n\n{{/link}}Buchung {{booking}}'),
  ('booking_cancelled', 'email', 'de', 'Ihr Termin ist abgesagt: {{clinic}}',
   E'Guten Tag {{customer}},\n\n{{#by_customer}}wie von Ihnen gewünscht ist dieser Termin '
    'abgesagt:{{/by_customer}}{{#by_clinic}}leider mussten wir diesen Termin absagen:{{/by_clinic}}\n\n'
    '{{clinic}}\n{{#service}}{{service}}\n{{/service}}'
    '{{when}}\nbei {{doctor}}{{#reason}}\n\nGrund: {{reason}}{{/reason}}{{#by_clinic}}\n\n'
    'Bitte buchen Sie einen anderen Termin.{{#phone}} Telefon: {{phone}}{{/phone}}{{/by_clinic}}\n\n'
    '{{#link}}Diesen Termin ansehen: {{link}}\n\n{{/link}}Buchung {{booking}}'),
  ('slot_withdrawn', 'email', 'de', 'Ihr Termin kann nicht stattfinden: {{clinic}}',
   E'Guten Tag {{customer}},\n\nleider steht diese Zeit nicht mehr zur Verfügung, und Ihr Termin kann nicht '
    'stattfinden:\n\n{{clinic}}\n{{#service}}{{service}}\n{{/service}}{{when}}\nbei {{doctor}}{{#reason}}\n\n'
    'Grund: {{reason}}{{/reason}}\n\nBitte buchen Sie einen anderen Termin.{{#phone}} Telefon: {{phone}}{{/phone}}'
    '\n\n{{#link}}Diesen Termin ansehen: {{link}}\n\n{{/link}}Buchung {{booking}}'),
  ('slot_offered', 'email', 'de', 'Ein früherer Termin: {{clinic}}',
   E'Guten Tag {{customer}},\n\nein Termin ist frei, auf den Sie warten:\n\n'
    '{{clinic}}{{#address}}, {{address}}{{/address}}\n{{when}}\nbei {{doctor}}\n\n'
    '{{#link}}Annehmen oder ablehnen: {{link}}\n\n{{/link}}Sie erfahren es unter den Ersten. Wenn Sie nicht antworten, '
    'können andere den Termin nehmen.{{#phone}} Telefon: {{phone}}{{/phone}}'),
  ('payment_due', 'email', 'de', 'Rechnung {{invoice}} ist fällig: {{clinic}}',
   E'Guten Tag {{customer}},\n\ndie Rechnung {{invoice}} von {{clinic}} war am {{due_date}} fällig. Noch zu zahlen: '
    '{{due}}\n\nWenn Sie inzwischen gezahlt haben, ist diese Nachricht gegenstandslos.{{#phone}} Telefon: '
    '{{phone}}{{/phone}}{{#link}}\n\nDie Rechnung ansehen: {{link}}{{/link}}'),
  ('booking_confirmed', 'sms', 'en', '',
   '{{clinic}}: booked for {{when}} with {{doctor}}. Booking {{booking}}{{#link}} {{link}}{{/link}}'),
  ('booking_reminder', 'sms', 'en', '',
   '{{clinic}}: we expect you on {{when}}, {{doctor}}. Booking {{booking}}{{#link}} {{link}}{{/link}}'),
  ('booking_rescheduled', 'sms', 'en', '',
   '{{clinic}}: your appointment is now {{when}} with {{doctor}}. Booking {{booking}}{{#link}} {{link}}{{/link}}'),
  ('booking_cancelled', 'sms', 'en', '',
   '{{clinic}}: {{#by_customer}}as you wished, cancelled:{{/by_customer}}{{#by_clinic}}sorry, we had to '
    'cancel:{{/by_clinic}} {{when}}. Booking {{booking}}{{#link}} {{link}}{{/link}}'),
  ('slot_withdrawn', 'sms', 'en', '',
   '{{clinic}}: sorry, your appointment on {{when}} cannot take place. Please book another time. Booking {{booking}}'
    '{{#link}} {{link}}{{/link}}'),
  ('slot_offered', 'sms', 'en', '',
   '{{clinic}}: a time is free, {{when}} with {{doctor}}.{{#link}} Take it or decline it: {{link}}{{/link}}'),
  ('payment_due', 'sms', 'en', '',
   '{{clinic}}: invoice {{invoice}} was due on {{due_date}}. Still to be paid: {{due}}{{#link}} {{link}}{{/link}}'),
  ('booking_confirmed', 'sms', 'de', '',
   '{{clinic}}: gebucht für {{when}} bei {{doctor}}. Buchung {{booking}}{{#link}} {{link}}{{/link}}'),
  ('booking_reminder', 'sms', 'de', '',
   '{{clinic}}: wir erwarten Sie am {{when}}, {{doctor}}. Buchung {{booking}}{{#link}} {{link}}{{/link}}'),
  ('booking_rescheduled', 'sms', 'de', '',
   '{{clinic}}: Ihr Termin ist jetzt {{when}} bei {{doctor}}. Buchung {{booking}}{{#link}} {{link}}{{/link}}'),
  ('booking_cancelled', 'sms', 'de', '',
   '{{clinic}}: {{#by_customer}}wie gewünscht abgesagt:{{/by_customer}}{{#by_clinic}}leider abgesagt:{{/by_clinic}} '
    '{{when}}. Buchung {{booking}}{{#link}} {{link}}{{/link}}'),
  ('slot_withdrawn', 'sms', 'de', '',
   '{{clinic}}: leider kann Ihr Termin am {{when}} nicht stattfinden. Bitte buchen Sie neu. Buchung {{booking}}'
    '{{#link}} {{link}}{{/link}}'),
  ('slot_offered', 'sms', 'de', '',
   '{{clinic}}: ein Termin ist frei, {{when}} bei {{doctor}}.{{#link}} Annehmen oder ablehnen: {{link}}{{/link}}'),
  ('payment_due', 'sms', 'de', '',
   '{{clinic}}: Rechnung {{invoice}} war am {{due_date}} fällig. Noch zu zahlen: {{due}}{{#link}} {{link}}{{/link}}')
on conflict (kind, channel, language) do update set subject = excluded.subject, body = excluded.body;
