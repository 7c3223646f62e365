import { useState } from 'react'
import { CancelDialog } from './cancel_dialog.tsx'
import { MoveBooking, type MoveBookingProps } from './move_booking.tsx'

type Done = 'booked' | 'moved' | 'cancelled'

export type Changing = ReturnType<typeof useChanging>

/** What is being done with a booking, and what was just done. `changed` is called after a change. */
export function useChanging(changed: () => void, initially?: Done) {
  const [doing, setDoing] = useState<'move' | 'cancel'>()
  const [done, setDone] = useState<Done | undefined>(initially)
  return {
    doing,
    done,
    start(what: 'move' | 'cancel') {
      setDoing(what)
      setDone(undefined)
    },
    stop: () => setDoing(undefined),
    finish(what: Done) {
      setDoing(undefined)
      setDone(what)
      changed()
    },
  }
}

interface ChangeDialogsProps extends Omit<MoveBookingProps, 'stop'> {
  changing: Changing
  /** Cancels the booking. Throws as request() does. */
  cancel(reason: string | undefined): Promise<void>
}

/** The choice of another time, or the question before a booking is cancelled. */
export function ChangeDialogs({ changing: { doing, stop, finish }, move, cancel, ...booking }: ChangeDialogsProps) {
  return (
    <>
      {doing === 'move' && (
        <MoveBooking
          {...booking}
          move={async (bookingSlotId) => {
            await move(bookingSlotId)
            finish('moved')
          }}
          stop={stop}
        />
      )}
      {doing === 'cancel' && (
        <CancelDialog
          cancel={async (reason) => {
            await cancel(reason)
            finish('cancelled')
          }}
          stop={stop}
        />
      )}
    </>
  )
}
