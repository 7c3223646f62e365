import { useErrorText } from '../../parts/feedback/error_text.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { useText } from '../../text/language.ts'
import { servicesTexts } from '../../text/manage/services.ts'

interface MoveButtonsProps {
  name: string
  id: string
  /** All ids of the list, in their order. */
  ids: string[]
  /** Stores another order. */
  reorder(ids: string[]): Promise<unknown>
  changed(): void
}

/** Moves an entry of a list one place up or down, and says where it is then. */
export function MoveButtons({ name, id, ids, reorder, changed }: MoveButtonsProps) {
  const { t } = useText(servicesTexts)
  const errorText = useErrorText()
  const place = ids.indexOf(id)
  async function move(by: 1 | -1) {
    const next = ids.toSpliced(place, 1).toSpliced(place + by, 0, id)
    try {
      await reorder(next)
      showToast(t.moved(name, place + by + 1, ids.length))
    } catch (error) {
      showToast(errorText(error))
    }
    changed()
  }
  // The button for the first or last entry is disabled but not removed, so that it keeps the focus.
  const steps = [
    { by: -1, label: t.up, isEnd: place <= 0 },
    { by: 1, label: t.down, isEnd: place === ids.length - 1 },
  ] as const
  return steps.map(({ by, label, isEnd }) => (
    <button key={by} type="button" className="button small" aria-disabled={isEnd} onClick={() => !isEnd && move(by)}>
      {label}
      <span className="visually-hidden">, {name}</span>
    </button>
  ))
}
