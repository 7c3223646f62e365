import { expect, it } from '@jest/globals'
import { inTransaction } from '../helpers/database/database.ts'
import { type Files, faultsOf, importing, soundFiles, withLines, withText } from './rosters.ts'

const { 'templates.csv': _, ...withoutTemplates } = soundFiles
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const ada = 'Dr. Ada Müller'

// What is wrong, the files, and all faults that must be reported: a fault must not cause others.
const kinds: [string, Files, string[]][] = [
  ['a file is missing', withoutTemplates, ['templates.csv:null null: the file is missing']],
  [
    'a file is empty',
    { ...soundFiles, 'templates.csv': '\n\n' },
    [
      'templates.csv:1 null: the file is empty: its first line names the columns doctor, weekdays, time slots, valid from, valid until, service',
    ],
  ],
  [
    'a file has its header only',
    { ...soundFiles, 'clinic.csv': soundFiles['clinic.csv'].split('\n', 1)[0] ?? '' },
    ['clinic.csv:1 null: there is nothing below the column names'],
  ],
  [
    'a second clinic',
    withLines({ 'clinic.csv': ['Other,Europe/Berlin,,,,DD.MM.YYYY,HH:MM'] }),
    ['clinic.csv:3 null: a roster is of one clinic: this line is one too many'],
  ],
  [
    'a column is missing',
    withText('doctors.csv', 'specializations', 'specialities'),
    [
      'doctors.csv:1 specialities: "specialities" is no column of this file; they are name, specializations, about',
      'doctors.csv:1 specializations: the column is missing',
    ],
  ],
  [
    'the column of the names is missing: nobody is called unknown for it',
    withText('doctors.csv', 'name', 'doctor'),
    [
      'doctors.csv:1 doctor: "doctor" is no column of this file; they are name, specializations, about',
      'doctors.csv:1 name: the column is missing',
    ],
  ],
  [
    'a column is there twice',
    withText('doctors.csv', 'about', 'Name'),
    ['doctors.csv:1 Name: there are two columns "name"'],
  ],
  [
    'a column has no name',
    { ...soundFiles, 'time_slots.csv': soundFiles['time_slots.csv'].replaceAll(/^(\w+),/gm, '$1,,') },
    ['time_slots.csv:1 column 2: the column has no name'],
  ],
  [
    'a field too few, and the doctor of that line is not called unknown',
    withLines({ 'doctors.csv': ['Dr. Few'], 'templates.csv': ['Dr. Few,Tue,Noon,,', 'Dr. Few,Wed'] }),
    [
      'doctors.csv:4 null: the line has 1 field, but there are 3 columns',
      'templates.csv:6 null: the line has 2 fields, but there are 6 columns',
    ],
  ],
  [
    'a column that needs a value is the last one: nothing of a line can be omitted',
    {
      ...soundFiles,
      'doctors.csv': 'about,name,specializations\n,Dr. Ada Müller,Dermatology\nx,Dr. Ben Groß\n',
    },
    ['doctors.csv:3 null: the line has 2 fields, but there are 3 columns'],
  ],
  [
    'a field too many',
    withLines({ 'templates.csv': [`${ada},Tue,Noon,,,,yes`] }),
    ['templates.csv:5 null: the line has 7 fields, but there are 6 columns'],
  ],
  [
    'required values are empty, also of the clinic',
    {
      ...withLines({ 'templates.csv': [',,"  ",01.01.2027,'] }),
      'clinic.csv': 'name,time zone,date format,time format\nCorner Practice,,,\n',
    },
    [
      ...['time zone', 'date format', 'time format'].map((column) => `clinic.csv:2 ${column}: a value is needed`),
      ...['doctor', 'weekdays', 'time slots'].map((column) => `templates.csv:5 ${column}: a value is needed`),
    ],
  ],
  [
    'a text is too long',
    withLines({ 'doctors.csv': [`${'x'.repeat(201)},Cardiology,`] }),
    ['doctors.csv:4 name: the text is too long: 201 characters, at most 200 fit'],
  ],
  [
    'a specialization is too long',
    withLines({ 'doctors.csv': [`Dr. X,Cardiology; ${'y'.repeat(101)},`] }),
    [`doctors.csv:4 specializations: "${'y'.repeat(101)}" is too long: at most 100 characters fit`],
  ],
  [
    'a time zone that is none, and one without clock changes',
    withText('clinic.csv', 'Europe/Berlin', 'CET'),
    ['clinic.csv:2 time zone: "CET" is no IANA time zone such as Europe/Berlin'],
  ],
  [
    'an e-mail address that is none',
    withText('clinic.csv', 'desk@corner.example', 'desk at corner'),
    ['clinic.csv:2 e-mail: "desk at corner" is not an e-mail address such as desk@example.org'],
  ],
  [
    'a country that is none',
    {
      ...soundFiles,
      'clinic.csv': soundFiles['clinic.csv']
        .replace('time format\n', 'time format,country\n')
        .replace('HH:MM\n', 'HH:MM,Germany\n'),
    },
    ['clinic.csv:2 country: "Germany" is not the two letters of a country, such as DE'],
  ],
  [
    'formats that are none: the dates and times are not judged by a guess',
    {
      ...withLines({ 'time_slots.csv': ['Odd,9 PM,7'], 'templates.csv': [`${ada},Tue,Odd,1/2/3,`] }),
      'clinic.csv': withText('clinic.csv', 'DD.MM.YYYY,HH:MM', 'DD.MM.YY,morning')['clinic.csv'] as string,
    },
    [
      'clinic.csv:2 date format: "DD.MM.YY" is no date format; write it with DD, MM and YYYY, such as DD.MM.YYYY or MM/DD/YYYY',
      'clinic.csv:2 time format: "morning" is no time format; write HH:MM for the 24-hour clock or HH:MM AM for the 12-hour clock',
    ],
  ],
  [
    'dates',
    withLines({
      'templates.csv': [
        `${ada},Tue,Noon,31.11.2027,12/31/2027`,
        `${ada},Thu,Noon,2027-12-01,01.02.28`,
        `${ada},Fri,Noon,02.13.2027,tomorrow`,
        `${ada},Sat,Noon,29.02.2028,29.02.2100`,
        `${ada},Sun,Noon,1.1.0206,0.1.2027`,
      ],
    }),
    [
      'templates.csv:5 valid from: "31.11.2027" does not exist; that month has 30 days',
      'templates.csv:5 valid until: "12/31/2027" is not a date written as DD.MM.YYYY',
      'templates.csv:6 valid from: "2027-12-01" is not a date written as DD.MM.YYYY',
      'templates.csv:6 valid until: "01.02.28" is not a date written as DD.MM.YYYY',
      'templates.csv:7 valid from: "02.13.2027" has month 13; dates are written as DD.MM.YYYY',
      'templates.csv:7 valid until: "tomorrow" is not a date written as DD.MM.YYYY',
      'templates.csv:8 valid until: "29.02.2100" does not exist; that month has 28 days',
      'templates.csv:9 valid from: "1.1.0206" has year 206; years go from 1900 to 2199',
      'templates.csv:9 valid until: "0.1.2027" does not exist; that month has 31 days',
    ],
  ],
  [
    'valid until before valid from',
    withLines({ 'templates.csv': [`${ada},Tue,Noon,02.01.2027,01.01.2027`] }),
    ['templates.csv:5 valid until: "01.01.2027" is before the first day, "02.01.2027"'],
  ],
  [
    'times, and their time slots are not called unknown',
    withLines({
      'time_slots.csv': ['A,25:00,9:60', 'B,9:00 AM,noon', 'C,24:00,9', 'D,16:00,24:00'],
      'templates.csv': [`${ada},Tue,A - C,,`, `${ada},Tue,D; 7:00 - 8:00,,`],
    }),
    [
      'time_slots.csv:6 start: "25:00" is no time of the 24-hour clock',
      'time_slots.csv:6 end: "9:60" is no time of the 24-hour clock',
      `time_slots.csv:7 start: "9:00 AM" has AM or PM, but the clinic's time format is of the 24-hour clock`,
      'time_slots.csv:7 end: "noon" is no clock time such as 9:30',
      'time_slots.csv:8 start: "24:00" is no time of the 24-hour clock',
      'time_slots.csv:8 end: "9" is no clock time such as 9:30',
    ],
  ],
  [
    'a time slot that ends when it starts',
    withLines({ 'time_slots.csv': ['Never,14:00,14.00'], 'templates.csv': [`${ada},Tue,14:00 - 15:00; Never,,`] }),
    ['time_slots.csv:6 end: the time slot ends at "14.00", when it starts'],
  ],
  [
    'the same names again',
    withLines({ 'doctors.csv': ['dr.  ada MÜLLER,Cardiology,'], 'time_slots.csv': ['EARLY,15:00,16:00'] }),
    [
      'doctors.csv:4 name: "dr. ada MÜLLER" stands in line 2 already',
      'time_slots.csv:6 name: "EARLY" stands in line 2 already',
    ],
  ],
  [
    'doctors and time slots that the other files do not have',
    withLines({
      'templates.csv': ['Dr. Who,Tue,Elevenses,,', `${ada},Tue,Early - Tea,,`, `${ada},Tue,9:77 - 10:00,,`],
    }),
    [
      'templates.csv:5 doctor: "Dr. Who" is no doctor in doctors.csv',
      'templates.csv:5 time slots: "Elevenses" is no time slot in time_slots.csv',
      'templates.csv:6 time slots: "Tea" is no time slot in time_slots.csv',
      'templates.csv:7 time slots: "9:77 - 10:00" is no clock time such as 9:30',
    ],
  ],
  [
    'services: minutes, doctors and words that are not known',
    withLines({
      'services.csv': [
        'A,0,,,241,-5,,',
        'B,1441 min,,,,,,',
        'C,an hour,,,,,,',
        'D,,,,5,,,',
        'E,30,Dr. Who; Dr. Ben Groß,,,,nobody,old',
        'check,30,,,,,,',
      ],
    }),
    [
      'services.csv:5 minutes: "0" is not a number of minutes from 1 to 1440',
      'services.csv:5 minutes before: "241" is not a number of minutes from 0 to 240',
      'services.csv:5 minutes after: "-5" is not a number of minutes from 0 to 240',
      'services.csv:6 minutes: "1441 min" is not a number of minutes from 1 to 1440',
      'services.csv:7 minutes: "an hour" is not a number of minutes from 1 to 1440',
      'services.csv:8 minutes: minutes before and after need a length',
      'services.csv:9 doctors: "Dr. Who" is not a doctor in doctors.csv',
      'services.csv:9 booked by: "nobody" is not everyone, known patients or desk',
      'services.csv:9 patients: "old" is not all, new or returning',
      'services.csv:10 name: "check" stands in line 3 already',
    ],
  ],
  [
    'rooms that are not known, serve two needs, or are of no type',
    withLines({
      'rooms.csv': ['room 1,,', 'Cellar,garden,', 'Attic,room,241'],
      'services.csv': ['A,,,,,,,,,,,Room 1; Room 1', 'B,,,,,,,,,,,Room 3 or Raum 2'],
    }),
    [
      'rooms.csv:5 name: "room 1" stands in line 2 already',
      'rooms.csv:6 type: "garden" is not room or equipment',
      'rooms.csv:7 minutes after: "241" is not a number of minutes from 0 to 240',
      'services.csv:5 needs: "Room 1" serves one need only',
      'services.csv:6 needs: "Room 3" is not a room or equipment in rooms.csv',
    ],
  ],
  [
    'templates reserved for a service that is not known, or that the doctor does not offer; one of a line that cannot be read is not called unknown',
    withLines({
      'services.csv': ['Open,"30,all,,,,,'],
      'templates.csv': [
        `${ada},Tue,Noon,01.01.2028,,Massage`,
        `${ada},Thu,Noon,01.01.2028,,Vaccination`,
        `${ada},Fri,Noon,01.01.2028,,open`,
      ],
    }),
    [
      'services.csv:5 minutes: a quoted value begins here and never ends',
      'templates.csv:5 service: "Massage" is not a service in services.csv',
      'templates.csv:6 service: "Dr. Ada Müller" does not offer "Vaccination" in services.csv',
    ],
  ],
  [
    'absences: doctors, reasons, dates and times that are not known',
    withLines({
      'doctors.csv': ['Dr. Few'],
      'absences.csv': [
        'Dr. Who,vacation,01.01.2027,,,,',
        'Dr. Few,vacation,01.01.2027,,,,',
        `${ada},party,31.02.2027,1.1.27,9,25:00,`,
        `${ada},,,,,,`,
        `${ada},vacation,02.01.2027,01.01.2027,,,`,
        `${ada},vacation,01.01.2027,,12:00,9:00,`,
        `${ada},vacation,01.01.2199,,,,`,
        `all,closure,01.01.2027,31.12.2031,,,${'n'.repeat(501)}`,
      ],
    }),
    [
      'absences.csv:6 doctor: "Dr. Who" is not a doctor in doctors.csv',
      'absences.csv:8 reason: "party" is not closure, holiday, vacation, sickness or training',
      'absences.csv:8 first day: "31.02.2027" does not exist; that month has 28 days',
      'absences.csv:8 last day: "1.1.27" is not a date written as DD.MM.YYYY',
      'absences.csv:8 from: "9" is no clock time such as 9:30',
      'absences.csv:8 until: "25:00" is no time of the 24-hour clock',
      'absences.csv:9 reason: a value is needed',
      'absences.csv:9 first day: a value is needed',
      'absences.csv:10 last day: The last date is not before the first one, and at most three years after it.',
      'absences.csv:11 until: An absence ends after its start.',
      'absences.csv:12 first day: An absence begins at most three years from now.',
      'absences.csv:13 last day: The last date is not before the first one, and at most three years after it.',
      'absences.csv:13 note: the text is too long: 501 characters, at most 500 fit',
      'doctors.csv:4 null: the line has 1 field, but there are 3 columns',
    ],
  ],
  [
    'templates reserved for a service and questions to some, without services.csv',
    Object.fromEntries(Object.entries(soundFiles).filter(([file]) => file !== 'services.csv')),
    [
      'questions.csv:2 service: "Vaccination" is not a service in services.csv',
      'questions.csv:3 service: "first visit" is not a service in services.csv',
      'questions.csv:4 service: "First visit" is not a service in services.csv',
      'templates.csv:4 service: "vaccination" is not a service in services.csv',
    ],
  ],
  [
    "services: a doctor's own length, and translations",
    withLines({
      'services.csv': [
        'A,30,Dr. Ben Groß (0),,,,,',
        'B,30,Dr. Ben Groß (an hour); Dr. Who (20),,,,,',
        'C,30,Dr. Ben Groß (20); dr. ben groß (25),,,,,',
        'D,30,all (20),,,,,',
        `E,30,all,,,,,,${'x'.repeat(101)}`,
      ],
    }),
    [
      'services.csv:5 doctors: "0" is not a number of minutes from 1 to 1440',
      'services.csv:6 doctors: "Dr. Who (20)" is not a doctor in doctors.csv',
      'services.csv:6 doctors: "an hour" is not a number of minutes from 1 to 1440',
      'services.csv:7 doctors: "Dr. Ben Groß" has two lengths',
      'services.csv:8 doctors: "all (20)" is not a doctor in doctors.csv',
      'services.csv:9 Name DE: the text is too long: 101 characters, at most 100 fit',
    ],
  ],
  [
    'questions: services, answers and words that are not known',
    withLines({
      'questions.csv': [
        'Massage,Why?,,,,,',
        'Check,,,,,,',
        'vaccination,WHICH ONE?,,,,,',
        'Check,A?,perhaps,maybe,,,',
        'Check,B?,a; A; a,,,,',
        `Check,C?,a; ${'b'.repeat(101)},,,,`,
        'Check,D?,a; b,,10,,x; y; z',
        'Check,E?,,,2001,,',
        'Check,F?,yes/no,,many,,ja; nein',
      ],
    }),
    [
      'questions.csv:5 service: "Massage" is not a service in services.csv',
      'questions.csv:6 question: a value is needed',
      'questions.csv:7 question: "WHICH ONE?" stands in line 2 already',
      'questions.csv:8 answers: "perhaps" is not text, yes/no, or 2 to 20 different answers separated by semicolons',
      'questions.csv:8 required: "maybe" is not yes or no',
      'questions.csv:9 answers: "a; A; a" is not text, yes/no, or 2 to 20 different answers separated by semicolons',
      `questions.csv:10 answers: "${'b'.repeat(101)}" is not an answer: it has no visible character, or more than 100`,
      'questions.csv:11 characters: only an answer by text has a number of characters',
      'questions.csv:11 answers de: there are 3 answers here, and 2 in "answers"',
      'questions.csv:12 characters: "2001" is not a number of characters from 1 to 2000',
      'questions.csv:13 characters: only an answer by text has a number of characters',
      'questions.csv:13 answers de: there are no answers to choose from that could be translated',
    ],
  ],
  [
    'a service whose line cannot be read is not called unknown in questions.csv',
    withLines({ 'services.csv': ['Open,"30,all,,,,,'], 'questions.csv': ['Open,Why?,,,,,'] }),
    ['services.csv:5 minutes: a quoted value begins here and never ends'],
  ],
  [
    'a doctor whose line cannot be read is not called unknown in services.csv',
    withLines({ 'doctors.csv': ['Dr. Few'], 'services.csv': ['A,30,Dr. Few,,,,,'] }),
    ['doctors.csv:4 null: the line has 1 field, but there are 3 columns'],
  ],
  [
    'ranges of time slots that cannot be meant',
    withLines({
      'templates.csv': [
        `${ada},Thu,Late - Early,,`,
        `${ada},Thu,8:10 - 9:00,,`,
        `${ada},Thu,8:00 - 8:50,,`,
        `${ada},Thu,23:30 - 9:00,,`,
      ],
    }),
    [
      'templates.csv:5 time slots: "Late - Early": the last time slot stands above the first one in time_slots.csv',
      'templates.csv:6 time slots: "8:10 - 9:00": no time slot starts when these hours do',
      'templates.csv:7 time slots: "8:00 - 8:50": no time slot ends when these hours do',
      'templates.csv:8 time slots: "23:30 - 9:00": "Early" starts after midnight: give it a line of its own, with the weekday it starts on',
    ],
  ],
  [
    'weekdays',
    withLines({
      'templates.csv': [`${ada},"Thu, Mox",Noon,,`, `${ada},Fri-Sonday,Noon,,`, `${ada},Mon-Wed-Fri,Noon,,`],
    }),
    [
      'templates.csv:5 weekdays: "Mox" is no weekday',
      'templates.csv:6 weekdays: "Sonday" is no weekday',
      'templates.csv:7 weekdays: "Mon-Wed-Fri" is no range of weekdays',
    ],
  ],
  [
    'templates of a doctor that overlap, on another line, on the same one, over midnight and over the end of the week',
    withLines({
      'time_slots.csv': ['Dawn,0:00,6:00', 'Half,12:15,12:45', 'All day,20:00,19:00'],
      'templates.csv': [
        `${ada},Tue,Early,28.02.2027,`,
        `${ada},Thu,Noon; Half,,`,
        'Dr. Ben Groß,Sat,Dawn,01.01.2026,01.06.2026',
        `${ada},Sun,All day,01.01.2030,01.01.2031`,
        `${ada},Mon,Noon,01.01.2031,`,
      ],
    }),
    [
      'templates.csv:5 time slots: Tue "Early" overlaps Tue "Early" of line 2, for the same doctor',
      'templates.csv:6 time slots: Thu "Half" overlaps Thu "Noon" of the same line, for the same doctor',
      'templates.csv:7 time slots: Sat "Dawn" overlaps Fri "Night" of line 4, for the same doctor',
      'templates.csv:9 time slots: Mon "Noon" overlaps Sun "All day" of line 8, for the same doctor',
    ],
  ],
  [
    'bytes that are not UTF-8; the rest of the line is judged, and the doctor found',
    { ...soundFiles, 'doctors.csv': latin1(withLines({ 'doctors.csv': ['Dr. Café,,x'] })['doctors.csv'] as string) },
    [
      'doctors.csv:2 name: the text is not UTF-8; save the file as "CSV UTF-8"',
      'doctors.csv:3 name: the text is not UTF-8; save the file as "CSV UTF-8"',
      'doctors.csv:4 specializations: a value is needed',
      'doctors.csv:4 name: the text is not UTF-8; save the file as "CSV UTF-8"',
    ].sort(),
  ],
  ...(
    [
      ['a workbook of Excel, LibreOffice or Numbers', Buffer.from('PK\x03\x04\x14\0\x06\0"\n"\n\xff', 'latin1')],
      ['a workbook of an old Excel', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
      ['a PDF', '%PDF-1.7\n"\n'],
      ['a compressed file', Buffer.from('1f8b0800', 'hex')],
      ['a web page or XML', '\ufeff<!DOCTYPE html>\n<table><tr><td>"name"</td></tr></table>'],
      ['a document of a word processor', '{\\rtf1\\ansi "}'],
    ] as const
  ).map(([what, content]): [string, Files, string[]] => [
    `a file that is ${what} is reported once, and no name in it is reported as unknown`,
    { ...soundFiles, 'doctors.csv': content },
    [`doctors.csv:1 null: this is ${what}, not a CSV file; save each sheet as "CSV UTF-8"`],
  ]),
  [
    'UTF-16 that is cut off',
    { ...soundFiles, 'time_slots.csv': Buffer.from(`${soundFiles['time_slots.csv']}x`, 'utf16le').subarray(0, -1) },
    [
      'time_slots.csv:6 null: the line has 1 field, but there are 3 columns',
      'time_slots.csv:6 name: the text is not UTF-8; save the file as "CSV UTF-8"',
    ],
  ],
  [
    'NUL bytes, which no text can hold',
    withLines({ 'doctors.csv': ['Dr. N\0l,Cardiology,'] }),
    ['doctors.csv:4 name: the text is not UTF-8; save the file as "CSV UTF-8"'],
  ],
  [
    'quotes: each such line is reported, the lines after it are read, and no name in them is reported as unknown',
    withLines({
      'doctors.csv': [
        'Dr. Open,"Cardiology,x',
        'Dr. "Q" Quote,Cardiology,',
        'Dr. Ok,Cardiology,',
        'Dr. Ok,,',
        'Dr. End,Cardiology,"x',
      ],
      'templates.csv': ['Dr. Open,Mon,Noon,,', 'Dr. Ok,Mon,Noon,,', 'Dr. End,Mon,Noon,,'],
    }),
    [
      'doctors.csv:4 specializations: a quoted value begins here, and its closing quote is missing or has text behind it',
      'doctors.csv:5 name: a quote stands within a value; put the value in quotes and write the quote twice',
      'doctors.csv:7 name: "Dr. Ok" stands in line 6 already',
      'doctors.csv:7 specializations: a value is needed',
      'doctors.csv:8 about: a quoted value begins here and never ends',
    ],
  ],
]

it('the files into which errors are inserted have no errors themselves', () =>
  inTransaction(async (db) => {
    expect(await importing(db, soundFiles)).toMatchObject({
      doctors: 2,
      time_slots: 4,
      services: 3,
      questions: 3,
      templates: 13,
      absences: 4,
    })
  }))

it.each(kinds)('%s', (_kind, files, faults) =>
  inTransaction(async (db) => {
    expect(await faultsOf(db, files)).toEqual(faults)
  }),
)

it('when a clinic of this name exists, the fault says which one, and what to do', () =>
  inTransaction(async (db) => {
    const { clinic_id: id } = await importing(db, soundFiles)
    expect(await faultsOf(db, withText('clinic.csv', 'Corner Practice', ' corner  PRACTICE'))).toEqual([
      `clinic.csv:2 name: there is a clinic "corner PRACTICE" already (clinic ${id}): change that one, deactivate it, or import under another name`,
    ])
    await db.query('select app_public.deactivate_clinic($1, true)', [id])
    await importing(db, soundFiles)
  }))
