/** The link that writes to an address. A local part may hold what means something else in a URL: `?`, `&`, `#`, `%`. */
export const mailto = (address: string): string => `mailto:${encodeURIComponent(address).replace('%40', '@')}`

/** The link that calls a number as somebody wrote it. */
export const tel = (number: string): string => `tel:${number.replace(/[^\d+]/g, '')}`
