import { useState } from 'react'
import ServiceField from '../../parts/booking/service_field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { movingTexts } from '../../text/desk/moving.ts'
import { nameIn, useText } from '../../text/language.ts'
import { useActions } from '../data/actions.ts'
import { bookingOf, type DeskSlot, patientOf } from '../data/slots.ts'
import { useMoving, useShortWhen } from '../moving.tsx'

interface MoveFormProps {
  from: DeskSlot
  /** The chosen slot; it may be that of the booking, whose service only is then changed. */
  to: DeskSlot
  done(slots: DeskSlot[]): void
}

/** Asks for confirmation before a booking is moved to the chosen slot, with its service, another one or none. */
export function MoveForm({ from, to, done }: MoveFormProps) {
  const { t, language } = useText(movingTexts)
  const { stop } = useMoving()
  const { moveTo } = useActions(from)
  const when = useShortWhen()
  const [service, setService] = useState<string>()
  const [isWithout, setWithout] = useState(false)
  const present = bookingOf(from)?.service
  return (
    <>
      <h3>{t.confirm(patientOf(from))}</h3>
      <dl className="from-to">
        <dt>{t.from}</dt>
        <dd>{when(from)}</dd>
        <dt>{t.to}</dt>
        <dd>{when(to)}</dd>
      </dl>
      <Form
        submit={t.submit}
        onSubmit={async () => {
          const moved = await moveTo(to, isWithout ? { withoutService: true } : { serviceId: service })
          stop()
          done(moved)
        }}
        aside={
          <button type="button" className="button" onClick={stop}>
            {t.stop}
          </button>
        }
      >
        {!isWithout && (
          <ServiceField
            clinic={to.clinicId}
            doctor={to.doctorId}
            service={service}
            choose={setService}
            none={present ? t.sameService(nameIn(language, present)) : undefined}
            forDesk
          />
        )}
        {present && (
          <label className="check">
            <input type="checkbox" checked={isWithout} onChange={({ target }) => setWithout(target.checked)} />
            <span>{t.withoutService}</span>
          </label>
        )}
      </Form>
    </>
  )
}
