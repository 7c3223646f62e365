import { useText } from '../../text/language.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { Icon } from '../icon.tsx'

/** Empties a search field. */
export function ClearButton({ label, clear }: { label: string; clear(): void }) {
  const { t } = useText(commonTexts)
  return (
    <button type="button" className="combo-button" aria-label={t.clear(label)} onClick={clear}>
      <Icon name="cross" />
    </button>
  )
}
