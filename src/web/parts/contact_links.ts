/** The mailto: link of an address. A local part may contain characters that are special in URLs: `?`, `&`, `#`, `%`. */
export const mailto = (address: string): string => `mailto:${encodeURIComponent(address).replace('%40', '@')}`

/** The tel: link of a phone number in any format. */
export const tel = (number: string): string => `tel:${number.replace(/[^\d+]/g, '')}`
