import { createContext, useContext } from 'react'
import { Refusal, Unreachable } from '../../data/client.ts'
import { type Language, useLanguage } from '../../text/language.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { errorTexts } from '../../text/shared/errors/errors.ts'

/** The texts for error codes that occur only in one area, such as the desk. */
export const AreaErrorTextsContext = createContext<Record<Language, Record<string, string>>>({ en: {}, de: {} })

/**
 * Returns the text for an error in the reader's language. A refusal is looked up by its code; the server's message,
 * which is English, is shown only for codes without a text.
 */
export function useErrorText(): (error: unknown) => string {
  const { language } = useLanguage()
  const area = useContext(AreaErrorTextsContext)
  return (error) => {
    if (error instanceof Refusal) return area[language][error.code] ?? errorTexts[language][error.code] ?? error.message
    return error instanceof Unreachable ? commonTexts[language].offline : (errorTexts[language].internal_error ?? '')
  }
}
