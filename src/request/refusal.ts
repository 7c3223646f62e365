import { SafeError } from 'postgraphile/grafast'

/**
 * A refusal with a name from app_hidden.error_codes that is raised in TypeScript: an invalid token, a query beyond a limit, or
 * a refusal that the database has stored and returned. Without a message it gets the registered title.
 */
export class Refusal extends SafeError<{ code: string; detail?: object }> {
  constructor(code: string, message = '', detail?: object) {
    super(message, { code, ...(detail && { detail }) })
    // The constructor of SafeError sets the prototype to SafeError's own.
    Object.setPrototypeOf(this, new.target.prototype)
  }
}
