// With copies that are a moment behind, of the database or of some of its tables, the server needs to know which change a
// browser has seen last. It reports a position with each change, and serves a request with that position from a copy that
// contains it. The position is in a cookie, which all tabs share, and which tells the server not to send a front page with
// times from before the change.

const name = 'medislot-position'
/** Seconds; a copy that serves reads is at most two behind. */
const maxAge = 10

const store = (position: string) => {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not available on plain http.
  document.cookie = `${name}=${position}; path=/; max-age=${maxAge}; samesite=strict`
}

const stored = () => new RegExp(`\\b${name}=([\\d.-]+)`).exec(document.cookie)?.[1]

/** Headers for a request that has to see the last change. */
export function positionHeaders(): Record<string, string> {
  const position = stored()
  return position ? { [name]: position } : {}
}

/** Notes the position of a response, if it has one. */
export function storePosition({ headers }: Response): void {
  const position = headers.get(name)
  if (position) store(position)
}

/** Notes that something was changed, on a server without copies. */
export function storeChange(): void {
  if (!stored()) store('0')
}
