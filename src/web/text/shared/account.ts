const en = {
  signInTitle: 'Sign in',
  signInLead: 'See, move and cancel your appointments.',
  email: 'E-mail',
  password: 'Password',
  passwordHint: 'At least 10 characters',
  name: 'Full name',
  phone: 'Phone',
  optional: 'optional',
  forgotten: 'Forgot your password?',
  signIn: 'Sign in',
  register: 'Create account',
  noAccount: 'New here? Create an account',
  hasAccount: 'Have an account? Sign in',
  registerTitle: 'Create your account',
  haveAccount: 'I have an account',
  how: 'Who is coming?',
  newHere: 'I am new here',
}

const de: typeof en = {
  signInTitle: 'Anmelden',
  signInLead: 'Ihre Termine sehen, verschieben und absagen.',
  email: 'E-Mail',
  password: 'Passwort',
  passwordHint: 'Mindestens 10 Zeichen',
  name: 'Vor- und Nachname',
  phone: 'Telefon',
  optional: 'freiwillig',
  forgotten: 'Passwort vergessen?',
  signIn: 'Anmelden',
  register: 'Konto anlegen',
  noAccount: 'Neu hier? Konto anlegen',
  hasAccount: 'Schon ein Konto? Anmelden',
  registerTitle: 'Konto anlegen',
  haveAccount: 'Ich habe ein Konto',
  how: 'Wer kommt?',
  newHere: 'Ich bin neu hier',
}

/** Signing in, and the fields of an account. */
export const accountTexts = { en, de }
