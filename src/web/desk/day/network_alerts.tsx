import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { RowButton } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { networkAlertTexts } from '../../text/desk/network_alert.ts'
import { useText } from '../../text/language.ts'
import { longDate } from '../../time/time.ts'

const NetworkAlerts = graphql(`
  query NetworkAlerts($clinicId: BigInt!) {
    networkAlerts(clinicId: $clinicId, first: 20) { nodes { slotDate slotsTaken slotsOfDay } }
  }
`)
const DismissNetworkAlert = graphql(`
  mutation DismissNetworkAlert($clinicId: BigInt!, $slotDate: Date!) {
    dismissNetworkAlert(input: { clinicId: $clinicId, slotDate: $slotDate }) { networkAlert { slotDate } }
  }
`)

const reloadInterval = 60_000

interface NetworkAlertsProps {
  /** The date that the page shows; alerts about it have no link. */
  shown: string
  /** The address of the page of a date. */
  address(date: string): string
}

/** Warns about dates on which many slots were taken from one network. Each alert stays until the desk dismisses it. */
export function NetworkAlertNotices({ shown, address }: NetworkAlertsProps) {
  const { clinic } = useWorkplace()
  const { data, pending, refetch } = useQuery(NetworkAlerts, { clinicId: clinic.id })
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && refetch(), reloadInterval)
    return () => clearInterval(timer)
  }, [refetch])
  if (pending) return <Pending />
  return data?.networkAlerts?.nodes.map(({ slotDate, slotsTaken, slotsOfDay }) => (
    <NetworkAlertNotice
      key={slotDate}
      date={slotDate ?? ''}
      taken={slotsTaken ?? 0}
      slots={slotsOfDay ?? 0}
      address={slotDate === shown ? undefined : address(slotDate ?? '')}
      dismissed={refetch}
    />
  ))
}

interface NetworkAlertProps {
  date: string
  taken: number
  slots: number
  address: string | undefined
  dismissed(): void
}

function NetworkAlertNotice({ date, taken, slots, address, dismissed }: NetworkAlertProps) {
  const { t, locale } = useText(networkAlertTexts)
  const errorText = useErrorText()
  const { clinic } = useWorkplace()
  const [error, setError] = useState<unknown>()
  const day = longDate(date, locale)
  const share = (taken / Math.max(slots, 1)).toLocaleString(locale, { style: 'percent', maximumFractionDigits: 0 })
  const dismiss = async () => {
    try {
      await request(DismissNetworkAlert, { clinicId: clinic.id, slotDate: date })
    } catch (thrown) {
      // Another desk has dismissed it.
      if (!(thrown instanceof Refusal && thrown.code === 'alert_not_found')) {
        setError(thrown)
        return
      }
    }
    // The button with the focus disappears, so Tab continues from the heading.
    document.querySelector<HTMLElement>('h1')?.focus()
    dismissed()
  }
  return (
    <Notice tone="plain" title={t.title}>
      <p>{t.taken(taken, slots, share, day)}</p>
      {error !== undefined && <p role="alert">{errorText(error)}</p>}
      <div className="alert-actions">
        {address && <Link href={address}>{t.toDay(day)}</Link>}
        <RowButton of={day} press={dismiss}>
          {t.done}
        </RowButton>
      </div>
    </Notice>
  )
}
