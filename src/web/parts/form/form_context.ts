import { createContext, useContext } from 'react'

interface FormState {
  /** The errors of the form's fields, by the name of a control and by its id: some controls have no name. */
  errors: Record<string, string>
  /** Removes the error of a control that has no input event of its own. */
  clear(name: string): void
  /** Notes a change of a control that has no input event of its own. */
  markDirty(): void
}

export const FormContext = createContext<FormState>({ errors: {}, clear() {}, markDirty() {} })

/** The state of the form around a control. */
export const useForm = (): FormState => useContext(FormContext)
