import { useState } from 'react'
import { useQuery } from '../../data/use_query.ts'
import { Form } from '../../parts/form/form.tsx'
import { slotTexts } from '../../text/desk/slot.ts'
import { useText } from '../../text/language.ts'
import { DeskWithoutAddress, useActions } from '../data/actions.ts'
import type { DeskSlot } from '../data/slots.ts'

/** The button that ends the link in the messages about a booking, and sends a new one. */
export function NewLink({ slot }: { slot: DeskSlot }) {
  const { t } = useText(slotTexts)
  const { sendNewLink } = useActions(slot)
  const [done, setDone] = useState(false)
  const { clinicId, customerId } = slot
  const kind = 'BOOKING_CONFIRMED' as const
  const { data } = useQuery(DeskWithoutAddress, customerId ? { clinicId, customerIds: [customerId], kind } : null)
  if (!done) {
    return (
      <Form
        plain
        submit={t.newLink}
        onSubmit={async () => {
          await sendNewLink()
          setDone(true)
        }}
      />
    )
  }
  return (
    <p className="quiet" role="status">
      {data?.customersWithoutAddress?.length === 0 ? t.newLinkSent : t.linkEnded}
    </p>
  )
}
