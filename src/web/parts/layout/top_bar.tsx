import type { ReactNode } from 'react'
import { Link, useLocation, useRoute } from 'wouter'
import { isManager, isStaff, signOut, useCurrentPerson } from '../../data/session.ts'
import { setLanguage, useText } from '../../text/language.ts'
import { navigationTexts } from '../../text/shared/navigation.ts'
import { Icon } from '../icon.tsx'

function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const [here] = useRoute(`${href}/*?`)
  return (
    <Link href={href} className="nav-link" aria-current={here ? 'page' : undefined}>
      {children}
    </Link>
  )
}

/** The bar on every page: navigation, account and language. */
export function TopBar() {
  const { t, language } = useText(navigationTexts)
  const person = useCurrentPerson()
  const [, go] = useLocation()
  const other = language === 'en' ? 'de' : 'en'
  return (
    <header className="top-bar">
      <a href="#content" className="skip">
        {t.skip}
      </a>
      <div className="top-bar-inner">
        <Link href="/" className="brand" aria-label={`medislot, ${t.find}`}>
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>medislot</span>
        </Link>
        <nav aria-label={t.main}>
          {isStaff(person) && <NavLink href="/desk">{t.desk}</NavLink>}
          {isManager(person) && <NavLink href="/manage">{t.manage}</NavLink>}
          {person?.customerId && <NavLink href="/bookings">{t.bookings}</NavLink>}
          {person && (
            <NavLink href="/profile">
              <Icon name="person" />
              <span>{t.profile}</span>
            </NavLink>
          )}
          {person === null && <NavLink href="/sign-in">{t.signIn}</NavLink>}
          {person && (
            <button
              type="button"
              className="nav-link"
              onClick={async () => {
                await signOut()
                go('/')
              }}
            >
              {t.signOut}
            </button>
          )}
          <button
            type="button"
            className="nav-link language"
            lang={other}
            title={t.languageHint}
            onClick={() => setLanguage(other)}
          >
            {other.toUpperCase()}
            <span className="visually-hidden">, {t.languageHint}</span>
          </button>
        </nav>
      </div>
    </header>
  )
}
