import type { Stand } from './slots.ts'

// Beside words that say the same. Not in parts/icon.tsx, which patients load.
const paths: Record<Stand | 'withdrawDay', string> = {
  free: 'M12 8v8m-4-4h8M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  held: 'M7 3.5h10M7 20.5h10M8 3.5c0 5 8 4.5 8 8.5s-8 3.5-8 8.5m8-17c0 5-8 4.5-8 8.5s8 3.5 8 8.5',
  booked: 'M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 9c0-4 3.4-6 7.5-6s7.5 2 7.5 6',
  arrived: 'M13 4.5h4a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-4M4 12h10.5m-4-4 4 4-4 4',
  done: 'm8.5 12.3 2.5 2.5 4.7-5.3M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  no_show: 'M10 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 9c0-4 3.4-6 7.5-6 .9 0 1.8.1 2.6.3M16 16l5 5m0-5-5 5',
  withdrawn: 'm5.7 5.7 12.6 12.6M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  withdrawDay:
    'M4 9.5h16M8 3.5v4m8-4v4M6 5.5h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2ZM10 13l4 4m0-4-4 4',
}

export function DeskIcon({ name }: { name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
