import { expect, it } from '@jest/globals'
import { type Db, inTransaction } from '../helpers/database/database.ts'
import { type Files, faultsOf, importing, soundFiles, waitForImports } from './rosters.ts'

/** Everything an import stored of a clinic, without ids. */
async function stored(db: Db, clinicId: string) {
  const { roster } = await db.one(
    `select jsonb_build_object(
       'clinic', (select jsonb_build_array(c.name, c.time_zone, c.address, c.phone, c.email) from app_public.clinics c where c.id = $1),
       'doctors', (select jsonb_agg(jsonb_build_array(d.full_name, d.about, array(
           select s.name from app_public.doctor_specializations ds join app_public.specializations s on s.id = ds.specialization_id
           where ds.clinic_id = d.clinic_id and ds.doctor_id = d.id order by s.name)) order by d.full_name)
         from app_public.doctors d where d.clinic_id = $1),
       'time_slots', (select jsonb_agg(jsonb_build_array(ts.name, ts.start_time, ts.end_time) order by ts.name)
         from app_public.time_slots ts where ts.clinic_id = $1),
       'services', (select jsonb_agg(jsonb_build_array(s.name, extract(epoch from s.duration) / 60, s.preparation,
             extract(epoch from s.buffer_before) / 60, extract(epoch from s.buffer_after) / 60, s.bookable_by, s.patients,
             array(select d.full_name from app_public.doctor_services ds
               join app_public.doctors d on d.clinic_id = ds.clinic_id and d.id = ds.doctor_id
               where ds.clinic_id = s.clinic_id and ds.service_id = s.id order by d.full_name)) order by s.position)
         from app_public.services s where s.clinic_id = $1),
       'lengths', (select jsonb_agg(jsonb_build_array(s.name, d.full_name, extract(epoch from ds.duration) / 60) order by s.position)
         from app_public.doctor_services ds
         join app_public.services s on s.clinic_id = ds.clinic_id and s.id = ds.service_id
         join app_public.doctors d on d.clinic_id = ds.clinic_id and d.id = ds.doctor_id
         where ds.clinic_id = $1 and ds.duration is not null),
       'translations', (select jsonb_agg(jsonb_build_array(s.names, s.preparations) order by s.position)
         from app_public.services s where s.clinic_id = $1),
       'questions', (select jsonb_agg(jsonb_build_array(s.name, q.question, q.questions, q.kind, q.choices, q.choices_by_language,
             q.is_required, q.max_length) order by s.position, q.position)
         from app_public.service_questions q
         join app_public.services s on s.clinic_id = q.clinic_id and s.id = q.service_id where q.clinic_id = $1),
       'resources', (select jsonb_agg(jsonb_build_array(r.type, r.name, extract(epoch from r.turnover) / 60, array(
             select s.name || ' ' || n.need from app_public.service_needs n
             join app_public.services s on s.clinic_id = n.clinic_id and s.id = n.service_id
             where n.clinic_id = r.clinic_id and n.resource_id = r.id)) order by r.id)
         from app_public.resources r where r.clinic_id = $1),
       'templates', (select jsonb_agg(jsonb_build_array(d.full_name, ts.name, t.weekday, t.valid_from, t.valid_until, s.name)
           order by d.full_name, ts.start_time, t.weekday)
         from app_public.doctor_slot_templates t
         join app_public.doctors d on d.clinic_id = t.clinic_id and d.id = t.doctor_id
         join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id
         left join app_public.services s on s.clinic_id = t.clinic_id and s.id = t.service_id
         where t.clinic_id = $1)) as roster`,
    [clinicId],
  )
  return roster
}

function importedFrom(files: Files) {
  return inTransaction(async (db) => stored(db, (await importing(db, files)).clinic_id))
}

/** The files without faults, each text changed. */
function allFiles(change: (text: string) => string | Uint8Array): Files {
  return Object.fromEntries(Object.entries(soundFiles).map(([name, text]) => [name, change(text)]))
}

