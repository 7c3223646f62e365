import { Form } from '../parts/form.tsx'
import { useActions } from './actions.ts'
import { useMoving, useShortWhen } from './moving.tsx'
import { type DeskSlot, patientOf } from './slots.ts'
import { useDeskText } from './text.ts'

/** Asks before a booking goes to the free slot that was chosen for it. */
export function MoveForm({ from, to, done }: { from: DeskSlot; to: DeskSlot; done(slots: DeskSlot[]): void }) {
  const { t } = useDeskText()
  const { stop } = useMoving()
  const { moveTo } = useActions(from)
  const when = useShortWhen()
  return (
    <>
      <h3>{t.moving.confirm(patientOf(from))}</h3>
      <dl className="from-to">
        <dt>{t.moving.from}</dt>
        <dd>{when(from)}</dd>
        <dt>{t.moving.to}</dt>
        <dd>{when(to)}</dd>
      </dl>
      <Form
        submit={t.moving.submit}
        onSubmit={async () => {
          const moved = await moveTo(to)
          stop()
          done(moved)
        }}
        aside={
          <button type="button" className="button" onClick={stop}>
            {t.moving.stop}
          </button>
        }
      />
    </>
  )
}
