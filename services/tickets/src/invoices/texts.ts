const EN = {
  invoice: (number: string) => `Invoice ${number}`,
  creditNote: (number: string) => `Credit note ${number}`,
  vatNumber: 'VAT number: ',
  registration: 'Registration: ',
  issued: 'Issued on ',
  order: 'Order ',
  about: 'About invoice ',
  buyer: 'For ',
  what: 'Description',
  quantity: 'Qty',
  unitPrice: 'Unit price',
  vat: 'VAT',
  total: 'Total incl. VAT',
  fee: 'Booking fee',
  part: 'given back in part',
  totalAll: 'Total, VAT included',
  totalBack: 'Given back, VAT included',
  vatPerRate: 'VAT by rate',
  withoutVat: 'Without VAT',
  net: 'Excl. VAT',
  gross: 'Incl. VAT',
  paid: 'Paid in full.',
  test: 'This is neither an invoice nor a credit note: it was made in test mode, and no money moved.',
}

/** U+00A0 before a colon, as French typography has it. */
const FR: typeof EN = {
  invoice: (number) => `Facture ${number}`,
  creditNote: (number) => `Avoir ${number}`,
  vatNumber: 'N° de TVA\u00A0: ',
  registration: 'Immatriculation\u00A0: ',
  issued: 'Émise le ',
  order: 'Commande ',
  about: 'Concerne la facture ',
  buyer: 'Client\u00A0: ',
  what: 'Désignation',
  quantity: 'Qté',
  unitPrice: 'Prix unitaire',
  vat: 'TVA',
  total: 'Total TTC',
  fee: 'Frais de réservation',
  part: 'remboursement partiel',
  totalAll: 'Total TTC',
  totalBack: 'Total remboursé TTC',
  vatPerRate: 'TVA par taux',
  withoutVat: 'Sans TVA',
  net: 'HT',
  gross: 'TTC',
  paid: 'Facture acquittée.',
  test: 'Ceci n’est ni une facture ni un avoir\u00A0: document produit en mode test, sans mouvement d’argent.',
}

/** The words of invoices and credit notes. */
export function textsIn(locale: string): typeof EN {
  return locale === 'fr' ? FR : EN
}
