import { type ComponentType, useEffect, useRef } from 'react'
import { Link, useParams } from 'wouter'
import { AreaErrorTextsContext } from '../parts/feedback/error_text.ts'
import { NotFound } from '../parts/feedback/notice.tsx'
import { Toast } from '../parts/feedback/toast.tsx'
import { AtClinic, ClinicChoice, useWorkplace } from '../parts/workplace/workplace.tsx'
import { useText } from '../text/language.ts'
import { manageTexts, type SectionName } from '../text/manage/common.ts'
import { manageErrorTexts } from '../text/manage/errors.ts'
import { CouponsSection } from './billing/coupons.tsx'
import { PaymentsSection } from './billing/payments.tsx'
import { PricesSection } from './billing/prices.tsx'
import { ClinicSection } from './clinic/clinic.tsx'
import { NewClinicPage } from './clinic/new_clinic.tsx'
import { DoctorsSection } from './doctors/doctors.tsx'
import { MessagesSection } from './messages/messages.tsx'
import { WebhooksSection } from './messages/webhooks.tsx'
import { OverviewSection } from './overview/overview.tsx'
import { SectionIcon } from './parts/section_icon.tsx'
import { UnsavedGuard } from './parts/unsaved_guard.tsx'
import { PolicySection } from './policy/policy.tsx'
import { RoomsSection } from './rooms/rooms.tsx'
import { AbsencesSection } from './schedule/absences.tsx'
import { GenerationSection } from './schedule/generation.tsx'
import { RebookingSection } from './schedule/rebooking.tsx'
import { TemplatesSection } from './schedule/templates.tsx'
import { TimeSlotsSection } from './schedule/time_slots.tsx'
import { ServicesSection } from './services/services.tsx'
import { AcceptPage } from './staff/accept.tsx'
import { StaffSection } from './staff/staff.tsx'
import './manage.css'

// In the order in which a new clinic needs them.
const sections: Record<SectionName, ComponentType> = {
  overview: OverviewSection,
  rebooking: RebookingSection,
  doctors: DoctorsSection,
  'time-slots': TimeSlotsSection,
  templates: TemplatesSection,
  generation: GenerationSection,
  services: ServicesSection,
  rooms: RoomsSection,
  prices: PricesSection,
  coupons: CouponsSection,
  payments: PaymentsSection,
  absences: AbsencesSection,
  policy: PolicySection,
  messages: MessagesSection,
  staff: StaffSection,
  clinic: ClinicSection,
  webhooks: WebhooksSection,
}

/** The pages for managers: /manage/:clinicId/:section. */
export default function Manage() {
  return (
    <AreaErrorTextsContext value={manageErrorTexts}>
      <ManagePage />
    </AreaErrorTextsContext>
  )
}

function ManagePage() {
  const [clinicId, name = 'overview'] = (useParams()['*'] ?? '').split('/')
  if (clinicId === 'accept') return <AcceptPage />
  if (clinicId === 'new') return <NewClinicPage />
  const Chosen = sections[name as SectionName]
  if (!Chosen) return <NotFound />
  return (
    <AtClinic base="/manage" managersOnly {...(clinicId && { clinicId })}>
      <div className="manage">
        <Navigation here={name as SectionName} />
        {/* The key resets all state when another clinic or section is chosen. */}
        <Chosen key={`${clinicId} ${name}`} />
        <Toast />
        <UnsavedGuard />
      </div>
    </AtClinic>
  )
}

function Navigation({ here }: { here: SectionName }) {
  const { t } = useText(manageTexts)
  const { clinic, person, isDesk } = useWorkplace()
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    // On a phone the sections are one line, which scrolls.
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
