import { NotFound } from '../../parts/feedback/notice.tsx'
import { Toast } from '../../parts/feedback/toast.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { dayTexts } from '../../text/desk/day.ts'
import { seriesTexts } from '../../text/desk/series.ts'
import { useText } from '../../text/language.ts'
import { NewSeries } from './new_series.tsx'
import { SeriesView } from './series_view.tsx'
import './series.css'

/** A series of visits, or without an id a new one. */
export default function SeriesPage({ seriesId }: { seriesId?: string }) {
  const { t } = useText(seriesTexts)
  const { t: day } = useText(dayTexts)
  const { clinic, isDesk } = useWorkplace()
  if (!seriesId && !isDesk) return <NotFound />
  return (
    <Page
      title={seriesId ? t.title : t.newTitle}
      lead={seriesId ? t.lead : t.newLead}
      back={{ href: `/desk/${clinic.id}`, label: day.toDay }}
      about={seriesId ?? ''}
    >
      {seriesId ? <SeriesView seriesId={seriesId} /> : <NewSeries />}
      <Toast />
    </Page>
  )
}
