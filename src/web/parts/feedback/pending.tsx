/**
 * Marks the place of something that is loading for the first time. Until it is loaded, what follows in the page or
 * dialog is not shown (style/parts.css), so that nothing moves away under the pointer.
 */
export function Pending({ when = true }: { when?: boolean }) {
  return when && <span className="pending" aria-busy="true" />
}
