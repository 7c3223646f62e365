import { type ReactNode, useState } from 'react'
import { useQuery } from '../../data/use_query.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { slotTexts } from '../../text/desk/slot.ts'
import { slotStateTexts } from '../../text/desk/slot_state.ts'
import { useText } from '../../text/language.ts'
import { clock, localDate, longDate } from '../../time/time.ts'
import { DeskWithoutAddress, useActions } from '../data/actions.ts'
import { type DeskSlot, isOver, patientOf, stateOf } from '../data/slots.ts'
import { useMoving } from '../moving.tsx'
import { BookForm } from './book_form.tsx'
import { EndForm } from './end_form.tsx'
import { MoveForm } from './move_form.tsx'
import { NewLink } from './new_link.tsx'
import { OnlineVisit } from './online_visit.tsx'
import { PatientCard } from './patient_card.tsx'
import { VisitRecordings } from './visit_recordings.tsx'
import { VisitRooms } from './visit_rooms.tsx'

interface SlotSheetProps {
  slot: DeskSlot
  close(): void
  /** Called after an action, with the new state of the slots. */
  done(slots: DeskSlot[]): void
}

/** The sheet of a slot: its patient, and the actions that its state allows. */
export function SlotSheet({ slot, close, done }: SlotSheetProps) {
  const { t, locale } = useText(slotTexts)
  const { t: stateText } = useText(slotStateTexts)
  const { timeZone } = useWorkplace().clinic
  const moving = useMoving()
  const state = stateOf(slot)
  const [opened] = useState(state)
  const [asking, setAsking] = useState<'cancel' | 'withdraw'>()
  const time = `${clock(slot.startsAt, timeZone, locale)}–${clock(slot.endsAt, timeZone, locale)}`
  const back = () => setAsking(undefined)

  return (
    <Sheet title={`${time}, ${slot.doctor?.fullName ?? ''}`} close={close}>
      <div className="slot-sheet">
        <p className="slot-when">
          {longDate(localDate(slot.startsAt, timeZone), locale)}
          <span className={`slot-state ${state}`}>
            <Icon name={state} />
            {stateText[state]}
          </span>
        </p>
        {state !== opened && <Notice tone="bad">{<p>{t.changed}</p>}</Notice>}
        {moving.from && (state === 'free' || moving.from.id === slot.id) ? (
          <MoveForm from={moving.from} to={slot} done={done} />
        ) : asking === 'cancel' ? (
          <CancelForm slot={slot} done={done} back={back} />
        ) : asking === 'withdraw' ? (
          <WithdrawForm slot={slot} done={done} back={back} />
        ) : (
          <SlotActions key={state} slot={slot} done={done} ask={setAsking} close={close} />
        )}
      </div>
    </Sheet>
  )
}

interface ActionsProps extends SlotSheetProps {
  /** Opens the form for a cancellation or a withdrawal. */
  ask(what: 'cancel' | 'withdraw'): void
}

/** What the state of a slot allows. */
function SlotActions(props: ActionsProps) {
  const { t } = useText(slotTexts)
  const { slot, done } = props
  const { isDesk, maySeeTo } = useWorkplace()
  const actions = useActions(slot)
  const isOurs = maySeeTo(slot.doctorId)
  switch (stateOf(slot)) {
    case 'free':
      return <FreeSlot {...props} />
    case 'held':
      return <HeldSlot {...props} />
    case 'withdrawn':
      return (
        <>
          <p>{t.withdrawnLead}</p>
          {isDesk && !isOver(slot) && <ActionButton primary label={t.reopen} act={actions.reopen} done={done} />}
        </>
      )
    case 'booked':
      return (
        <>
          <VisitParts slot={slot} />
          {isOurs && <BookedActions {...props} />}
        </>
      )
    case 'arrived':
      return (
        <>
          <VisitParts slot={slot} />
          {isOurs && <ActionButton primary label={t.complete} act={actions.complete} done={done} />}
          {isOurs && (
            <div className="sheet-foot">
              <ActionButton label={t.undoCheckIn} act={actions.undoCheckIn} done={done} />
              {isDesk && <EndButton what="cancel" {...props} />}
            </div>
          )}
        </>
      )
    case 'done':
    case 'no_show': {
      const isDone = stateOf(slot) === 'done'
      const undo = isDone ? actions.undoCompletion : actions.undoNoShow
      return (
        <>
          <PatientCard slot={slot} />
          <VisitRecordings slot={slot} />
          {isOurs && (
            <div className="sheet-foot">
              <ActionButton label={isDone ? t.undoCompletion : t.undoNoShow} act={undo} done={done} />
            </div>
          )}
        </>
      )
    }
  }
}

/** The patient of a visit that is not over, and what belongs to the visit. */
const VisitParts = ({ slot }: { slot: DeskSlot }) => (
  <>
    <PatientCard slot={slot} />
    <OnlineVisit slot={slot} />
    <VisitRecordings slot={slot} />
    <VisitRooms slot={slot} />
  </>
)

