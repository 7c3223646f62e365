import { type ReactNode, useState } from 'react'
import { Form } from '../parts/form.tsx'
import { Notice } from '../parts/notice.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { clock, localDate, longDate } from '../time.ts'
import { useQuery } from '../use_query.ts'
import { DeskWithoutAddress, useActions } from './actions.ts'
import { BookForm } from './book_form.tsx'
import { EndForm } from './end_form.tsx'
import { DeskIcon } from './icons.tsx'
import { MoveForm } from './move_form.tsx'
import { useMoving } from './moving.tsx'
import { PatientCard } from './patient_card.tsx'
import { type DeskSlot, isOver, patientOf, standOf } from './slots.ts'
import { useDeskText } from './text.ts'

interface SlotSheetProps {
  slot: DeskSlot
  close(): void
  /** Something was done; these slots are so now. */
  done(slots: DeskSlot[]): void
}

/** A slot beside the grid: who has it, and all that can be done with it as it stands. */
export function SlotSheet({ slot, close, done }: SlotSheetProps) {
  const { t, locale } = useDeskText()
  const { timeZone } = useWorkplace().clinic
  const moving = useMoving()
  const stand = standOf(slot)
  const [opened] = useState(stand)
  const [asking, setAsking] = useState<'cancel' | 'withdraw'>()
  const time = `${clock(slot.startsAt, timeZone, locale)}–${clock(slot.endsAt, timeZone, locale)}`
  const back = () => setAsking(undefined)

  return (
    <Sheet title={`${time}, ${slot.doctor?.fullName ?? ''}`} close={close}>
      <div className="slot-sheet">
        <p className="slot-when">
          {longDate(localDate(slot.startsAt, timeZone), locale)}
          <span className={`stand ${stand}`}>
            <DeskIcon name={stand} />
            {t.stand[stand]}
          </span>
        </p>
        {stand !== opened && <Notice tone="bad">{<p>{t.slot.changed}</p>}</Notice>}
        {moving.from && stand === 'free' ? (
          <MoveForm from={moving.from} to={slot} done={done} />
        ) : asking === 'cancel' ? (
          <CancelForm slot={slot} done={done} back={back} />
        ) : asking === 'withdraw' ? (
          <WithdrawForm slot={slot} done={done} back={back} />
        ) : (
          <AsItStands key={stand} slot={slot} done={done} ask={setAsking} close={close} />
        )}
      </div>
    </Sheet>
  )
}

type Asking = (what: 'cancel' | 'withdraw') => void

function AsItStands({ slot, done, ask, close }: SlotSheetProps & { ask: Asking }) {
  const { t, locale } = useDeskText()
  const { clinic, isDesk, maySeeTo } = useWorkplace()
  const isOurs = maySeeTo(slot.doctorId)
  const actions = useActions(slot)
  const moving = useMoving()
  const withdraw = isOurs && !isOver(slot) && (
    <button type="button" className="button quiet-danger" onClick={() => ask('withdraw')}>
      {t.slot.withdraw}
    </button>
  )
  const hasBegun = Date.parse(slot.startsAt) <= Date.now()
  const isToday = slot.slotDate <= localDate(undefined, clinic.timeZone)

  switch (standOf(slot)) {
    case 'free':
      return isOver(slot) ? (
        <p className="quiet">{t.slot.over}</p>
      ) : (
        <>
          {isDesk ? <BookForm slot={slot} done={done} /> : <p className="quiet">{t.slot.deskBooks}</p>}
          {withdraw && <div className="sheet-foot">{withdraw}</div>}
        </>
      )
    case 'held': {
      const until = clock(slot.heldUntil ?? slot.endsAt, clinic.timeZone, locale)
      const name = patientOf(slot)
      return (
        <>
          <p>{name ? t.slot.heldBy(name, until) : t.slot.heldUntil(until)}</p>
          {isDesk && <Act label={t.slot.release} act={actions.release} done={done} />}
          {withdraw && <div className="sheet-foot">{withdraw}</div>}
        </>
      )
    }
    case 'booked':
      return (
        <>
          <PatientCard slot={slot} />
          {isOurs && isToday && <Act primary label={t.slot.checkIn} act={actions.checkIn} done={done} />}
          {isOurs && (
            <div className="sheet-foot">
              {isDesk && (
                <button
                  type="button"
                  className="button"
                  onClick={() => {
                    moving.start(slot)
                    close()
                  }}
                >
                  {t.slot.move}
                </button>
              )}
              {hasBegun && <Act label={t.slot.noShow} act={actions.noShow} done={done} />}
              {isDesk && (
                <button type="button" className="button quiet-danger" onClick={() => ask('cancel')}>
                  {t.slot.cancel}
                </button>
              )}
              {withdraw}
            </div>
          )}
        </>
      )
    case 'arrived':
      return (
        <>
          <PatientCard slot={slot} />
          {isOurs && <Act primary label={t.slot.complete} act={actions.complete} done={done} />}
          {isOurs && (
            <div className="sheet-foot">
              <Act label={t.slot.undoCheckIn} act={actions.undoCheckIn} done={done} />
              {isDesk && (
                <button type="button" className="button quiet-danger" onClick={() => ask('cancel')}>
                  {t.slot.cancel}
                </button>
              )}
            </div>
          )}
        </>
      )
    case 'withdrawn':
      return (
        <>
          <p>{t.slot.withdrawnLead}</p>
          {isDesk && !isOver(slot) && <Act primary label={t.slot.reopen} act={actions.reopen} done={done} />}
        </>
      )
    case 'done':
      return (
        <>
          <PatientCard slot={slot} />
          {isOurs && (
            <div className="sheet-foot">
              <Act label={t.slot.undoCompletion} act={actions.undoCompletion} done={done} />
            </div>
          )}
        </>
      )
    case 'no_show':
      return (
        <>
          <PatientCard slot={slot} />
          {isOurs && (
            <div className="sheet-foot">
              <Act label={t.slot.undoNoShow} act={actions.undoNoShow} done={done} />
            </div>
          )}
        </>
      )
  }
}

