import type { ReactNode } from 'react'
import { Link, useLocation, useRoute } from 'wouter'
import { isManager, isStaff, signOut, useWho } from '../session.ts'
import { setLanguage, useText } from '../text/language.ts'
import { Icon } from './icon.tsx'

function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const [here] = useRoute(`${href}/*?`)
  return (
    <Link href={href} className="nav-link" aria-current={here ? 'page' : undefined}>
      {children}
    </Link>
  )
}

/** The bar on every page: where to go, who is signed in, and the other language. */
export function TopBar() {
  const { t, language } = useText()
  const who = useWho()
  const [, go] = useLocation()
  const other = language === 'en' ? 'de' : 'en'
  return (
    <header className="top-bar">
      <a href="#content" className="skip">
        {t.nav.skip}
      </a>
      <div className="top-bar-inner">
        <Link href="/" className="brand" aria-label={`medislot, ${t.nav.find}`}>
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>medislot</span>
        </Link>
        <nav aria-label={t.nav.main}>
          {isStaff(who) && <NavLink href="/desk">{t.nav.desk}</NavLink>}
          {isManager(who) && <NavLink href="/manage">{t.nav.manage}</NavLink>}
          {who?.customerId && <NavLink href="/bookings">{t.nav.bookings}</NavLink>}
          {who?.customerId && (
            <NavLink href="/profile">
              <Icon name="person" />
              <span>{t.nav.profile}</span>
            </NavLink>
          )}
          {who === null && <NavLink href="/sign-in">{t.nav.signIn}</NavLink>}
          {who && (
            <button
              type="button"
              className="nav-link"
              onClick={async () => {
                await signOut()
                go('/')
              }}
            >
              {t.nav.signOut}
            </button>
          )}
          <button
            type="button"
            className="nav-link language"
            lang={other}
            title={t.nav.languageHint}
            onClick={() => setLanguage(other)}
          >
            {other.toUpperCase()}
            <span className="visually-hidden">, {t.nav.languageHint}</span>
          </button>
        </nav>
      </div>
    </header>
  )
}
