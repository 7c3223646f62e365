import { useState } from 'react'
import { CalendarLink } from '../../parts/calendar_link.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { calendarLinkTexts } from '../../text/shared/calendar_link.ts'

/** The button that shows the address of the calendar on the page: that of the clinic, or of one doctor. */
export function Subscribe({ doctor }: { doctor?: { id: string; fullName: string } }) {
  const { t } = useText(calendarLinkTexts)
  const { clinic, isDesk, maySeeTo } = useWorkplace()
  const [open, setOpen] = useState(false)
  if (!(doctor ? maySeeTo(doctor.id) : isDesk)) return null
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        <Icon name="calendar" />
        {t.subscribe}
      </button>
      {open && (
        <Sheet title={t.title} close={() => setOpen(false)}>
          <p>{doctor ? t.ofDoctor(doctor.fullName) : t.ofClinic}</p>
          <CalendarLink clinicId={clinic.id} {...(doctor && { doctorId: doctor.id })} />
        </Sheet>
      )}
    </>
  )
}
