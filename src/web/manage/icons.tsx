import type { SectionName } from './text/common.ts'

// Drawn here rather than in parts/icon.tsx, which every patient fetches.
const paths: Record<SectionName, string> = {
  overview: 'M4 20V10m5.3 10V4m5.4 16v-7M20 20V8',
  rebooking: 'M4 9.5h13m-4-4 4 4-4 4M20 14.5H7m4-4-4 4 4 4',
  doctors: 'M12 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-7 9a7 7 0 0 1 14 0M12 15v4m-2-2h4',
  'time-slots': 'M12 7v5l3.5 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  templates: 'M4 5h16v14H4zM4 10h16M4 14.5h16M9.3 5v14m5.4-14v14',
  generation: 'M12 3v4m0 10v4M3 12h4m10 0h4M6 6l2.5 2.5m7 7L18 18m0-12-2.5 2.5m-7 7L6 18',
  policy:
    'M5 7h8m4 0h2M5 12h2m4 0h8M5 17h9m4 0h1M15 7m-2 0a2 2 0 1 0 4 0 2 2 0 1 0-4 0m-6 5a2 2 0 1 0 4 0 2 2 0 1 0-4 0m7 5a2 2 0 1 0 4 0 2 2 0 1 0-4 0',
  messages: 'M4 6h16v12H4zM4 7l8 6 8-6',
  staff: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 8a6 6 0 0 1 12 0m1-8.2a3 3 0 0 0-.5-5.7M17 13.5a6 6 0 0 1 4 5.5',
  clinic: 'M5 20V6l7-3 7 3v14M3 20h18M12 8v5m-2.5-2.5h5M10 20v-4h4v4',
  webhooks: 'M9 8 5 12l4 4m6-8 4 4-4 4',
}

/** The drawing beside a section's name. */
export function SectionIcon({ name }: { name: SectionName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
