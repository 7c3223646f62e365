import { Link } from 'wouter'
import { useText } from '../../text/language.ts'
import { visitTexts } from '../../text/patient/visit.ts'

/** The same for every link that is not valid, as the API does not say why. */
export function InvalidLink() {
  const { t } = useText(visitTexts)
  return (
    <>
      <p>{t.invalid}</p>
      <Link href="/" className="button primary">
        {t.search}
      </Link>
    </>
  )
}
