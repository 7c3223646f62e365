import type { Mutation } from '../mutation.ts'

/** The two APIs over HTTP: conditional requests, idempotency keys, problem details. */
export const rest: Mutation[] = [
  {
    name: 'a weak entity tag matches If-Match',
    file: 'rest/conditional.ts',
    from: '.filter(([, weak]) => !(strong && weak))',
    to: '.filter(() => true)',
    caughtBy: 'conditional.test.ts',
  },
  {
    name: 'If-None-Match is ignored',
    file: 'rest/conditional.ts',
    from: 'accepts: (version) => isWanted(version) && !isUnwanted(version),',
    to: 'accepts: (version) => isWanted(version),',
    caughtBy: 'conditional.test.ts',
  },
  {
    name: 'a key does not depend on the body of its request',
    file: 'rest/router.ts',
    from: 'canonical([query, body, returned])',
    to: 'canonical([query, returned])',
    caughtBy: 'rest/booking.test.ts',
  },
  {
    name: 'a stored response is returned to a caller who has lost the right',
    file: 'claim_response.sql',
    from: 'not known.rights <@ app_private.current_rights()',
    to: 'false',
    caughtBy: 'stored_responses.test.ts',
  },
  {
    name: 'a refused change is committed',
    file: 'rest/execute.ts',
    from: 'return { result: refusalOnly(error), commit: false }',
    to: 'return { result: refusalOnly(error), commit: true }',
    caughtBy: 'rest/booking.test.ts',
  },
  {
    name: 'a caller who is not signed in gets 403 instead of 401',
    file: 'rest/problem.ts',
    from: 'anonymous && refused?.httpStatus === 403',
    to: 'false',
    caughtBy: 'rights.test.ts',
  },
  {
    name: 'of two Authorization headers the first is used',
    file: 'http/requests.ts',
    from: '(request.headersDistinct.authorization?.length ?? 0) < 2',
    to: 'true',
    caughtBy: 'wire.test.ts',
  },
  {
    name: 'X-Forwarded-For is trusted from any client',
    file: 'client_address.ts',
    from: 'forwarded.length > 0 && trust(address, hop)',
    to: 'forwarded.length > 0',
    caughtBy: 'abuse.test.ts',
  },
  {
    name: 'the desk sends a new idempotency key on each click',
    file: 'data/use_keyed.ts',
    from: 'keys.get(request) ?? newIdempotencyKey()',
    to: 'newIdempotencyKey()',
    caughtBy: 'desk.test.ts',
    only: 'whose response was lost is sent again with the same key',
  },
]
