import { useEffect, useState } from 'react'

const tokenInAddress = () => location.hash.slice(1)

/** The token of the link by which the page was opened, behind the # of its address; empty without one. */
export function useLinkToken(): string {
  const [token, setToken] = useState(tokenInAddress)
  useEffect(() => {
    // Another link was opened while the page is shown.
    const look = () => setToken(tokenInAddress())
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  return token
}
