import { domainToASCII } from 'node:url'

/**
 * An e-mail address in the one spelling that the database stores and compares, its domain in Punycode. What is not an
 * address is left for PostgreSQL to refuse.
 */
export function canonicalAddress(typed: string): string {
  const address = typed.trim()
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  // Only for names with letters outside ASCII: the conversion reads numbers as IP addresses, and stops at `/`.
  const isName = /^[\p{L}\p{M}\p{N}.\u3002-]+$/u.test(domain) && /[^a-z\d.-]/i.test(domain)
  const ascii = at >= 0 && isName ? domainToASCII(domain) || domain : domain
  return (address.slice(0, at + 1) + ascii).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
