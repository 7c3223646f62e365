import { expect, it } from '@jest/globals'
import { type Db, inTransaction } from '../helpers/database.ts'
import { type Files, faultsOf, importing, soundFiles } from './rosters.ts'

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
       'templates', (select jsonb_agg(jsonb_build_array(d.full_name, ts.name, t.weekday, t.valid_from, t.valid_until)
           order by d.full_name, ts.start_time, t.weekday)
         from app_public.doctor_slot_templates t
         join app_public.doctors d on d.clinic_id = t.clinic_id and d.id = t.doctor_id
         join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id
         where t.clinic_id = $1)) as roster`,
    [clinicId],
  )
  return roster
}

function importedFrom(files: Files) {
  return inTransaction(async (db) => stored(db, (await importing(db, files)).clinic_id))
}

/** The sound files, each text changed. */
function allFiles(change: (text: string) => string | Uint8Array): Files {
  return Object.fromEntries(Object.entries(soundFiles).map(([name, text]) => [name, change(text)]))
}

it('stores what the files say', async () => {
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
    templates: [
      ...['Early', 'Late'].flatMap((slot) =>
        [1, 2, 3].map((weekday) => ['Dr. Ada Müller', slot, weekday, '2026-02-01', '2027-02-28']),
      ),
      ...['Early', 'Late', 'Noon'].flatMap((slot) =>
        [1, 3].map((weekday) => ['Dr. Ben Groß', slot, weekday, null, null]),
      ),
      ['Dr. Ben Groß', 'Night', 5, null, '2026-12-31'],
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

it('a specialization that the platform has is taken as it is there', () =>
  inTransaction(async (db) => {
    await db.query(`insert into app_public.specializations (name) values ('DERMATOLOGY')`)
    const { clinic_id: id } = await importing(db, soundFiles)
    expect((await stored(db, id)).doctors[0]).toEqual(['Dr. Ada Müller', 'Skin', ['DERMATOLOGY']])
  }))

it('takes a specialization by its name in another language', () =>
  inTransaction(async (db) => {
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
    // The last line means all three, which overlap.
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

it('tells which specializations are new', () =>
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
