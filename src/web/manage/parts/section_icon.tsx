import { Icon, type IconName } from '../../parts/icon.tsx'
import type { SectionName } from '../../text/manage/common.ts'

// Icons that only managers see. They are not in parts/icon.tsx, which is part of the first load of patients.
const paths: Partial<Record<SectionName, string>> = {
  prices: 'M4 12V5.5A1.5 1.5 0 0 1 5.5 4H12l8 8-8 8-8-8Zm4.5-3.5v.01',
  coupons: 'M4 7h16v3.3a1.7 1.7 0 0 0 0 3.4V17H4v-3.3a1.7 1.7 0 0 0 0-3.4V7Zm9.5 0v2m0 2v2m0 2v2',
  payments: 'M4 6.5h16v11H4v-11ZM4 10h16M7.5 14.5h3',
}

/** The icon of a section of the managers' pages. */
export function SectionIcon({ name }: { name: SectionName }) {
  const path = paths[name]
  if (!path) return <Icon name={name === 'rooms' ? 'pin' : (name as IconName)} />
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}
