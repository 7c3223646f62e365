import { CustomerExport, EmailChange, Person, Tokens } from '../route/fragments.ts'
import type { Route } from '../route/route.ts'

const inputs = {
  registerCustomer: 'RegisterCustomerInput',
  signIn: 'SignInInput',
  refreshSession: 'RefreshSessionInput',
}
const refusals = {
  registerCustomer: ['email_taken', 'invalid_email', 'weak_password', 'invalid_argument', 'too_many_attempts'],
  signIn: ['wrong_credentials', 'too_many_attempts'],
  refreshSession: ['refresh_token_invalid', 'refresh_token_reused'],
}

/** The common part of the endpoints that return tokens. */
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
    path: '/auth/password-reset-request',
    id: 'requestPasswordReset',
    summary: 'Ask for a link to choose a new password; the answer does not reveal whether there is an account',
    rights: 'Everybody.',
    document: `mutation RequestPasswordReset($input: RequestPasswordResetInput!) {
      requestPasswordReset(input: $input) { result }
    }`,
    body: { type: 'RequestPasswordResetInput' },
    variables: ({ body }) => ({ input: body }),
    errors: ['invalid_email', 'too_many_attempts'],
    secret: true,
  },
  {
    method: 'POST',
    path: '/auth/password-reset',
    id: 'resetPassword',
    summary: 'Choose a new password by the token of that link; ends all sessions of the account',
    rights: 'Anyone who has the token.',
    document: 'mutation ResetPassword($input: ResetPasswordInput!) { resetPassword(input: $input) { result } }',
    body: { type: 'ResetPasswordInput' },
    variables: ({ body }) => ({ input: body }),
    errors: ['reset_token_invalid', 'weak_password'],
    secret: true,
  },
  {
    method: 'POST',
    path: '/auth/sign-out',
    id: 'signOut',
    summary: 'End the session of the access token, or of a refresh token: its tokens are refused from now on',
    rights: 'Everybody who has one of the two.',
    document: 'mutation SignOut($input: SignOutInput!) { signOut(input: $input) { result } }',
    body: { type: 'SignOutInput', optional: true },
    variables: ({ body }) => ({ input: body }),
    secret: true,
  },
  {
    method: 'GET',
    path: '/me',
    id: 'getMe',
    summary: 'Get who the caller is, and their rights in each clinic',
    rights: 'Anyone who is signed in.',
    document: `query Me { currentPerson { ...Person } } ${Person}`,
    variables: () => ({}),
    answer: 'currentPerson',
    notFound: 'unauthenticated',
  },
  {
    method: 'POST',
    path: '/me/email',
    id: 'changeEmail',
    summary: 'Send a link to a new e-mail address, which becomes that of the account when the link is opened',
    rights: 'Callers who are signed in, with their password.',
    document: `mutation ChangeEmail($input: ChangeEmailInput!) {
      changeEmail(input: $input) { emailChange { ...EmailChange } }
    } ${EmailChange}`,
    body: { type: 'ChangeEmailInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'changeEmail.emailChange',
    errors: ['wrong_credentials', 'invalid_email', 'too_many_attempts'],
    secret: true,
  },
  {
    method: 'POST',
    path: '/me/email-confirmation-request',
    id: 'requestEmailConfirmation',
    summary: 'Send again the link with which the caller confirms their e-mail address',
    rights: 'Callers who are signed in.',
    document: 'mutation RequestEmailConfirmation { requestEmailConfirmation(input: {}) { result } }',
    variables: () => ({}),
    errors: ['too_many_attempts'],
  },
  {
    method: 'POST',
    path: '/me/email-confirmation',
    id: 'confirmEmail',
    summary: 'Confirm an e-mail address with the token of the link that was sent to it',
    rights: 'Callers who are signed in to the account to which the link belongs.',
    document: `mutation ConfirmEmail($input: ConfirmEmailInput!) {
      confirmEmail(input: $input) { person { ...Person } }
    } ${Person}`,
    body: { type: 'ConfirmEmailInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'confirmEmail.person',
    errors: ['email_link_invalid', 'email_taken'],
    secret: true,
  },
  {
    method: 'GET',
    path: '/me/export',
    id: 'exportMe',
    summary: 'Export all data that is stored about the caller, as one document',
    rights: 'Customers.',
    document: `query ExportMe { exportCustomer { ...CustomerExport } } ${CustomerExport}`,
    variables: () => ({}),
    answer: 'exportCustomer',
    notFound: 'customer_not_found',
  },
]
