import { Refusal } from '../graphql/client.ts'
import { wordsOf } from '../parts/notice.tsx'
import { useText } from '../text/language.ts'
import { useManageText } from './text/common.ts'

/** What went wrong, in the reader's words: as everywhere, and what only managers come to. */
export function useWords(): (error: unknown) => string {
  const { t } = useText()
  const { t: own } = useManageText()
  return (error) => (error instanceof Refusal && own.refusal[error.code]) || wordsOf(error, t)
}
