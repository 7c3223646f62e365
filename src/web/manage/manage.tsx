import { type ComponentType, useEffect, useRef } from 'react'
import { Link, useParams } from 'wouter'
import { NotFound } from '../parts/notice.tsx'
import { AtClinic, ClinicChoice, useWorkplace } from '../staff/clinic.tsx'
import { AcceptPage } from './accept.tsx'
import { ClinicSection } from './clinic.tsx'
import { DoctorsSection } from './doctors.tsx'
import { GenerationSection } from './generation.tsx'
import { SectionIcon } from './icons.tsx'
import { MessagesSection } from './messages.tsx'
import { NewClinicPage } from './new_clinic.tsx'
import { OverviewSection } from './overview.tsx'
import { PolicySection } from './policy.tsx'
import { RebookingSection } from './rebooking.tsx'
import { Said } from './say.tsx'
import { StaffSection } from './staff.tsx'
import { TemplatesSection } from './templates.tsx'
import { type SectionName, useManageText } from './text/common.ts'
import { TimeSlotsSection } from './time_slots.tsx'
import { UnsavedGuard } from './unsaved.tsx'
import { WebhooksSection } from './webhooks.tsx'
import './manage.css'

// In the order in which a clinic comes to need them.
const sections: Record<SectionName, ComponentType> = {
  overview: OverviewSection,
  rebooking: RebookingSection,
  doctors: DoctorsSection,
  'time-slots': TimeSlotsSection,
  templates: TemplatesSection,
  generation: GenerationSection,
  policy: PolicySection,
  messages: MessagesSection,
  staff: StaffSection,
  clinic: ClinicSection,
  webhooks: WebhooksSection,
}

/** What a clinic is made of, for those who run it: /manage/:clinicId/:section. */
export default function Manage() {
  const [clinicId, name = 'overview'] = (useParams()['*'] ?? '').split('/')
  if (clinicId === 'accept') return <AcceptPage />
  if (clinicId === 'new') return <NewClinicPage />
  const Chosen = sections[name as SectionName]
  if (!Chosen) return <NotFound />
  return (
    <AtClinic base="/manage" managersOnly {...(clinicId && { clinicId })}>
      <div className="manage">
        <Navigation here={name as SectionName} />
        {/* Nothing of one clinic stays when another is chosen. */}
        <Chosen key={`${clinicId} ${name}`} />
        <Said />
        <UnsavedGuard />
      </div>
    </AtClinic>
  )
}

function Navigation({ here }: { here: SectionName }) {
  const { t } = useManageText()
  const { clinic, person, isDesk } = useWorkplace()
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    // On a phone the sections are one line, of which a part is seen.
    const current = list.current?.querySelector<HTMLElement>(`[data-section="${here}"]`)
    if (list.current && current) list.current.scrollLeft = current.offsetLeft - 16
  }, [here])
  return (
    <nav className="manage-side" aria-label={t.sections}>
      <div className="manage-clinic">
        <ClinicChoice base="/manage" />
      </div>
      <ul ref={list}>
        {(Object.keys(sections) as SectionName[]).map((name) => (
          <li key={name} data-section={name}>
            <Link
              href={`/manage/${clinic.id}${name === 'overview' ? '' : `/${name}`}`}
              className="side-link"
              aria-current={name === here ? 'page' : undefined}
            >
              <SectionIcon name={name} />
              {t.section[name]}
            </Link>
          </li>
        ))}
        {isDesk && (
          <li className="side-other">
            <Link href={`/desk/${clinic.id}`} className="side-link">
              {t.toDesk}
            </Link>
          </li>
        )}
        {person.isAdmin && (
          <li>
            <Link href="/manage/new" className="side-link">
              {t.newClinic}
            </Link>
          </li>
        )}
      </ul>
    </nav>
  )
}
