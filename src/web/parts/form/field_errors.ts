import { type RefObject, useEffect, useState } from 'react'
import type { Refusal } from '../../data/client.ts'
import { useText } from '../../text/language.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { useErrorText } from '../feedback/error_text.ts'
import { validityText } from './validity.ts'

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

const isControl = (element: Element): element is Control => /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName)

export type FieldErrors = ReturnType<typeof useFieldErrors>

/** The errors of a form's fields, by the name or the id of a control. The first field with an error gets the focus. */
export function useFieldErrors(form: RefObject<HTMLFormElement | null>) {
  const { t } = useText(commonTexts)
  const errorText = useErrorText()
  const [errors, setErrors] = useState<Record<string, string>>({})
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [errors, form])

  const controls = () => [...(form.current?.elements ?? [])].filter(isControl)

  return {
    errors,
    clear(...names: string[]) {
      if (names.some((name) => name in errors)) {
        setErrors(Object.fromEntries(Object.entries(errors).filter(([name]) => !names.includes(name))))
      }
    },
    clearAll: () => setErrors({}),
    /** Shows at each invalid field what is wrong with its value. */
    showInvalid() {
      const invalid = controls().filter(({ validity, id }) => id && !validity.valid)
      setErrors(Object.fromEntries(invalid.map((control) => [control.id, validityText(control.validity, control, t)])))
    },
    /** Shows a refusal at the field with this name. Returns false if the form has no such field. */
    showRefusal(refusal: Refusal, name: unknown): boolean {
      const isHere = controls().some((control) => control.name === name)
      if (isHere) setErrors({ [String(name)]: errorText(refusal) })
      return isHere
    },
  }
}
