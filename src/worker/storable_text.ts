/** A text that others have written, as PostgreSQL can store it: without NUL characters and halves of surrogate pairs. */
export const storableText = (text: string): string => text.replaceAll('\0', '').toWellFormed()
