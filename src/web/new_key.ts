/** A key of one thing to be done, so that sending it twice does it once. (crypto.randomUUID is missing on plain http.) */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('')