it('stores the contents of the files', async () => {
  expect(await importedFrom(soundFiles)).toEqual({
    clinic: ['Corner Practice', 'Europe/Berlin', 'Eck 1, Berlin', '+49 30 23125 100', 'desk@corner.example'],
    doctors: [
      ['Dr. Ada Müller', 'Skin', ['Dermatology']],
      ['Dr. Ben Groß', null, ['Cardiology', 'Sports Medicine']],
    ],
    time_slots: [
      ['Early', '08:00:00', '08:30:00'],
      ['Late', '08:30:00', '09:00:00'],
      ['Night', '23:30:00', '00:30:00'],
      ['Noon', '12:00:00', '12:30:00'],
    ],
    services: [
      ['First visit', 60, 'Your insurance card', 0, 0, 'everyone', 'all', ['Dr. Ada Müller', 'Dr. Ben Groß']],
      ['Check', 15, null, 5, 10, 'known_patients', 'returning', ['Dr. Ada Müller', 'Dr. Ben Groß']],
      ['Vaccination', null, null, 0, 0, 'desk', 'new', ['Dr. Ben Groß']],
    ],
    lengths: [
      ['First visit', 'Dr. Ben Groß', 45],
      ['Check', 'Dr. Ada Müller', 20],
    ],
    translations: [
      [{ de: 'Erstgespräch', en: 'First talk' }, { de: 'Ihre Versichertenkarte' }],
      [{}, {}],
      [{ de: 'Impfung' }, {}],
    ],
    questions: [
      ['First visit', 'What is it about?', { de: 'Worum geht es?' }, 'text', [], {}, true, 300],
      ['First visit', 'Were you referred?', {}, 'yes_no', [], {}, false, 500],
      [
        'Vaccination',
        'Which one?',
        { de: 'Welche?' },
        'choice',
        ['Influenza', 'Tetanus'],
        { de: ['Grippe', 'Tetanus'] },
        true,
        500,
      ],
    ],
    resources: [
      ['room', 'Room 1', 0, ['First visit 1']],
      ['room', 'Raum 2', 0, ['First visit 1']],
      ['equipment', 'Ultrasound', 10, ['First visit 2']],
    ],
    templates: [
      ...['Early', 'Late'].flatMap((slot) =>
        [1, 2, 3].map((weekday) => ['Dr. Ada Müller', slot, weekday, '2026-02-01', '2027-02-28', null]),
      ),
      ...['Early', 'Late', 'Noon'].flatMap((slot) =>
        [1, 3].map((weekday) => ['Dr. Ben Groß', slot, weekday, null, null, null]),
      ),
      ['Dr. Ben Groß', 'Night', 5, null, '2026-12-31', 'Vaccination'],
    ],
  })
})

