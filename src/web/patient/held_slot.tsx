import { useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import { newKey } from '../new_key.ts'
import { Field } from '../parts/field.tsx'
import { Form } from '../parts/form.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { ask, type Person } from '../session.ts'
import type { Texts } from '../text/en.ts'
import { useText } from '../text/language.ts'
import { minutesAndSeconds } from '../time.ts'

const Hold = graphql(`
  mutation Hold($clinicId: BigInt!, $bookingSlotId: BigInt!) {
    holdSlot(input: { clinicId: $clinicId, bookingSlotId: $bookingSlotId }) {
      bookingSlot { clinic { policy { holdTime { days hours minutes seconds } } } }
    }
  }
`)
const Release = graphql(`
  mutation Release($clinicId: BigInt!, $bookingSlotId: BigInt!) {
    releaseHold(input: { clinicId: $clinicId, bookingSlotId: $bookingSlotId }) { clientMutationId }
  }
`)
const Book = graphql(`
  mutation Book($clinicId: BigInt!, $bookingSlotId: BigInt!, $note: String, $idempotencyKey: String!) {
    bookSlot(input: { clinicId: $clinicId, bookingSlotId: $bookingSlotId, note: $note, idempotencyKey: $idempotencyKey }) {
      booking { id }
    }
  }
`)

interface HeldSlotProps {
  clinicId: string
  slotId: string
  person: Person
  /** Told what refused the time; true when it will be said there. */
  onRefusal(error: unknown): boolean
}

/** Holds a time for the person while they are here, counts down, and books it. Leaving gives it back. */
export function HeldSlot({ clinicId, slotId, person, onRefusal }: HeldSlotProps) {
  const { t } = useText()
  const [, go] = useLocation()
  const hold = useHold(clinicId, slotId, onRefusal)
  const [key] = useState(newKey)

  async function book({ note }: Record<string, string>) {
    const { bookSlot } = await ask(Book, { clinicId, bookingSlotId: slotId, note, idempotencyKey: key })
    hold.used()
    go(`/bookings/${clinicId}/${bookSlot?.booking?.id}?booked`, { replace: true })
  }

  if (hold.error !== undefined) return <Problem error={hold.error} again={hold.again} />
  return (
    <>
      <p className={`countdown${hold.left === 0 ? ' over' : ''}`}>
        <Icon name="clock" />
        <span aria-hidden="true">
          {hold.left === undefined
            ? t.book.holding
            : hold.left > 0
              ? t.book.heldFor(minutesAndSeconds(hold.left))
              : t.book.expired}
        </span>
        <span className="visually-hidden" role="status">
          {announced(hold.left, t)}
        </span>
      </p>
      {hold.left === 0 ? (
        <Notice tone="plain">
          <button type="button" className="button" onClick={hold.again}>
            {t.book.holdAgain}
          </button>
        </Notice>
      ) : (
        <Form submit={t.book.submit} onSubmit={book} onRefusal={onRefusal}>
          <h2>{t.book.as(person.fullName ?? '')}</h2>
          <Field label={t.book.note} hint={t.book.noteHint} name="note" long maxLength={1000} />
        </Form>
      )}
    </>
  )
}

/** What a screen reader says: not each second, but at the beginning, when it gets short, and at the end. */
function announced(left: number | undefined, t: Texts): string {
  if (left === undefined) return t.book.holding
  if (left === 0) return t.book.expired
  return left > 300 ? t.book.held : t.book.heldMinutes(left > 60 ? 5 : 1)
}

function useHold(clinicId: string, slotId: string, onRefusal: (error: unknown) => boolean) {
  const [turn, setTurn] = useState(0)
  const [error, setError] = useState<unknown>()
  const [left, setLeft] = useState<number>()
  const used = useRef(false)

  useEffect(() => {
    const slot = { clinicId, bookingSlotId: slotId }
    let timer: ReturnType<typeof setInterval> | undefined
    let here = true
    setError(undefined)
    const holding = ask(Hold, slot).then(
      ({ holdSlot }) => {
        if (!here) return
        // Measured from now by the clinic's hold time: the clocks here and there need not agree.
        const { days, hours, minutes, seconds } = holdSlot?.bookingSlot?.clinic?.policy?.holdTime ?? {}
        const total = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)
        const until = performance.now() + total * 1000
        const tick = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000)))
        tick()
        timer = setInterval(tick, 1000)
      },
      (refusal) => here && !onRefusal(refusal) && setError(refusal),
    )
    return () => {
      here = false
      clearInterval(timer)
      // It would end by itself; but somebody may be looking for a time now.
      void holding.then(async () => void (used.current || (await ask(Release, slot)))).catch(() => {})
    }
  }, [clinicId, slotId, turn])

  return {
    error,
    /** Whole seconds, undefined until the time is held, 0 when it no longer is. */
    left,
    again: () => {
      setLeft(undefined)
      setTurn((before) => before + 1)
    },
    used: () => {
      used.current = true
    },
  }
}
