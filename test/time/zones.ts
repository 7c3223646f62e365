/** The zones that the design names, and some whose clocks do what no other's do. */
export const zones = [
  'Europe/Berlin',
  'America/New_York',
  // Half an hour.
  'Australia/Lord_Howe',
  // Winter time in Ramadan, until 2026.
  'Africa/Casablanca',
  // A day left out, in 2011; summer time until 2021.
  'Pacific/Apia',
  // No changes, and a quarter hour off.
  'Asia/Kathmandu',
  // At midnight: a date begins at one o'clock.
  'America/Santiago',
  // Before midnight, on the evening before.
  'America/Nuuk',
  // Two hours.
  'Antarctica/Troll',
]

/** More of them, for what costs less than a year of slots. */
export const moreZones = [
  ...zones,
  'Africa/Cairo',
  'Asia/Beirut',
  // At a quarter to three.
  'Pacific/Chatham',
  // Three hours back, without summer time.
  'Antarctica/Casey',
]
