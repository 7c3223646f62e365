// Paths in a box of 24 by 24, drawn with a line of the text's colour.
const paths = {
  alert: 'M12 8v5m0 3.5v.01M10.3 4.3 2.8 17.5A2 2 0 0 0 4.5 20.5h15a2 2 0 0 0 1.7-3L13.7 4.3a2 2 0 0 0-3.4 0Z',
  arrowLeft: 'M19 12H5m6-6-6 6 6 6',
  arrowRight: 'M5 12h14m-6-6 6 6-6 6',
  calendar: 'M4 9.5h16M8 3.5v4m8-4v4M6 5.5h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2Z',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  chevron: 'm6 9 6 6 6-6',
  clock: 'M12 7v5l3.5 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  cross: 'M6 6l12 12M18 6 6 18',
  info: 'M12 11v5m0-8.5v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  person: 'M4.5 20c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z',
  phone:
    'M5 4h3.5l1.7 4.3-2.2 1.4a12 12 0 0 0 6.3 6.3l1.4-2.2L20 15.5V19a1.5 1.5 0 0 1-1.6 1.5C10.6 20 4 13.4 3.5 5.6A1.5 1.5 0 0 1 5 4Z',
  pin: 'M12 21s7-6.1 7-11.2A7 7 0 0 0 5 9.8C5 14.9 12 21 12 21Zm0-8.7a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  print: 'M7 9V4h10v5M7 17H4.5v-6.5A1.5 1.5 0 0 1 6 9h12a1.5 1.5 0 0 1 1.5 1.5V17H17m-10-3h10v6H7v-6Z',
  search: 'm20 20-4.3-4.3M17.5 11a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0Z',
  // The states of a slot.
  free: 'M12 8v8m-4-4h8M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  held: 'M7 3.5h10M7 20.5h10M8 3.5c0 5 8 4.5 8 8.5s-8 3.5-8 8.5m8-17c0 5-8 4.5-8 8.5s8 3.5 8 8.5',
  booked: 'M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 9c0-4 3.4-6 7.5-6s7.5 2 7.5 6',
  arrived: 'M13 4.5h4a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-4M4 12h10.5m-4-4 4 4-4 4',
  done: 'm8.5 12.3 2.5 2.5 4.7-5.3M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  no_show: 'M10 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 9c0-4 3.4-6 7.5-6 .9 0 1.8.1 2.6.3M16 16l5 5m0-5-5 5',
  withdrawn: 'm5.7 5.7 12.6 12.6M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  withdrawDay:
    'M4 9.5h16M8 3.5v4m8-4v4M6 5.5h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2ZM10 13l4 4m0-4-4 4',
  // The sections of the managers' pages.
  overview: 'M4 20V10m5.3 10V4m5.4 16v-7M20 20V8',
  rebooking: 'M4 9.5h13m-4-4 4 4-4 4M20 14.5H7m4-4-4 4 4 4',
  doctors: 'M12 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-7 9a7 7 0 0 1 14 0M12 15v4m-2-2h4',
  'time-slots': 'M12 7v5l3.5 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  templates: 'M4 5h16v14H4zM4 10h16M4 14.5h16M9.3 5v14m5.4-14v14',
  generation: 'M12 3v4m0 10v4M3 12h4m10 0h4M6 6l2.5 2.5m7 7L18 18m0-12-2.5 2.5m-7 7L6 18',
  services: 'M4 6h3v3H4zm7 1.5h9M4 15h3v3H4zm7 1.5h9',
  absences: 'M4 9.5h16M8 3.5v4m8-4v4M6 5.5h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2ZM9 15h6',
  policy:
    'M5 7h8m4 0h2M5 12h2m4 0h8M5 17h9m4 0h1M15 7m-2 0a2 2 0 1 0 4 0 2 2 0 1 0-4 0m-6 5a2 2 0 1 0 4 0 2 2 0 1 0-4 0m7 5a2 2 0 1 0 4 0 2 2 0 1 0-4 0',
  messages: 'M4 6h16v12H4zM4 7l8 6 8-6',
  staff: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 8a6 6 0 0 1 12 0m1-8.2a3 3 0 0 0-.5-5.7M17 13.5a6 6 0 0 1 4 5.5',
  clinic: 'M5 20V6l7-3 7 3v14M3 20h18M12 8v5m-2.5-2.5h5M10 20v-4h4v4',
  webhooks: 'M9 8 5 12l4 4m6-8 4 4-4 4',
} as const

export type IconName = keyof typeof paths

/** An icon beside a text that says the same; screen readers skip it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
