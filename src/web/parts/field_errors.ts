import { createContext, useContext } from 'react'

interface FieldErrors {
  /** What is wrong with the fields of a form, by the name of a control and by its id: some have no name. */
  errors: Record<string, string>
  /** Forgets what was wrong with a control that has no input event of its own. */
  clear(name: string): void
}

export const FieldErrorsContext = createContext<FieldErrors>({ errors: {}, clear() {} })

/** What is wrong with the fields of the form around. */
export const useFieldErrors = (): FieldErrors => useContext(FieldErrorsContext)
