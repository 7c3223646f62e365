import { useSyncExternalStore } from 'react'

const narrow = matchMedia('(max-width: 48rem)')

/** Whether the window has room for only one column. */
export const useIsPhone = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener)
      return () => narrow.removeEventListener('change', listener)
    },
    () => narrow.matches,
  )
