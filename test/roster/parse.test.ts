import { describe, expect, it } from '@jest/globals'
import { inTransaction } from '../helpers/database/database.ts'

/** The result of a function for each text, which is its first argument. */
function made<Result>(call: string, texts: string[]): Promise<Record<string, Result>> {
  return inTransaction(async (db) => {
    const { result } = await db.one(
      `select jsonb_object_agg(t, to_jsonb(r)) as result from unnest($1::text[]) t cross join lateral ${call} r`,
      [texts],
    )
    return result
  })
}

describe('dates are read as the clinic declares them', () => {
  it.each([
    ['DD.MM.YYYY', '1.2.2027'],
    ['MM/DD/YYYY', '02/01/2027'],
    ['DD/MM/YYYY', '01/02/2027'],
    ['YYYY-MM-DD', '2027-02-01'],
  ])('%s', async (format, text) => {
    expect(await made(`app_private.parse_roster_date(t, '${format}')`, [text])).toEqual({
      [text]: { day: '2027-02-01', reason: null },
    })
  })

  it('accepts formats with DD, MM and YYYY once each', async () => {
    const formats = await made<{ date_format: string | null }>('app_private.parse_roster_date_format(t)', [
      'dd/mm/yyyy',
      'YYYY-MM-DD',
      'DD.MM.DD',
      'DD.MM/YYYY',
      'MM.YYYY',
    ])
    expect(Object.entries(formats).map(([text, { date_format: read }]) => [text, read])).toEqual(
      expect.arrayContaining([
        ['dd/mm/yyyy', 'DD/MM/YYYY'],
        ['YYYY-MM-DD', 'YYYY-MM-DD'],
        ['DD.MM.DD', null],
        ['DD.MM/YYYY', null],
        ['MM.YYYY', null],
      ]),
    )
  })
})

describe('times', () => {
  const times = async (clock: number, texts: Record<string, string | null>, isEnd = false) => {
    const read = await made<{ local_time: string | null }>(
      `app_private.parse_roster_time(t, ${clock}, ${isEnd})`,
      Object.keys(texts),
    )
    expect(Object.fromEntries(Object.entries(read).map(([text, r]) => [text, r.local_time]))).toEqual(texts)
  }

  it('of the 24-hour clock', () =>
    times(24, {
      '9:00': '09:00:00',
      '09:05': '09:05:00',
      '9.30': '09:30:00',
      '17:30:00': '17:30:00',
      '0:00': '00:00:00',
      '24:00': null,
      '9:00 AM': null,
      '17:30:30': null,
      '9': null,
      '9:5': null,
    }))

  it('of the 12-hour clock', () =>
    times(12, {
      '9:00 AM': '09:00:00',
      '12:00 am': '00:00:00',
      '12:30 PM': '12:30:00',
      '1.15p.m.': '13:15:00',
      '9 a.m.': '09:00:00',
      '11:59:00 PM': '23:59:00',
      '9:00': null,
      '0:30 AM': null,
      '13:00 PM': null,
    }))

  it.each([24, 12])('an end may be 24:00, with a clock of %s hours', (clock) =>
    times(clock, { '24:00': '24:00:00', '24:01': null, '24:00 PM': null, '24': null }, true),
  )

  it('the formats that say which', async () => {
    const read = await made<{ clock: number | null }>('app_private.parse_roster_time_format(t)', [
      'HH:MM',
      'hh.mm',
      '24 h',
      'h:mm AM/PM',
      'HH:MM AM',
      '12h',
      'soon',
    ])
    expect(Object.fromEntries(Object.entries(read).map(([text, r]) => [text, r.clock]))).toEqual({
      'HH:MM': 24,
      'hh.mm': 24,
      '24 h': 24,
      'h:mm AM/PM': 12,
      'HH:MM AM': 12,
      '12h': 12,
      soon: null,
    })
  })
})

it('parses weekdays as people write them', async () => {
  const expected = {
    'Mon-Fri': [1, 2, 3, 4, 5],
    'Mo – Mi': [1, 2, 3],
    'Monday to Wednesday': [1, 2, 3],
    'Montag bis Mittwoch': [1, 2, 3],
    'Mo, Mi': [1, 3],
    'Mo.,Do.': [1, 4],
    'Mon Wed Fri': [1, 3, 5],
    'Tue & Thu': [2, 4],
    'Sa + So': [6, 7],
    'Di und Do': [2, 4],
    'Tues/Thurs': [2, 4],
    'Weds, Saturdays': [3, 6],
    'Sat-Mon': [1, 6, 7],
    'fri; FRI, Thu-Sat': [4, 5, 6],
    Sonntag: [7],
    Mo: [1],
    M: [],
    'T.': [],
    Ss: [],
    ', ,': [],
  }
  const read = await made('app_private.parse_roster_weekdays(t)', Object.keys(expected))
  for (const [text, weekdays] of Object.entries(expected)) {
    const reasons = weekdays.length > 0 ? [] : [`"${text}" is no weekday`]
    expect([text, read[text]]).toEqual([text, { weekdays, reasons }])
  }
})

it('finds time slots by name, by range of names and by hours', async () => {
  const slots = `array[
    row(2, '8:00', '8:00', '8:30'), row(3, '8:30', '8:30', '9:00'), row(4, 'After-lunch', '13:00', '13:30'),
    row(5, 'Tea, late', '16:00', '17:00'), row(6, 'Night', '23:30', '0:30')]::app_private.roster_time_slot[]`
  const expected = {
    Night: ['Night'],
    ' night ': ['Night'],
    '8:00': ['8:00'],
    'After – Lunch': ['After-lunch'],
    'Tea, late': ['Tea, late'],
    'After-lunch - Night': ['After-lunch', 'Night', 'Tea, late'],
    '8:30 to After-lunch': ['8:30', 'After-lunch'],
    // Hours, although there are slots of these names: 8:30 is when the work ends.
    '8:00 - 8:30': ['8:00'],
    '8.00-17.00': ['8:00', '8:30', 'After-lunch', 'Tea, late'],
    '16:00 - 0:30': ['Night', 'Tea, late'],
    '8:00 - 9:00; 13:00 - 13:30, Night': ['8:00', '8:30', 'After-lunch', 'Night'],
    'Night; Night': ['Night'],
  }
  const read = await made<{ names: string[]; reasons: string[] }>(
    `app_private.parse_roster_time_slots(t, ${slots}, 24, '{}')`,
    Object.keys(expected),
  )
  for (const [text, names] of Object.entries(expected)) {
    expect([text, read[text]]).toEqual([text, { names: expect.arrayContaining(names), reasons: [] }])
    expect(read[text]?.names).toHaveLength(names.length)
  }
})
