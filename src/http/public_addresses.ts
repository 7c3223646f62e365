import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'

/** Whether all of these addresses are public (app_private.is_public_address). */
export type ArePublic = (addresses: string[]) => Promise<boolean>

/** A URL that a person entered leads inside a network, or is not https. Nothing was sent there. */
export class NotPublicError extends Error {}

/**
 * Refuses (NotPublicError) a URL that is not https or whose host is an address that is not public. Names are checked when they
 * are resolved: `publicLookup`. An IP address is never looked up, so it is checked here.
 */
export async function requirePublic(url: URL, arePublic: ArePublic): Promise<void> {
  if (url.protocol !== 'https:') throw new NotPublicError('the address is not https')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) && !(await arePublic([host]))) throw new NotPublicError(`${host} is not a public address`)
}

/** Looks up a name and checks the very addresses that are then connected to, so that the name cannot change in between. */
export const publicLookup =
  (arePublic: ArePublic): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) return callback(error ?? new Error(`${hostname} has no address`), '', 0)
      arePublic(addresses.map(({ address }) => address)).then(
        (are) => {
          if (!are) callback(new NotPublicError(`${hostname} is not a public address`), '', 0)
          else if (options.all) callback(null, addresses)
          else callback(null, first.address, first.family)
        },
        (failure) => callback(failure, '', 0),
      )
    })
  }