interface ActProps {
  label: string
  primary?: boolean
  act(): Promise<DeskSlot[]>
  done(slots: DeskSlot[]): void
}

/** A button that does one thing, and says in its place why not. */
function Act({ label, primary, act, done }: ActProps) {
  return <Form plain={!primary} submit={label} onSubmit={async () => done(await act())} />
}

interface AskFirstProps {
  slot: DeskSlot
  done(slots: DeskSlot[]): void
  back(): void
}

/** Says whether the patient will be notified that an appointment is cancelled, or has to be phoned. */
function useNotice({ startsAt, clinicCustomer }: DeskSlot, kind: 'BOOKING_CANCELLED' | 'SLOT_WITHDRAWN') {
  const { t } = useDeskText()
  const { clinic } = useWorkplace()
  const id = clinicCustomer?.customerId
  const { data } = useQuery(DeskWithoutAddress, id ? { clinicId: clinic.id, customerIds: [id], kind } : null)
  if (!data?.customersWithoutAddress || Date.parse(startsAt) <= Date.now()) return ''
  return data.customersWithoutAddress.length > 0 ? t.slot.notNotified : t.slot.notified
}

function CancelForm({ slot, done, back }: AskFirstProps) {
  const { t } = useDeskText()
  const notice = useNotice(slot, 'BOOKING_CANCELLED')
  const { cancel } = useActions(slot)
  return (
    <AskFirst
      title={t.slot.cancelTitle}
      lead={`${t.slot.cancelLead(patientOf(slot))} ${notice}`}
      submit={t.slot.cancel}
      act={cancel}
      done={done}
      back={back}
    />
  )
}

function WithdrawForm({ slot, done, back }: AskFirstProps) {
  const { t } = useDeskText()
  const notice = useNotice(slot, 'SLOT_WITHDRAWN')
  const { withdraw } = useActions(slot)
  const [stand] = useState(standOf(slot))
  const name = stand === 'booked' ? patientOf(slot) : ''
  return (
    <AskFirst
      title={t.slot.withdrawTitle}
      lead={name ? `${t.slot.withdrawBooked(name)} ${notice}` : t.slot.withdrawFree}
      submit={t.slot.withdraw}
      // Only what was said is done: a booking made in the meantime is not cancelled but refused.
      act={(reason) => withdraw(reason, stand === 'booked')}
      done={done}
      back={back}
    />
  )
}

interface AskFirstFormProps {
  title: string
  lead: ReactNode
  submit: string
  act(reason: string | undefined): Promise<DeskSlot[]>
  done(slots: DeskSlot[]): void
  back(): void
}

function AskFirst({ title, lead, submit, act, done, back }: AskFirstFormProps) {
  return (
    <>
      <h3>{title}</h3>
      <p>{lead}</p>
      <EndForm submit={submit} act={async (reason) => done(await act(reason))} keep={back} />
    </>
  )
}
