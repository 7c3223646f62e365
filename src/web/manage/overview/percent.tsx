import { useText } from '../../text/language.ts'
import { overviewTexts } from '../../text/manage/overview.ts'

/** A share as a percentage. */
export function Percent({ of }: { of: number }) {
  const { locale } = useText(overviewTexts)
  return <>{of.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 0 })}</>
}