it.each([
  ['a byte order mark and Windows line ends', allFiles((text) => `\ufeff${text.replaceAll('\n', '\r\n')}`)],
  ['old Macintosh line ends', allFiles((text) => text.replaceAll('\n', '\r'))],
  [
    'semicolons and quotes around everything',
    allFiles((text) =>
      text.replaceAll(
        /("[^"]*"|[^,\n]*)([,\n])/g,
        (_, field, end) => `"${field.replaceAll('"', '')}"${end === ',' ? ';' : end}`,
      ),
    ),
  ],
  ['tabs', allFiles((text) => text.replaceAll(/,(?! )/g, '\t'))],
  ['empty lines and columns', allFiles((text) => `\n${text.replaceAll('\n', ',,\n')}\n,,,\n  ,\n\n`)],
  ['no line end at the end', allFiles((text) => text.trimEnd())],
  [
    'headers in another case, with other spaces',
    allFiles((text) =>
      text.replace(/^.*$/m, (header) =>
        header.toUpperCase().replace('E-MAIL', 'email').replaceAll(' ', '_').replaceAll(',', ' , '),
      ),
    ),
  ],
  [
    'columns in another order',
    { ...soundFiles, 'time_slots.csv': soundFiles['time_slots.csv'].replaceAll(/^(.*),(.*),(.*)$/gm, '$3,$1,$2') },
  ],
  ['spaces around values, no-break ones too', allFiles((text) => text.replaceAll(/(?<!"),(?! )/g, '\u00a0, '))],
  ['letters in two parts, as a Mac writes them', allFiles((text) => text.normalize('NFD'))],
  ['cells that Excel omits at the end of a line', allFiles((text) => text.replaceAll(/,+$/gm, ''))],
  ['a line that says the separator', allFiles((text) => `sep=,\n${text}`)],
  [
    'a line that says the separator, in capitals and quotes, where the first line suggests another',
    allFiles((text) => `\ufeff"SEP=|"\r\n${text.replaceAll(/,(?! )/g, '|')}`),
  ],
  ['UTF-16', allFiles((text) => Buffer.from(`\ufeff${text}`, 'utf16le'))],
  ['UTF-16 without a byte order mark', allFiles((text) => Buffer.from(text, 'utf16le'))],
  ['UTF-16 of the other byte order', allFiles((text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16())],
  ['UTF-16 of the other byte order without a mark', allFiles((text) => Buffer.from(text, 'utf16le').swap16())],
  [
    'characters without width in headers',
    allFiles((text) =>
      text.replace(/^\w/, '$&\u200b').replace(/^.*$/m, (header) => `\u2060${header}\u200d\u00ad\u200e`),
    ),
  ],
  [
    'characters without width in values, but prose',
    allFiles((text) =>
      text.replaceAll(
        /(?<=\n.*)\b(Dr|Mon|Early|Derm|Corner|Europe|08|01|DD)/g,
        (word) => `${word[0]}\u200b${word.slice(1)}\u200e`,
      ),
    ),
  ],
])('%s make no difference', async (_, files) => {
  expect(files).not.toEqual(soundFiles)
  expect(await importedFrom(files)).toEqual(await importedFrom(soundFiles))
})

it('a line break within quotes stays in prose, and does not shift the lines that faults name', () =>
  inTransaction(async (db) => {
    const files = {
      ...soundFiles,
      'doctors.csv':
        'name,specializations,about\r\nDr. Ada Müller,Dermatology,"Skin\r\nand more"\r\nDr. Ben Groß,Cardiology,\r\n',
    }
    const { clinic_id: id } = await importing(db, files)
    expect((await stored(db, id)).doctors[0]).toEqual(['Dr. Ada Müller', 'Skin\nand more', ['Dermatology']])
  }))

it('services.csv is missing for a clinic without services, and questions.csv for one without questions', async () => {
  const { 'questions.csv': _questions, ...silent } = soundFiles
  expect(await importedFrom(silent)).toMatchObject({ services: expect.any(Array), questions: null })
  const { 'services.csv': _services, ...others } = silent
  const without = {
    ...others,
    'templates.csv': soundFiles['templates.csv'].replaceAll(/,(service|vaccination)$/gm, ''),
  }
  expect(await importedFrom(without)).toMatchObject({ services: null, templates: expect.any(Array) })
})

it('absences are imported with whole days, hours and a note, of a doctor or of all', () =>
  inTransaction(async (db) => {
    const { clinic_id: id } = await importing(db, soundFiles)
    expect(
      await db.query(
        `select d.full_name, a.kind, a.first_date::text, a.last_date::text, a.start_time, a.end_time, a.note
         from app_public.absences a
         left join app_public.doctors d on d.clinic_id = a.clinic_id and d.id = a.doctor_id
         where a.clinic_id = $1 order by a.id`,
        [id],
      ),
    ).toEqual(
      [
        ['Dr. Ada Müller', 'vacation', '2027-03-01', '2027-03-12', null, null, null],
        ['Dr. Ben Groß', 'training', '2027-04-15', '2027-04-15', '13:00:00', null, 'Ultrasound course'],
        [null, 'closure', '2027-12-24', '2027-12-31', null, null, null],
        [null, 'holiday', '2027-10-03', '2027-10-03', null, null, null],
      ].map(([full_name, kind, first_date, last_date, start_time, end_time, note]) => ({
        full_name,
        kind,
        first_date,
        last_date,
        start_time,
        end_time,
        note,
      })),
    )
  }))

it('absences.csv is missing for a clinic without absences', async () => {
  const { 'absences.csv': _absences, ...others } = soundFiles
  expect(await importedFrom(others)).toMatchObject({ templates: expect.any(Array) })
})

it('a specialization that exists already is used as it is', () =>
  inTransaction(async (db) => {
    await waitForImports(db)
    await db.query(`insert into app_public.specializations (name) values ('DERMATOLOGY')`)
    const { clinic_id: id } = await importing(db, soundFiles)
    expect((await stored(db, id)).doctors[0]).toEqual(['Dr. Ada Müller', 'Skin', ['DERMATOLOGY']])
  }))

it('finds a specialization by its name in another language', () =>
  inTransaction(async (db) => {
    await waitForImports(db)
    await db.query(
      `insert into app_public.specializations (name, names) values ('Dermatology', '{"de": "Dermatologie"}')`,
    )
    const german = {
      ...soundFiles,
      'doctors.csv': (soundFiles['doctors.csv'] ?? '').replace('Dermatology', 'DERMATOLOGIE'),
    }
    expect(await stored(db, (await importing(db, german)).clinic_id)).toMatchObject({
      doctors: [['Dr. Ada Müller', 'Skin', ['Dermatology']], expect.anything()],
    })
    expect(await db.query(`select from app_public.specializations where name = 'Dermatologie'`)).toEqual([])
  }))

it('a time slot may be a whole day, and hours may end with the day', () =>
  inTransaction(async (db) => {
    const files = {
      ...soundFiles,
      'time_slots.csv': 'name,start,end\nDuty,0:00,24:00\nEvening,20:00,24:00\nEarly,8:00,8:30\n',
      'templates.csv':
        'doctor,weekdays,time slots\nDr. Ada Müller,Mon,Duty\nDr. Ben Groß,Mon,20:00 - 24:00\nDr. Ben Groß,Tue,0:00 - 24:00\n',
    }
    // The last line stands for all three time slots, which overlap.
    const broken = await faultsOf(db, files)
    expect(broken).toEqual([
      'templates.csv:4 time slots: Tue "Evening" overlaps Tue "Duty" of the same line, for the same doctor',
    ])
    files['templates.csv'] = files['templates.csv'].replace(/.*0:00 - 24:00\n$/, '')
    const { clinic_id: id } = await importing(db, files)
    expect((await stored(db, id)).time_slots).toEqual([
      ['Duty', '00:00:00', '24:00:00'],
      ['Early', '08:00:00', '08:30:00'],
      ['Evening', '20:00:00', '00:00:00'],
    ])
    const { hours } = await db.one<{ hours: number }>(
      `select extract(epoch from upper(d) - lower(d))::int / 3600 as hours
       from app_public.time_slots ts, app_hidden.local_range('2027-02-01', ts.start_time, ts.end_time, 'Europe/Berlin') d
       where ts.clinic_id = $1 and ts.name = 'Duty'`,
      [id],
    )
    expect(hours).toBe(24)
  }))

it('returns which specializations are new', () =>
  inTransaction(async (db) => {
    expect(await importing(db, soundFiles)).toMatchObject({
      new_specializations: ['Cardiology', 'Dermatology', 'Sports Medicine'],
    })
    const another = {
      ...soundFiles,
      'clinic.csv': soundFiles['clinic.csv'].replace('Corner', 'Other'),
      'doctors.csv': soundFiles['doctors.csv'].replace('Dermatology', 'dermatology; Dermatolgy'),
    }
    expect(await importing(db, another)).toMatchObject({ new_specializations: ['Dermatolgy'] })
    expect(
      await importing(db, { ...another, 'clinic.csv': soundFiles['clinic.csv'].replace('Corner', 'Third') }),
    ).toMatchObject({ new_specializations: [] })
  }))

it.each([
  ['a country of its own, in small letters', 'country,', 'ch,', 'CH'],
  ['an empty country: that of the time zone', 'country,', ',', 'AT'],
  ['no column for it: that of the time zone', '', '', 'AT'],
])('stores the country of a clinic with %s', (_case, column, country, expected) =>
  inTransaction(async (db) => {
    const files = {
      ...soundFiles,
      'clinic.csv': `name,time zone,${column}date format,time format
Corner Practice,Europe/Vienna,${country}DD.MM.YYYY,HH:MM
`,
    }
    const { clinic_id } = await importing(db, files)
    expect(await db.one('select country from app_public.clinics where id = $1', [clinic_id])).toEqual({
      country: expected,
    })
  }),
)

it('stores an e-mail address with an international domain as the API does', () =>
  inTransaction(async (db) => {
    const files = {
      ...soundFiles,
      'clinic.csv': soundFiles['clinic.csv'].replace('desk@corner.example', ' Praxis@Müller.example '),
    }
    const { clinic_id } = await importing(db, files)
    expect(await db.one('select email from app_public.clinics where id = $1', [clinic_id])).toEqual({
      email: 'praxis@xn--mller-kva.example',
    })
  }))
