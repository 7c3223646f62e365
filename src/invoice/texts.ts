/** The texts of an invoice in a language; English where we have none in it. */
export const textsOf = (language: string): InvoiceTexts => (language === 'de' ? german : english)

interface InvoiceTexts {
  invoice: string
  draft: string
  void: string
  number: string
  date: string
  dueOn: string
  customer: string
  description: string
  taxRate: string
  amount: string
  total: string
  includedTax: (rate: string) => string
  paid: string
  due: string
  page: (page: number, pages: number) => string
  /** The text of a line that has no text of its own, by its kind. */
  lines: Record<string, string>
  payments: Record<string, string>
}

const english: InvoiceTexts = {
  invoice: 'Invoice',
  draft: 'Draft of an invoice',
  void: 'Void invoice',
  number: 'Invoice number',
  date: 'Date',
  dueOn: 'To be paid by',
  customer: 'Customer number',
  description: 'Description',
  taxRate: 'Tax',
  amount: 'Amount',
  total: 'Total',
  includedTax: (rate) => `Including ${rate} tax`,
  paid: 'Paid',
  due: 'Amount due',
  page: (page, pages) => `Page ${page} of ${pages}`,
  lines: {
    visit: 'Visit',
    charge: 'Charge',
    adjustment: 'Adjustment',
    discount: 'Discount',
    write_off: 'Written off',
    cancellation: 'Cancellation',
    fee: 'Fee',
  },
  payments: {
    provider: 'Online payment',
    cash: 'Cash',
    transfer: 'Transfer',
    card_terminal: 'Card',
    payment_to_invoice: 'Payment',
    credit_to_invoice: 'From your credit',
    credit: 'From your credit',
    invoice_to_credit: 'Moved to your credit',
  },
}

const german: InvoiceTexts = {
  invoice: 'Rechnung',
  draft: 'Entwurf einer Rechnung',
  void: 'Stornierte Rechnung',
  number: 'Rechnungsnummer',
  date: 'Datum',
  dueOn: 'Zahlbar bis',
  customer: 'Kundennummer',
  description: 'Leistung',
  taxRate: 'Steuer',
  amount: 'Betrag',
  total: 'Gesamtbetrag',
  includedTax: (rate) => `Darin ${rate} Steuer`,
  paid: 'Bezahlt',
  due: 'Offener Betrag',
  page: (page, pages) => `Seite ${page} von ${pages}`,
  lines: {
    visit: 'Termin',
    charge: 'Leistung',
    adjustment: 'Korrektur',
    discount: 'Rabatt',
    write_off: 'Erlass',
    cancellation: 'Stornierung',
    fee: 'Gebühr',
  },
  payments: {
    provider: 'Online-Zahlung',
    cash: 'Bar',
    transfer: 'Überweisung',
    card_terminal: 'Karte',
    payment_to_invoice: 'Zahlung',
    credit_to_invoice: 'Aus Ihrem Guthaben',
    credit: 'Aus Ihrem Guthaben',
    invoice_to_credit: 'In Ihr Guthaben',
  },
}
