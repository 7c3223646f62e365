/** The zones that the design names, and some with unusual clock changes. */
export const zones = [
  'Europe/Berlin',
  'America/New_York',
  // Clock changes of half an hour.
  'Australia/Lord_Howe',
  // Winter time in Ramadan, until 2026.
  'Africa/Casablanca',
  // A skipped date in 2011; summer time until 2021.
  'Pacific/Apia',
  // No changes, and an offset with a quarter of an hour.
  'Asia/Kathmandu',
  // A change at midnight: a date begins at 1:00.
  'America/Santiago',
  // A change before midnight, on the previous evening.
  'America/Nuuk',
  // Clock changes of two hours.
  'Antarctica/Troll',
]

/** More zones, for tests that cost less than a year of slots. */
export const moreZones = [
  ...zones,
  'Africa/Cairo',
  'Asia/Beirut',
  // A change at 2:45.
  'Pacific/Chatham',
  // Three hours back, without summer time.
  'Antarctica/Casey',
]
