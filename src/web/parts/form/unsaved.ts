import { useEffect } from 'react'

const dirtyForms = new Set<symbol>()

/** Whether the page has changes that are not saved. */
export const hasUnsavedChanges = (): boolean => dirtyForms.size > 0

/** Lets the reader leave without saving. */
export const discardUnsavedChanges = (): void => dirtyForms.clear()

/** Marks the page as having unsaved changes while `isDirty` is true. */
export function useUnsaved(isDirty: boolean) {
  useEffect(() => {
    if (!isDirty) return
    const id = Symbol()
    dirtyForms.add(id)
    return () => {
      dirtyForms.delete(id)
    }
  }, [isDirty])
}
