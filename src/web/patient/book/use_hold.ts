import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'

const Hold = graphql(`
  mutation Hold($clinicId: BigInt!, $bookingSlotId: BigInt!, $customerId: BigInt!, $serviceId: BigInt) {
    holdSlot(input: {
      clinicId: $clinicId, bookingSlotId: $bookingSlotId, customerId: $customerId, serviceId: $serviceId
    }) {
      bookingSlot { clinic { policy { holdTime { days hours minutes seconds } } } }
    }
  }
`)
const Release = graphql(`
  mutation Release($clinicId: BigInt!, $bookingSlotId: BigInt!, $customerId: BigInt!) {
    releaseHold(input: { clinicId: $clinicId, bookingSlotId: $bookingSlotId, customerId: $customerId }) { clientMutationId }
  }
`)

type HoldTime = Partial<Record<'days' | 'hours' | 'minutes' | 'seconds', number | null>>

const secondsOf = ({ days, hours, minutes, seconds }: HoldTime = {}): number =>
  (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)

/**
 * Holds a slot for a customer while the component is shown, and releases it afterwards, unless it was used. `onRefusal` is called
 * with a refusal and returns true if the caller shows it.
 */
export function useHold(
  clinicId: string,
  slotId: string,
  customerId: string,
  serviceId: string | undefined,
  onRefusal: (error: unknown) => boolean,
) {
  const [attempt, setAttempt] = useState(0)
  const [error, setError] = useState<unknown>()
  const [left, setLeft] = useState<number>()
  const used = useRef(false)
  // A hold for another person begins when the one before it has been released: two people cannot hold one time.
  const before = useRef<Promise<unknown>>(Promise.resolve())
  const latest = useRef<Promise<unknown>>(undefined)
  const refused = useEffectEvent((refusal: unknown) => !onRefusal(refusal) && setError(refusal))

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt holds the slot again
  useEffect(() => {
    const slot = { clinicId, bookingSlotId: slotId, customerId }
    let timer: ReturnType<typeof setInterval> | undefined
    let here = true
    setError(undefined)
    setLeft(undefined)
    const held = before.current.then(() => request(Hold, { ...slot, serviceId }))
    const holding = held.then(
      ({ holdSlot }) => {
        if (!here) return
        // Counted from now by the clinic's hold time, because this device's clock may differ from the server's.
        const until = performance.now() + secondsOf(holdSlot?.bookingSlot?.clinic?.policy?.holdTime) * 1000
        const tick = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000)))
        tick()
        timer = setInterval(tick, 1000)
      },
      (refusal) => here && refused(refusal),
    )
    latest.current = holding
    return () => {
      here = false
      clearInterval(timer)
      // The hold would expire by itself, but another patient may be searching now.
      before.current = held.then(async () => void (used.current || (await request(Release, slot)))).catch(() => {})
    }
  }, [clinicId, slotId, customerId, serviceId, attempt])

  return {
    error,
    /** Whole seconds, undefined until the time is held, 0 when it no longer is. */
    left,
    refetch: () => {
      setLeft(undefined)
      setAttempt((before) => before + 1)
    },
    /** Resolves when the server has answered the request to hold the slot for the chosen person. */
    settled: () => latest.current,
    used: () => {
      used.current = true
    },
  }
}
