import express, { Router } from 'express'
import helmet from 'helmet'
import { formatMoney } from '../invoice/money.ts'
import { returnUrl } from './calls.ts'
import type { CheckoutDetails, Ledger } from './ledger.ts'
import { paymentOf } from './providers/development.ts'

const texts = {
  en: {
    title: 'Test payment',
    explanation: 'This page stands in for the page of a payment provider. No money is taken.',
    to: 'To',
    amount: 'Amount',
    pay: 'Pay',
    back: 'Back without paying',
    paid: 'This has been paid.',
    over: 'This payment is no longer open.',
    return: 'Back to the clinic’s pages',
  },
  de: {
    title: 'Zahlung zum Ausprobieren',
    explanation: 'Diese Seite vertritt die Seite eines Zahlungsanbieters. Es wird kein Geld eingezogen.',
    to: 'An',
    amount: 'Betrag',
    pay: 'Bezahlen',
    back: 'Zurück, ohne zu bezahlen',
    paid: 'Das ist bezahlt.',
    over: 'Diese Zahlung ist nicht mehr offen.',
    return: 'Zurück zu den Seiten der Praxis',
  },
}

const style = `
  body { font: 1.0625rem/1.5 system-ui, sans-serif; margin: 0; background: #f4f5f7; color: #1b1f24; }
  main { max-width: 26rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border: 1px solid #c9ced6; border-radius: 0.75rem; }
  h1 { font-size: 1.5rem; margin: 0 0 0.5rem; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 1rem; font-size: 1.125rem; }
  dd { margin: 0; text-align: right; font-weight: 600; overflow-wrap: anywhere; }
  button, a { display: block; box-sizing: border-box; width: 100%; min-height: 3rem; margin-top: 0.75rem; padding: 0.75rem; font: inherit;
    text-align: center; border-radius: 0.5rem; border: 1px solid #0a5c86; text-decoration: none; color: #0a5c86; background: #fff; }
  button { background: #0a5c86; color: #fff; font-weight: 600; cursor: pointer; }
  :focus-visible { outline: 3px solid #f0a202; outline-offset: 2px; }
`

/**
 * The payment page of the provider for development: GET /development/:session shows what is to be paid, POST pays it, which
 * settles the checkout at once. Both lead back to the page of the payment at `publicUrl`.
 */
export function developmentPage(ledger: Ledger, publicUrl: string): Router {
  const policy = helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'unsafe-inline'"],
      // Browsers compare the address after the redirect as well.
      formAction: ["'self'", new URL(publicUrl).origin],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  })

  return Router()
    .use('/development', policy)
    .get('/development/:session', async (request, response, next) => {
      const checkout = await ledger.checkoutOf('development', request.params.session)
      if (!checkout) return next()
      response
        .set('cache-control', 'no-store')
        .type('html')
        .send(pageOf(checkout, returnUrl(publicUrl, checkout.checkoutId, false)))
    })
    .post('/development/:session', express.urlencoded({ extended: false }), async (request, response, next) => {
      const { session: sessionId } = request.params
      const checkout = await ledger.checkoutOf('development', sessionId)
      if (!checkout) return next()
      const isOpen = stateOf(checkout) === 'open'
      if (isOpen) {
        const { amount, currency } = checkout
        const payment = paymentOf(sessionId)
        await ledger.settleCheckout('development', { sessionId, payment, amount: BigInt(amount), currency })
      }
      response.redirect(303, returnUrl(publicUrl, checkout.checkoutId, isOpen))
    })
}

function stateOf({ state, expiresAt }: CheckoutDetails): 'open' | 'paid' | 'over' {
  if (state === 'open') return Date.parse(expiresAt) > Date.now() ? 'open' : 'over'
  return state === 'paid' ? 'paid' : 'over'
}

function pageOf(checkout: CheckoutDetails, back: string): string {
  const { amount, currency, exponent, clinicName } = checkout
  const language = checkout.language === 'de' ? 'de' : 'en'
  const text = texts[language]
  const state = stateOf(checkout)
  const choice =
    state === 'open'
      ? `<form method="post"><button>${text.pay}</button></form><a href="${escapeHtml(back)}">${text.back}</a>`
      : `<p role="status">${text[state]}</p><a href="${escapeHtml(back)}">${text.return}</a>`
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${text.title}</h1>
<p>${text.explanation}</p>
<dl>
<dt>${text.to}</dt><dd>${escapeHtml(clinicName)}</dd>
<dt>${text.amount}</dt><dd>${escapeHtml(formatMoney(BigInt(amount), currency, exponent, language))}</dd>
</dl>
${choice}
</main>
</body>
</html>
`
}

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