function FreeSlot(props: ActionsProps) {
  const { t } = useText(slotTexts)
  const { isDesk } = useWorkplace()
  if (isOver(props.slot)) return <p className="quiet">{t.over}</p>
  return (
    <>
      {isDesk ? <BookForm slot={props.slot} done={props.done} /> : <p className="quiet">{t.deskBooks}</p>}
      <WithdrawFooter {...props} />
    </>
  )
}

function HeldSlot(props: ActionsProps) {
  const { t, locale } = useText(slotTexts)
  const { slot, done } = props
  const { clinic, isDesk } = useWorkplace()
  const { release, openToAll } = useActions(slot)
  const until = clock(slot.heldUntil ?? slot.endsAt, clinic.timeZone, locale)
  const name = patientOf(slot)
  // A slot that is held without a customer is offered to patients on the waiting list.
  const isOffered = slot.customerId === null
  return (
    <>
      <p>{isOffered ? t.offeredUntil(until) : name ? t.heldBy(name, until) : t.heldUntil(until)}</p>
      {isDesk &&
        (isOffered ? (
          <ActionButton label={t.openToAll} act={openToAll} done={done} />
        ) : (
          <ActionButton label={t.release} act={release} done={done} />
        ))}
      <WithdrawFooter {...props} />
    </>
  )
}

function BookedActions(props: ActionsProps) {
  const { t } = useText(slotTexts)
  const { slot, done, close } = props
  const { clinic, isDesk } = useWorkplace()
  const { checkIn, noShow } = useActions(slot)
  const moving = useMoving()
  const hasBegun = Date.parse(slot.startsAt) <= Date.now()
  const isToday = slot.slotDate <= localDate(undefined, clinic.timeZone)
  const move = () => {
    moving.start(slot)
    close()
  }
  return (
    <>
      {isToday && <ActionButton primary label={t.checkIn} act={checkIn} done={done} />}
      <div className="sheet-foot">
        {isDesk && (
          <button type="button" className="button" onClick={move}>
            {t.move}
          </button>
        )}
        {isDesk && !hasBegun && <NewLink slot={slot} />}
        {hasBegun && <ActionButton label={t.noShow} act={noShow} done={done} />}
        {isDesk && <EndButton what="cancel" {...props} />}
        {!isOver(slot) && <EndButton what="withdraw" {...props} />}
      </div>
    </>
  )
}

/** The button that withdraws a slot without a booking. */
function WithdrawFooter(props: ActionsProps) {
  const { maySeeTo } = useWorkplace()
  if (!maySeeTo(props.slot.doctorId) || isOver(props.slot)) return null
  return (
    <div className="sheet-foot">
      <EndButton what="withdraw" {...props} />
    </div>
  )
}

function EndButton({ what, ask }: ActionsProps & { what: 'cancel' | 'withdraw' }) {
  const { t } = useText(slotTexts)
  return (
    <button type="button" className="button quiet-danger" onClick={() => ask(what)}>
      {t[what]}
    </button>
  )
}

interface ActionButtonProps {
  label: string
  primary?: boolean
  act(): Promise<DeskSlot[]>
  done(slots: DeskSlot[]): void
}

/** A button for one action, which shows in its place why the action was refused. */
function ActionButton({ label, primary, act, done }: ActionButtonProps) {
  return <Form plain={!primary} submit={label} onSubmit={async () => done(await act())} />
}

interface AskFirstProps {
  slot: DeskSlot
  done(slots: DeskSlot[]): void
  back(): void
}

/** Shows whether the patient will be notified of a cancellation or has to be phoned. */
function useNotice({ startsAt, clinicCustomer }: DeskSlot, kind: 'BOOKING_CANCELLED' | 'SLOT_WITHDRAWN') {
  const { t } = useText(slotTexts)
  const { clinic } = useWorkplace()
  const id = clinicCustomer?.customerId
  const { data } = useQuery(DeskWithoutAddress, id ? { clinicId: clinic.id, customerIds: [id], kind } : null)
  if (!data?.customersWithoutAddress || Date.parse(startsAt) <= Date.now()) return ''
  return data.customersWithoutAddress.length > 0 ? t.notNotified : t.notified
}

function CancelForm({ slot, done, back }: AskFirstProps) {
  const { t } = useText(slotTexts)
  const notice = useNotice(slot, 'BOOKING_CANCELLED')
  const { cancel } = useActions(slot)
  return (
    <AskFirst
      title={t.cancelTitle}
      lead={`${t.cancelLead(patientOf(slot))} ${notice}`}
      submit={t.cancel}
      act={cancel}
      done={done}
      back={back}
    />
  )
}

function WithdrawForm({ slot, done, back }: AskFirstProps) {
  const { t } = useText(slotTexts)
  const notice = useNotice(slot, 'SLOT_WITHDRAWN')
  const { withdraw } = useActions(slot)
  const [state] = useState(stateOf(slot))
  const name = state === 'booked' ? patientOf(slot) : ''
  return (
    <AskFirst
      title={t.withdrawTitle}
      lead={name ? `${t.withdrawBooked(name)} ${notice}` : t.withdrawFree}
      submit={t.withdraw}
      // The sheet announced a withdrawal without a booking. If somebody has booked the slot in the meantime, it is refused.
      act={(reason) => withdraw(reason, state === 'booked')}
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
