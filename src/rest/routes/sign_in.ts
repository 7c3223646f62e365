import { Person, Tokens } from '../fragments.ts'
import type { Route } from '../route.ts'

const inputs = {
  registerCustomer: 'RegisterCustomerInput',
  signIn: 'SignInInput',
  refreshSession: 'RefreshSessionInput',
}
const refusals = {
  registerCustomer: ['email_taken', 'invalid_email', 'weak_password', 'invalid_argument'],
  signIn: ['wrong_credentials', 'too_many_attempts'],
  refreshSession: ['refresh_token_invalid', 'refresh_token_reused'],
}

/** What the endpoints have in common that answer with tokens. */
export const tokens = (mutation: keyof typeof inputs) =>
  ({
    rights: 'Everybody.',
    document: `mutation Tokens($input: ${inputs[mutation]}!) {
      ${mutation}(input: $input) { authTokens { ...Tokens } }
    } ${Tokens}`,
    body: { type: inputs[mutation] },
    variables: ({ body }) => ({ input: body }),
    answer: `${mutation}.authTokens`,
    constants: { tokenType: 'Bearer' },
    errors: refusals[mutation],
    secret: true,
    ...(mutation === 'registerCustomer' && { status: 201 as const }),
  }) satisfies Partial<Route>

export const signIn: Route[] = [
  {
    method: 'POST',
    path: '/auth/register',
    id: 'register',
    summary: 'Register as a customer, and sign in; the same as POST /customers',
    ...tokens('registerCustomer'),
    location: '/customers/{customerId}',
  },
  {
    method: 'POST',
    path: '/auth/token',
    id: 'signIn',
    summary: 'Sign in with e-mail address and password',
    ...tokens('signIn'),
  },
  {
    method: 'POST',
    path: '/auth/refresh',
    id: 'refreshSession',
    summary: 'Exchange a refresh token, which works once, for new tokens',
    ...tokens('refreshSession'),
  },
  {
    method: 'POST',
    path: '/auth/sign-out',
    id: 'signOut',
    summary: 'End the session: its tokens are refused from now on',
    rights: 'Whoever is signed in.',
    document: 'mutation SignOut { signOut(input: {}) { result } }',
    variables: () => ({}),
    secret: true,
  },
  {
    method: 'GET',
    path: '/me',
    id: 'getMe',
    summary: 'Who the caller is, and what they may do where',
    rights: 'Whoever is signed in.',
    document: `query Me { currentPerson { ...Person } } ${Person}`,
    variables: () => ({}),
    answer: 'currentPerson',
    notFound: 'unauthenticated',
  },
]
